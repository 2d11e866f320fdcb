"""What a hit says beside its price, and what the driver's wish does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from app.accounts.service import Person
from app.pricing.domain import Tariff
from app.schedules.domain import OpeningRule
from app.search.domain import Order, PriceLimit, Wish
from app.search.service import Hit, near
from tests.service.search.test_near import AROUND, EVENING
from tests.service.search.test_oracle import CAR
from tests.service.search.test_times import claim
from tests.support.factories_chargers import make_charger


def test_the_wish_decides_every_price_and_the_order_of_totals(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        by_energy = make_charger(hanna, now=now, tariff=_tariff(60_000, 0))
        by_time = make_charger(hanna, now=now, tariff=_tariff(20_000, 300_000))
        query = replace(AROUND, time=EVENING, order=Order.TOTAL)

        little = near(
            query=query, vehicle=CAR, now=now, wish=Wish(energy_wh=5_000)
        ).hits
        much = near(query=query, vehicle=CAR, now=now, wish=Wish(energy_wh=20_000)).hits

    # Two hours: 5 kWh cost 3.00 or 7.00; 20 kWh cost 12.00 or 10.00.
    assert _totals(little) == [(by_energy.id, 300), (by_time.id, 700)]
    assert _totals(much) == [(by_time.id, 1000), (by_energy.id, 1200)]


def test_a_highest_total_hides_what_costs_more_and_can_be_let_go(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        make_charger(hanna, now=now)
        limit = PriceLimit(Decimal("10.58"), asked_in="max_total")
        enough = replace(AROUND, time=EVENING, max_total=limit)
        less = replace(
            enough, max_total=PriceLimit(Decimal("10.57"), asked_in="max_total")
        )

        found = near(query=enough, vehicle=CAR, now=now)
        nothing = near(query=less, vehicle=CAR, now=now)

    assert [hit.charge.total_minor for hit in found.hits] == [1058]
    assert nothing.hits == ()
    assert [(each.name, each.count) for each in nothing.loosened] == [("max_total", 1)]


def test_the_nearest_match_outside_of_the_circle_is_named(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        make_charger(hanna, now=now, latitude=52.90)
        nearer = make_charger(hanna, now=now, latitude=52.62)

        results = near(query=AROUND, vehicle=CAR, now=now)
        inside = near(query=replace(AROUND, radius_m=50_000), vehicle=CAR, now=now)

    assert results.hits == ()
    assert results.beyond is not None
    assert results.beyond.charger_id == nearer.id
    assert results.beyond.distance_m > 5_000
    assert results.beyond.walk_min is None
    assert inside.beyond is None


def test_nothing_far_and_wide_names_nothing(app: Flask, now: datetime) -> None:
    with app.app_context():
        assert near(query=AROUND, vehicle=CAR, now=now).beyond is None


def test_a_free_time_too_short_is_left_for_one_that_holds_all_of_it(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=0)
        claim(charger.id, datetime(2026, 6, 10, 11), datetime(2026, 6, 11, 11), now)

        (hit,) = near(query=AROUND, vehicle=CAR, now=now).hits

    assert hit.free_text == "Next free from Thu 11:00"
    assert (hit.charge.energy_wh, hit.ends_text) == (34_800, "by Thu 14:10")


def test_where_nothing_holds_all_of_it_soon_the_price_is_for_what_fits(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=0)
        claim(charger.id, datetime(2026, 6, 10, 11), datetime(2026, 6, 20, 11), now)

        (hit,) = near(query=AROUND, vehicle=CAR, now=now).hits

    assert hit.free_text == "Free now until 11:00"
    assert (hit.charge.seconds, hit.charge.energy_wh) == (2700, 8_250)
    assert hit.span is not None
    assert hit.span.ends == datetime(2026, 6, 10, 11)


def test_a_part_of_the_charge_stands_behind_whole_ones_however_cheap(
    app: Flask, hanna: Person, now: datetime
) -> None:
    limit = PriceLimit(Decimal(15), asked_in="max_total")
    with app.app_context():
        whole = make_charger(hanna, now=now, tariff=_tariff(60_000, 0))
        dear = make_charger(hanna, now=now, tariff=_tariff(70_000, 0))
        slow = make_charger(
            hanna,
            now=now,
            tariff=_tariff(30_000, 0),
            connectors=(replace(whole.connectors[0], max_power_w=3_600),),
        )
        query = replace(AROUND, time=EVENING, order=Order.TOTAL, max_total=limit)

        hits = near(query=query, vehicle=CAR, now=now, wish=Wish(energy_wh=20_000)).hits

    # For 2.16 there are only 7.2 of the 20 kWh.
    assert _totals(hits) == [(whole.id, 1200), (dear.id, 1400), (slow.id, 216)]


def test_a_part_that_is_cheap_enough_passes_a_limit_that_all_of_it_would_not(
    app: Flask, hanna: Person, now: datetime
) -> None:
    limit = PriceLimit(Decimal(5), asked_in="max_total")
    with app.app_context():
        charger = make_charger(hanna, now=now, buffer_min=0, tariff=_tariff(50_000, 0))
        claim(charger.id, datetime(2026, 6, 10, 11), datetime(2026, 6, 20, 11), now)

        hits = near(query=replace(AROUND, max_total=limit), vehicle=CAR, now=now).hits

    assert _totals(hits) == [(charger.id, 412)]


def test_another_day_is_named_where_the_driver_named_none(
    app: Flask, hanna: Person, now: datetime
) -> None:
    tomorrow = (OpeningRule(4, 9 * 60, 17 * 60),)
    with app.app_context():
        make_charger(hanna, now=now, rules=tomorrow)

        (hit,) = near(query=AROUND, vehicle=CAR, now=now).hits

    assert hit.free_text == "Next free Thu 09:00–17:00"
    assert hit.ends_text == "by Thu 12:10"
    assert hit.span is not None
    assert hit.span.starts == datetime(2026, 6, 11, 9)


def test_the_owners_yes_the_walk_and_the_filters_of_the_place_are_told(
    app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        asking = make_charger(hanna, now=now, booking_mode="REQUEST")
        ready = make_charger(hanna, now=now, is_accessible=True, has_free_parking=True)

        def found(**wishes: Any) -> dict[int, Hit]:
            hits = near(query=replace(AROUND, **wishes), vehicle=CAR, now=now).hits
            return {hit.charger_id: hit for hit in hits}

        everything = found()

        assert everything[asking.id].is_request
        assert not everything[ready.id].is_request
        assert everything[ready.id].walk_min in range(1, 12)
        assert set(found(is_instant=True)) == {ready.id}
        assert set(found(is_accessible=True)) == {ready.id}
        assert set(found(has_free_parking=True)) == {ready.id}
        assert set(found(is_open_at_night=True)) == {asking.id, ready.id}


def _tariff(energy: int, time: int) -> Tariff:
    return Tariff(currency="EUR", energy_milli_per_kwh=energy, time_milli_per_hour=time)


def _totals(hits: tuple[Hit, ...]) -> list[tuple[int, int]]:
    return [(hit.charger_id, hit.charge.total_minor) for hit in hits]
