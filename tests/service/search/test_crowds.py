"""Where thousands are near: whoever fits is found, and nothing is read for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.service import Person
from app.chargers.models import LocationRow
from app.database import writing
from app.kernel.geo import Point
from app.schedules.models import OpenWindowRow
from app.search import service
from app.search.domain import Order, Query
from app.search.service import finder
from app.search.service.unmet import note_unmet
from tests.support.many_chargers import store_many

CENTER = Point(52.5, 13.4)
AROUND = Query(center=CENTER, radius_m=10_000)
CROWD = 100


@pytest.fixture
def crowd(
    in_app: Flask, hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """Many more chargers than are compared, the nearest first."""
    monkeypatch.setattr(finder, "MAX_COMPARED", 20)
    points = [Point(52.5 + number / 2_000, 13.4) for number in range(CROWD)]
    return store_many(hanna, points, now=now)


def make_accessible(charger_id: int) -> None:
    with writing() as work:
        # Each of them has the number of its place.
        work.session.execute(
            update(LocationRow)
            .where(LocationRow.id == charger_id)
            .values(is_accessible=True)
        )


@pytest.mark.parametrize("order", Order)
def test_the_only_one_that_fits_is_found_behind_all_others_in_every_order(
    crowd: list[int], now: datetime, order: Order
) -> None:
    make_accessible(crowd[-1])
    query = replace(AROUND, is_accessible=True, order=order)

    found = service.near(query=query, vehicle=None, now=now)

    assert [each.charger_id for each in found.hits] == [crowd[-1]]
    assert not found.has_more


@pytest.mark.parametrize("order", Order)
def test_the_only_one_that_is_free_is_found_behind_all_others_in_every_order(
    crowd: list[int], now: datetime, order: Order
) -> None:
    with writing() as work:
        # Too short for any booking.
        work.session.execute(
            update(OpenWindowRow)
            .where(OpenWindowRow.evse_id != crowd[-1])
            .values(end_slot=OpenWindowRow.first_slot + 1)
        )

    found = service.near(query=replace(AROUND, order=order), vehicle=None, now=now)

    assert [each.charger_id for each in found.hits] == [crowd[-1]]


@pytest.mark.parametrize("order", [Order.SOON, Order.PRICE, Order.TOTAL])
def test_no_more_are_compared_than_there_is_time_for(
    crowd: list[int], now: datetime, order: Order
) -> None:
    found = service.near(query=replace(AROUND, order=order), vehicle=None, now=now)

    assert 18 <= found.total == found.looked <= 20
    assert found.has_more


@pytest.mark.parametrize("order", Order)
def test_a_search_that_had_to_stop_is_no_unmet_wish(
    crowd: list[int], now: datetime, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(finder.Finder.__init__.__kwdefaults__, "at_most", CROWD - 1)
    make_accessible(crowd[-1])
    query = replace(AROUND, is_accessible=True, order=order)

    found = service.near(query=query, vehicle=None, now=now)

    assert (found.total, found.has_more, found.looked) == (0, True, CROWD - 1)
    # What lies outside is not the nearest one that fits.
    assert found.beyond is None
    assert note_unmet(found, "a", now) == 0
