"""Any two hours of an evening, now until full, and what each hit says of its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from flask import Flask

from app.accounts.service import Person
from app.database import writing
from app.kernel.period import Period
from app.schedules.claims import claim_in
from app.schedules.domain import OpeningRule
from app.search.domain import Order, PriceLimit, Span, UntilFull, Window, Wish
from app.search.service import near
from tests.service.search.test_near import AROUND
from tests.service.search.test_oracle import CAR
from tests.support.factories_auctions import make_auction
from tests.support.factories_chargers import make_charger

HOUR = timedelta(hours=1)
# Any two hours between 18 and 23 o'clock of the tests' Wednesday.
WINDOW = Window(
    starts=datetime(2026, 6, 10, 18), ends=datetime(2026, 6, 10, 23), length=2 * HOUR
)
WITHIN = replace(AROUND, time=WINDOW)


def claim(charger_id: int, starts: datetime, ends: datetime, now: datetime) -> None:
    """Book a time, given in Berlin's summer time."""
    shift = timedelta(hours=2)
    period = Period(
        starts.replace(tzinfo=UTC) - shift, ends.replace(tzinfo=UTC) - shift
    )
    with writing() as work:
        claim_in(
            work.session,
            evse_id=charger_id,
            period=period,
            buffer_min=0,
            kind="BOOKING",
            now=now,
        )


def test_the_first_stretch_that_fits_into_the_window_is_named(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=15)
        claim(charger.id, datetime(2026, 6, 10, 17), datetime(2026, 6, 10, 19, 15), now)
        # Two hours and the turnaround just fit before it.
        claim(charger.id, datetime(2026, 6, 10, 21, 30), datetime(2026, 6, 10, 23), now)

        (hit,) = near(query=WITHIN, vehicle=CAR, now=now).hits

    assert hit.free_text == "Free 19:15–21:15"
    assert hit.begins_at == datetime(2026, 6, 10, 17, 15, tzinfo=UTC)
    assert hit.span == Span(
        starts=datetime(2026, 6, 10, 19, 15), ends=datetime(2026, 6, 10, 21, 15)
    )
    assert hit.charge.energy_wh == 22_000
    assert hit.ends_text == "by 21:15"


def test_a_window_without_room_for_the_turnaround_finds_nothing(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=30)
        claim(charger.id, datetime(2026, 6, 10, 20, 15), datetime(2026, 6, 10, 23), now)

        results = near(query=WITHIN, vehicle=CAR, now=now)

    assert results.hits == ()
    assert [each.name for each in results.loosened] == ["time"]


def test_of_a_window_that_has_begun_only_the_rest_counts(
    app: Flask, hanna: Person, now: datetime
) -> None:
    # It is 10:07 in Berlin.
    window = replace(WINDOW, starts=datetime(2026, 6, 10, 6))
    with app.app_context():
        make_charger(hanna, now=now)

        (hit,) = near(query=replace(AROUND, time=window), vehicle=CAR, now=now).hits

    assert hit.free_text == "Free 10:15–12:15"


def test_a_window_is_asked_by_the_clock_of_each_charger(
    app: Flask, hanna: Person, now: datetime
) -> None:
    only_then = tuple(OpeningRule(day, 18 * 60, 20 * 60) for day in range(1, 8))
    with app.app_context():
        here = make_charger(hanna, now=now, rules=only_then)
        west = make_charger(
            hanna, now=now, rules=only_then, time_zone="America/New_York"
        )

        hits = near(query=replace(WITHIN, order=Order.SOON), vehicle=CAR, now=now).hits

    assert [hit.charger_id for hit in hits] == [here.id, west.id]
    assert hits[1].begins_at - hits[0].begins_at == 6 * HOUR
    assert {hit.free_text for hit in hits} == {"Free 18:00–20:00"}


def test_a_night_in_which_the_clock_goes_back_is_an_hour_longer(
    app: Flask, hanna: Person
) -> None:
    now = datetime(2026, 10, 24, 20, 7, tzinfo=UTC)
    # Two to four o'clock are three hours that night.
    night = Window(
        starts=datetime(2026, 10, 25, 2),
        ends=datetime(2026, 10, 25, 4),
        length=2 * HOUR,
    )
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=0)
        first_hour = Period(
            datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
        )
        with writing() as work:
            claim_in(
                work.session,
                evse_id=charger.id,
                period=first_hour,
                buffer_min=0,
                kind="BOOKING",
                now=now,
            )

        (hit,) = near(query=replace(AROUND, time=night), vehicle=CAR, now=now).hits

    assert hit.begins_at == datetime(2026, 10, 25, 1, tzinfo=UTC)
    # It begins in the second hour of that name, which no clock can say.
    assert hit.span is None


def test_now_until_full_takes_as_long_as_the_energy_needs(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=0, max_length_min=600)
        claim(charger.id, datetime(2026, 6, 10, 15), datetime(2026, 6, 10, 16), now)
        query = replace(AROUND, time=UntilFull())

        (hit,) = near(
            query=query, vehicle=CAR, now=now, wish=Wish(energy_wh=33_000)
        ).hits
        too_much = near(query=query, vehicle=CAR, now=now, wish=Wish(energy_wh=58_000))

    # 33 kWh at 11 kW are three hours; 58 kWh would end in the booking at 15:00.
    assert hit.free_text == "Free now until 15:00"
    assert hit.span == Span(
        starts=datetime(2026, 6, 10, 10, 15), ends=datetime(2026, 6, 10, 13, 15)
    )
    assert hit.ends_text == "by 13:15"
    assert hit.charge.energy_wh == 33_000
    assert too_much.hits == ()


def test_a_charger_that_wants_more_notice_or_sells_less_is_not_until_full(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        soon = make_charger(hanna, now=now, lead_min=30)
        make_charger(hanna, now=now, lead_min=120)
        make_charger(hanna, now=now, max_length_min=120)

        hits = near(query=replace(AROUND, time=UntilFull()), vehicle=CAR, now=now).hits

    assert [hit.charger_id for hit in hits] == [soon.id]
    assert hits[0].begins_at == datetime(2026, 6, 10, 8, 45, tzinfo=UTC)
    assert hits[0].free_text.startswith("Next free")


def test_auctioned_time_is_priced_for_the_quarter_hours_that_were_found(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        # 1.00 an hour, 5.00 at eight in the evening.
        table = [100_000] * 168
        table[2 * 24 + 20] = 500_000
        auctioned = make_auction(hanna, now=now, book_now=table)
        claim(
            auctioned.id, datetime(2026, 6, 10, 18), datetime(2026, 6, 10, 19, 30), now
        )

        (hit,) = near(query=WITHIN, vehicle=CAR, now=now).hits
        cheap = replace(
            WITHIN, max_total=PriceLimit(Decimal("8.00"), asked_in="max_total")
        )
        dear = near(query=cheap, vehicle=CAR, now=now)

    # From 19:30 to 21:30: half an hour and half an hour at 1.00, an hour at 5.00.
    assert hit.free_text == "Free 19:30–21:30"
    assert hit.time_milli_per_hour == 300_000
    assert dear.hits == ()
