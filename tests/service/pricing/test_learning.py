"""What drivers did is taken in once, for a cell and for its region."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import db
from app.kernel.geo import Point, cell_of
from app.pricing import service
from app.pricing.domain.cold_start import usual_milli_per_hour
from app.pricing.domain.observation import Observation
from app.pricing.models import DemandModelRow
from app.pricing.service.learning import region_of
from tests.support.factories_chargers import make_charger

BERLIN = Point(52.5384, 13.4098)


def seen(at: datetime, **values: Any) -> Observation:
    usual: dict[str, Any] = {
        "person": "dario",
        "place": BERLIN,
        "hours": (18, 19),
        "kind": "WANTED",
        "currency": "EUR",
        "power_w": 11_000,
    }
    return Observation(**{"at": at, **usual, **values})


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    return make_charger(hanna, now=now)


def test_where_nobody_was_seen_the_usual_is_expected(
    charger: Charger, now: datetime
) -> None:
    demand = service.demand_for(charger, "EUR", now)

    assert demand.median_milli_per_hour[18] == pytest.approx(
        usual_milli_per_hour("EUR", charger.max_power_w)
    )
    assert demand.spread == 4


def test_the_same_report_again_teaches_nothing(charger: Charger, now: datetime) -> None:
    report = [seen(now, person=f"driver {n}") for n in range(9)]

    first = service.learn(report, now)
    once = service.demand_for(charger, "EUR", now)
    again = service.learn(report, now + timedelta(hours=1))

    assert (first, again) == (9, 0)
    later = now + timedelta(hours=1)
    assert service.demand_for(charger, "EUR", later).requests[18] == pytest.approx(
        once.requests[18], rel=0.01
    )


def test_what_has_not_happened_yet_is_left_out(in_app: Flask, now: datetime) -> None:
    assert service.learn([seen(now + timedelta(hours=1))], now) == 0
    assert db.session.query(DemandModelRow).count() == 0


def test_many_drivers_raise_what_is_expected_at_their_hours(
    charger: Charger, now: datetime
) -> None:
    here = Point(charger.public_latitude, charger.public_longitude)
    before = service.demand_for(charger, "EUR", now)

    service.learn([seen(now, person=f"{n}", place=here) for n in range(30)], now)

    after = service.demand_for(charger, "EUR", now)
    assert after.requests[18] > 2 * before.requests[18]
    assert after.spread > before.spread


def test_a_region_teaches_values_to_cells_where_nobody_was_seen(
    charger: Charger, now: datetime
) -> None:
    here = Point(charger.public_latitude, charger.public_longitude)
    row = (here.lat + 90) * 20 // 1
    # Another cell of the same half degree.
    shift = -0.05 if int(row) % 10 else 0.05
    near = Point(here.lat + shift, here.lon)
    assert cell_of(near) != cell_of(here)
    assert region_of(near) == region_of(here)
    bids = [
        seen(now, person=f"{n}", place=near, kind="BID", milli_per_hour=300_000)
        for n in range(30)
    ]

    service.learn(bids, now)

    demand = service.demand_for(charger, "EUR", now)
    usual = usual_milli_per_hour("EUR", charger.max_power_w)
    assert demand.median_milli_per_hour[18] > 1.5 * usual
    assert demand.median_milli_per_hour[3] == pytest.approx(usual)


def test_quiet_weeks_count_as_weeks_without_anybody(
    charger: Charger, now: datetime
) -> None:
    here = Point(charger.public_latitude, charger.public_longitude)
    service.learn([seen(now, person=f"{n}", place=here) for n in range(30)], now)

    soon = service.demand_for(charger, "EUR", now + timedelta(days=1))
    late = service.demand_for(charger, "EUR", now + timedelta(weeks=10))

    assert late.requests[18] < soon.requests[18] / 2


def test_the_chargers_of_a_cell_share_its_drivers(
    charger: Charger, now: datetime
) -> None:
    here = Point(charger.public_latitude, charger.public_longitude)
    report = [seen(now, person=f"{n}", place=here) for n in range(30)]

    service.learn(report, now, {cell_of(here): 20})

    demand = service.demand_for(charger, "EUR", now)
    assert demand.requests[18] < 30 / 5
