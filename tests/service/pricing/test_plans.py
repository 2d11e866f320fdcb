"""Plans: accepted once, followed by themselves, gone back from, never half stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.geo import Point
from app.pricing import service
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.observation import Observation
from app.pricing.domain.plan import BadPlan
from app.pricing.domain.suggestion import Suggestion
from app.pricing.domain.wish import MarginPerKwh, OwnerWish
from app.pricing.events import PlanChanged
from app.pricing.models import PricePlanRow
from app.schedules.domain import OpeningException, OpeningRule
from tests.support.factories_chargers import TARIFF, make_charger

EVENINGS = tuple(OpeningRule(day, 18 * 60, 22 * 60) for day in range(1, 8))


def wish_of(**values: Any) -> OwnerWish:
    usual: dict[str, Any] = {
        "currency": "EUR",
        "power_w": 1,
        "electricity": Electricity.flat(27_000),
        "aim": MarginPerKwh(0),
        "floor_milli_per_hour": 10_000,
        "ceiling_milli_per_hour": 300_000,
        "open_hours": (0.0,) * 168,
    }
    return OwnerWish(**{**usual, **values})


def accept(
    charger: Charger,
    now: datetime,
    *,
    is_automatic: bool = False,
    gate_min: int = 120,
    **values: Any,
) -> Suggestion:
    suggestion = service.suggest_for(charger, wish_of(**values), now)
    service.accept(
        charger=charger,
        suggestion=suggestion,
        is_automatic=is_automatic,
        gate_min=gate_min,
        now=now,
    )
    return suggestion


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    return make_charger(hanna, now=now)


def test_a_charger_without_a_plan_is_sold_at_its_fixed_price(charger: Charger) -> None:
    assert service.plan_of(charger.id) is None
    assert service.plans_of([charger.id]) == {}
    assert service.last_plan_of(charger.id) is None


def test_an_accepted_suggestion_is_in_force_with_the_energy_price(
    charger: Charger, now: datetime
) -> None:
    suggestion = accept(charger, now, gate_min=240)

    plan = service.plan_of(charger.id)
    assert plan
    assert (plan.mode, plan.gate_min, plan.version) == ("AUCTION", 240, 1)
    assert plan.prices.reserve_milli_per_hour == suggestion.reserve_milli_per_hour
    assert plan.prices.book_now_milli_per_hour == suggestion.book_now_milli_per_hour
    assert plan.prices.by_lead == suggestion.by_lead
    assert plan.prices.time_zone == charger.time_zone
    assert plan.wish == suggestion.wish
    assert plan.wish.power_w == charger.max_power_w
    tariff = service.tariff_of(charger.id)
    assert tariff.energy_milli_per_kwh == 30_000
    assert tariff.time_milli_per_hour == TARIFF.time_milli_per_hour


def test_lists_read_the_same_prices_and_never_old_ones(
    charger: Charger, now: datetime
) -> None:
    for floor in (10_000, 200_000):
        accept(charger, now, floor_milli_per_hour=floor)
        plans = service.plans_of([charger.id])
        assert service.prices_of([charger.id]) == {charger.id: plans[charger.id].prices}

    service.use_fixed(charger=charger, now=now)

    assert service.prices_of([charger.id]) == {}


def test_accepting_again_keeps_the_old_version_and_going_back_keeps_the_wish(
    charger: Charger, now: datetime
) -> None:
    accept(charger, now)
    accept(charger, now, floor_milli_per_hour=20_000)

    service.use_fixed(charger=charger, now=now)
    service.use_fixed(charger=charger, now=now)

    rows = db.session.query(PricePlanRow).order_by(PricePlanRow.version).all()
    assert [(row.version, row.mode, row.is_current) for row in rows] == [
        (1, "AUCTION", False),
        (2, "AUCTION", False),
        (3, "FIXED", True),
    ]
    assert service.plan_of(charger.id) is None
    last = service.last_plan_of(charger.id)
    assert last
    assert last.wish.floor_milli_per_hour == 20_000


def test_a_refused_plan_leaves_everything_as_it_was(
    charger: Charger, now: datetime
) -> None:
    with pytest.raises(BadPlan, match="12 hours"):
        accept(charger, now, gate_min=30)
    with pytest.raises(BadPlan, match="currency"):
        accept(charger, now, currency="USD")

    assert service.plan_of(charger.id) is None
    assert service.tariff_of(charger.id) == TARIFF


def test_another_currency_ends_the_plan(charger: Charger, now: datetime) -> None:
    accept(charger, now, is_automatic=True)

    with writing() as work:
        dollars = replace(TARIFF, currency="USD")
        service.set_tariff_in(work.session, evse_id=charger.id, tariff=dollars, now=now)

    assert service.plan_of(charger.id) is None
    assert service.tick(now=now + timedelta(days=1)) == 0


def test_a_new_price_in_the_same_currency_keeps_the_plan(
    charger: Charger, now: datetime
) -> None:
    accept(charger, now)

    with writing() as work:
        dearer = replace(TARIFF, energy_milli_per_kwh=45_000)
        service.set_tariff_in(work.session, evse_id=charger.id, tariff=dearer, now=now)

    assert service.plan_of(charger.id)


def test_a_charger_without_a_tariff_gets_one_with_its_plan(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    bare = make_charger(hanna, now=now, tariff=None)

    accept(bare, now)

    assert service.tariff_of(bare.id).time_milli_per_hour == 0


def test_open_hours_are_those_of_the_next_weeks(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    holiday = OpeningException(date(2026, 6, 12), "CLOSED", 0, 1440)
    here = make_charger(hanna, now=now, rules=EVENINGS, exceptions=(holiday,))

    often = service.open_hours_of(here, now)

    assert [hour for hour in range(24) if often[hour]] == [18, 19, 20, 21]
    assert often[18] == pytest.approx(4.348, abs=0.001)
    # The twelfth of June 2026 is a Friday, one of four.
    assert often[4 * 24 + 18] == pytest.approx(often[18] * 3 / 4)


def test_an_automatic_plan_follows_demand_by_at_most_a_tenth_a_day(
    charger: Charger, now: datetime
) -> None:
    accept(charger, now, is_automatic=True)
    before = service.plan_of(charger.id)
    assert before
    busy(charger, now)

    tomorrow = now + timedelta(days=1)
    assert service.tick(now=tomorrow) == 1

    after = service.plan_of(charger.id)
    assert after
    assert after.version == before.version + 1
    assert (after.changed_on, after.is_automatic) == (tomorrow.date(), True)
    pairs = list(
        zip(
            before.prices.reserve_milli_per_hour
            + before.prices.book_now_milli_per_hour,
            after.prices.reserve_milli_per_hour + after.prices.book_now_milli_per_hour,
            strict=True,
        )
    )
    assert all(abs(new - old) * 10 <= old for old, new in pairs)
    assert any(new > old for old, new in pairs)
    for soon, old in zip(after.prices.by_lead, before.prices.by_lead, strict=True):
        steps = zip(old.milli_per_hour, soon.milli_per_hour, strict=True)
        assert all(new <= price * 1.1 for price, new in steps)
        assert soon.milli_per_hour != old.milli_per_hour
    assert all(10_000 <= new <= 300_000 for _, new in pairs)


def test_a_second_tick_of_the_same_day_changes_nothing(
    charger: Charger, now: datetime
) -> None:
    accept(charger, now, is_automatic=True)
    busy(charger, now)
    tomorrow = now + timedelta(days=1)

    first, second = service.tick(now=tomorrow), service.tick(now=tomorrow)

    assert (first, second) == (1, 0)
    assert db.session.query(PricePlanRow).count() == 2


def test_a_day_without_news_is_no_new_version(charger: Charger, now: datetime) -> None:
    accept(charger, now, is_automatic=True)
    later = now + timedelta(days=1)

    service.tick(now=later)

    plan = service.plan_of(charger.id)
    assert plan
    assert (plan.version, plan.changed_on) == (1, later.astimezone(UTC).date())


def test_a_plan_that_was_accepted_once_stays_as_it_is(
    charger: Charger, now: datetime
) -> None:
    accept(charger, now)
    busy(charger, now)

    assert service.tick(now=now + timedelta(days=3)) == 0

    plan = service.plan_of(charger.id)
    assert plan
    assert plan.version == 1


def test_a_charger_that_was_taken_down_is_not_priced_any_more(
    charger: Charger, hanna: Person, now: datetime
) -> None:
    accept(charger, now, is_automatic=True)
    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    service.tick(now=now + timedelta(days=1))

    assert db.session.query(PricePlanRow).count() == 1


def test_those_who_depend_on_the_mode_are_told(
    in_app: Flask, charger: Charger, now: datetime
) -> None:
    heard: list[PlanChanged] = []
    in_app.extensions["plugbid_events"].subscribe(PlanChanged, heard.append)

    accept(charger, now)
    service.use_fixed(charger=charger, now=now)
    service.use_fixed(charger=charger, now=now)

    assert [each.mode for each in heard] == ["AUCTION", "FIXED"]


def busy(charger: Charger, now: datetime) -> None:
    """Let many drivers bid much for this charger's place."""
    place = Point(charger.public_latitude, charger.public_longitude)
    service.learn(
        [
            Observation(
                at=now,
                person=f"driver {number}",
                place=place,
                hours=tuple(range(168)),
                kind="BID",
                milli_per_hour=250_000,
                currency="EUR",
                power_w=charger.max_power_w,
            )
            for number in range(20)
        ],
        now,
    )
