"""What a driver finds, and what he must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.service import Charger, Connector
from app.database import db, writing
from app.kernel.geo import Point, distance_m
from app.kernel.period import Period
from app.pricing.domain import Tariff
from app.schedules.claims import claim_in
from app.schedules.domain import OpeningRule
from app.search import columns, service
from app.search.domain import PriceLimit, Query, Span
from tests.service.search.test_oracle import CAR
from tests.support.factories_auctions import make_auction
from tests.support.factories_chargers import TYPE_2, make_charger

HOME = Point(52.5384, 13.4098)
EVENING = Span(starts=datetime(2026, 6, 10, 18, 0), ends=datetime(2026, 6, 10, 20, 0))
AROUND = Query(center=HOME, radius_m=5_000)


def find(query: Query, now: datetime) -> list[int]:
    """Return the chargers that a search lists."""
    return [
        hit.charger_id for hit in service.near(query=query, vehicle=CAR, now=now).hits
    ]


def test_every_column_the_search_reads_exists_with_its_type(app: Flask) -> None:
    with app.app_context():
        for table in columns.ALL:
            real = db.metadata.tables[table.name]
            for column in table.columns:
                assert isinstance(real.c[column.name].type, type(column.type)), (
                    f"{table.name}.{column.name}"
                )


def test_a_hit_says_where_what_when_and_how_much(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)

        (hit,) = service.near(
            query=replace(AROUND, time=EVENING), vehicle=CAR, now=now
        ).hits

    place = Point(charger.public_latitude, charger.public_longitude)
    assert hit.charger_id == charger.id
    assert hit.name == "Hanna's driveway"
    assert hit.point == place
    assert hit.distance_m == distance_m(HOME, place)
    assert hit.fit.power_w == 11_000
    # Two hours at 11 kW: 22 kWh for 8.58, and 2.00 for the time.
    assert hit.charge.energy_wh == 22_000
    assert hit.charge.total_minor == 1058
    assert hit.free_text == "Free all week"


def test_the_true_place_is_never_told(app: Flask, hanna: Person, now: datetime) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)

        results = service.near(query=AROUND, vehicle=None, now=now)

    true = Point(charger.latitude, charger.longitude)
    assert distance_m(results.hits[0].point, true) > 100
    assert results.points[0].point == results.hits[0].point


def test_paused_archived_and_unpriced_chargers_are_not_found(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        paused, archived, open_one = (make_charger(hanna, now=now) for _ in range(3))
        make_charger(hanna, now=now, tariff=None)
        with writing() as work:
            chargers.pause_in(
                work.session, owner_id=hanna.id, charger_id=paused.id, now=now
            )
            chargers.archive_in(
                work.session, owner_id=hanna.id, charger_id=archived.id, now=now
            )

        assert find(AROUND, now) == [open_one.id]


def test_an_expired_hold_hides_nothing(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)
        period = EVENING.period_in("Europe/Berlin")
        assert period is not None
        with writing() as work:
            claim_in(
                work.session,
                evse_id=charger.id,
                period=period,
                buffer_min=0,
                kind="HOLD",
                expires_at=now + timedelta(minutes=15),
                now=now,
            )
        query = replace(AROUND, time=EVENING)

        while_held = find(query, now)
        afterwards = find(query, now + timedelta(minutes=15))

    assert while_held == []
    assert afterwards == [charger.id]


def test_the_turnaround_after_the_time_must_be_free_as_well(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=10)
        period = EVENING.period_in("Europe/Berlin")
        assert period is not None
        after = Period(period.ends_at, period.ends_at + timedelta(hours=1))
        _claim(charger, after, now)

        assert find(replace(AROUND, time=EVENING), now) == []


def test_a_busy_charger_says_when_it_is_free_next(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=0)
        starts_at = now.replace(minute=0)
        _claim(charger, Period(starts_at, starts_at + timedelta(hours=4)), now)

        results = service.near(query=AROUND, vehicle=CAR, now=now)

    assert results.hits[0].free_text == "Next free from 14:00"
    assert not results.hits[0].is_free
    assert not results.points[0].is_free


def test_a_charger_that_opens_only_in_weeks_is_found_with_its_day(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(
            hanna, now=now, rules=(OpeningRule(2, 600, 720),), buffer_min=0
        )
        for week in range(3):
            day = datetime(2026, 6, 16, 8, tzinfo=now.tzinfo) + timedelta(weeks=week)
            if week < 2:
                _claim(charger, Period(day, day + timedelta(hours=2)), now)

        (hit,) = service.near(query=AROUND, vehicle=CAR, now=now).hits

    assert hit.free_text == "Next free Tue 30 Jun 10:00–12:00"


def test_a_charger_that_is_never_open_is_not_found(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        make_charger(hanna, now=now, rules=())

        assert find(AROUND, now) == []


def test_a_price_limit_counts_time_and_energy_in_each_chargers_currency(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        # 2 h at 11 kW: 0.40 + 2.00/22 = 0.49 a kWh.
        dear = make_charger(hanna, now=now, tariff=_tariff("EUR", 40_000, 100_000))
        cheap = make_charger(hanna, now=now, tariff=_tariff("EUR", 40_000, 0))
        dollars = make_charger(hanna, now=now, tariff=_tariff("USD", 44_000, 0))
        make_charger(hanna, now=now, tariff=_tariff("JPY", 46_000, 0))
        query = replace(AROUND, time=EVENING, max_price=PriceLimit(Decimal("0.45")))

        found = find(query, now)

    assert set(found) == {cheap.id, dollars.id}
    assert dear.id not in found


def test_a_driver_without_a_car_gets_an_ordinary_one(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        make_charger(hanna, now=now)

        results = service.near(query=AROUND, vehicle=None, now=now)

    assert results.car.is_reference
    assert results.hits[0].charge.energy_wh == 34_800


def test_of_several_plugs_the_one_that_passes_the_filter_is_shown(
    app: Flask, hanna: Person, now: datetime
) -> None:
    schuko = Connector(
        standard="DOMESTIC_F",
        format="SOCKET",
        power_type="AC_1_PHASE",
        max_power_w=2_300,
    )
    with app.app_context():
        make_charger(hanna, now=now, connectors=(TYPE_2, schuko))
        query = replace(AROUND, standards=frozenset({"DOMESTIC_F"}))

        (hit,) = service.near(query=query, vehicle=CAR, now=now).hits

    assert hit.fit.plug.standard == "DOMESTIC_F"
    assert not hit.fit.fits


def test_an_empty_answer_says_which_filter_hides_how_many(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        make_charger(hanna, now=now)
        make_charger(hanna, now=now, latitude=52.62)
        query = replace(AROUND, min_power_w=22_000)

        results = service.near(query=query, vehicle=CAR, now=now)

    assert results.total == 0
    assert [(each.name, each.count) for each in results.loosened] == [("min_kw", 1)]


def _tariff(currency: str, energy: int, time: int) -> Tariff:
    return Tariff(
        currency=currency, energy_milli_per_kwh=energy, time_milli_per_hour=time
    )


def _claim(charger: Charger, period: Period, now: datetime) -> None:
    with writing() as work:
        claim_in(
            work.session,
            evse_id=charger.id,
            period=period,
            buffer_min=0,
            kind="BOOKING",
            now=now,
        )


def test_auctioned_time_costs_what_booking_it_at_once_does(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        # 2.00 an hour at six, 5.00 at seven, and 1.00 for the rest of the week.
        table = [100_000] * 168
        table[2 * 24 + 18], table[2 * 24 + 19] = 200_000, 500_000
        auctioned = make_auction(hanna, now=now, book_now=table)
        fixed = make_charger(hanna, now=now, name="Fixed")

        hits = {
            hit.charger_id: hit
            for hit in service.near(
                query=replace(AROUND, time=EVENING), vehicle=CAR, now=now
            ).hits
        }
        at_any_time = service.near(query=AROUND, vehicle=CAR, now=now).hits

    assert hits[auctioned.id].is_auctioned
    assert not hits[fixed.id].is_auctioned
    assert hits[auctioned.id].time_milli_per_hour == 350_000
    energy_minor = hits[auctioned.id].charge.total_minor - 700
    time_minor = 2 * hits[fixed.id].time_milli_per_hour // 1000
    assert hits[fixed.id].charge.total_minor == energy_minor + time_minor
    assert {hit.time_milli_per_hour for hit in at_any_time if hit.is_auctioned} == {
        100_000
    }
