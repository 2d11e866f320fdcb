"""The search answers exactly what a naive scan of every charger answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from flask import Flask

from app.accounts.service import Person, Vehicle
from app.kernel.geo import Point
from app.search.domain import Order, PriceLimit, Query, Span
from app.search.service import near
from tests.service.search import world

CAR = Vehicle(
    id=1,
    user_id=1,
    name="Car",
    standards=("IEC_62196_T2", "IEC_62196_T2_COMBO"),
    max_ac_w=11_000,
    max_dc_w=80_000,
    battery_wh=58_000,
    is_default=True,
)


def _query(
    random: Random, now: datetime, scene: world.Scene = world.BERLIN, ahead_h: int = 3
) -> Query:
    """Return any search a driver could make there."""
    starts = now.replace(tzinfo=None, minute=0) + timedelta(
        hours=ahead_h + random.randrange(60)
    )
    span = Span(
        starts=starts, ends=starts + timedelta(minutes=random.choice((30, 120)))
    )
    return Query(
        center=Point(
            scene.home.lat + random.uniform(-0.5, 0.5) * scene.height,
            world._round_the_earth(
                scene.home.lon + random.uniform(-0.3, 0.3) * scene.width
            ),
        ),
        radius_m=random.choice((2_000, 5_000, 15_000, 50_000)),
        time=random.choice((None, span, span)),
        standards=random.choice(
            (None, frozenset(CAR.standards), frozenset({"DOMESTIC_F"}))
        ),
        min_power_w=random.choice((0, 0, 11_000, 22_000)),
        max_price=random.choice((None, None, PriceLimit(Decimal("0.45")))),
    )


def _differences(
    now: datetime, ids: list[int], queries: Iterable[Query]
) -> tuple[list[object], int]:
    """Return where search and scan differ, and how much there was to find."""
    differences: list[object] = []
    hits = 0
    for query in queries:
        results = near(query=query, vehicle=CAR, now=now)

        wanted = world.scan(ids, query, CAR, now)
        found = [
            world.Expected(
                each.charger_id, each.charge.total_minor, each.charge.energy_wh
            )
            for each in results.hits
        ]
        hits += len(wanted)
        if found != wanted[:50] or results.total != len(wanted):
            differences.append((query, found, wanted))
    return differences, hits


@pytest.mark.parametrize("seed", [1, 2])
def test_the_search_finds_what_a_scan_of_every_charger_finds(
    app: Flask, hanna: Person, now: datetime, seed: int
) -> None:
    random = Random(seed)
    with app.app_context():
        ids = world.build(random, hanna, now, count=50)
        queries = [_query(random, now) for _ in range(60)]

        differences, hits = _differences(now, ids, queries)

    assert not differences
    # A world in which nothing is ever found would prove nothing.
    assert hits > 100


SCENES = {
    "the date line": world.Scene(
        home=Point(-16.8, 179.98),
        zones=("Pacific/Fiji", "Pacific/Apia", "Pacific/Pago_Pago"),
        has_wishes=True,
    ),
    "beyond 75 degrees": world.Scene(
        home=Point(78.22, 15.65),
        width=1.5,
        zones=("Arctic/Longyearbyen",),
        has_wishes=True,
    ),
    "the pole": world.Scene(
        home=Point(-89.85, 0.0),
        height=0.14,
        width=180,
        zones=("Antarctica/McMurdo", "UTC"),
        has_wishes=True,
    ),
    "odd quarter hours": world.Scene(
        home=Point(27.7, 85.3),
        zones=("Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe"),
        has_wishes=True,
    ),
}


@pytest.mark.parametrize("place", SCENES)
def test_all_over_the_earth_and_with_every_filter_the_answers_are_the_same(
    app: Flask, hanna: Person, now: datetime, place: str
) -> None:
    random = Random(place)
    scene = SCENES[place]
    with app.app_context():
        ids = world.build(random, hanna, now, count=24, scene=scene)
        queries = [
            replace(
                # Late enough to lie ahead wherever the clocks show most.
                _query(random, now, scene, ahead_h=15),
                is_instant=random.random() < 0.2,
                is_accessible=random.random() < 0.15,
                has_free_parking=random.random() < 0.15,
                is_open_at_night=random.random() < 0.2,
            )
            for _ in range(40)
        ]

        differences, hits = _differences(now, ids, queries)

    assert not differences
    assert hits > 40


def test_the_cheapest_first_has_the_same_chargers_in_the_order_of_their_price(
    app: Flask, hanna: Person, now: datetime
) -> None:
    random = Random(3)
    with app.app_context():
        world.build(random, hanna, now, count=40)
        query = Query(center=world.HOME, radius_m=50_000)

        nearest = near(query=query, vehicle=CAR, now=now)
        cheapest = near(query=replace(query, order=Order.PRICE), vehicle=CAR, now=now)

    assert {each.charger_id for each in cheapest.hits} == {
        each.charger_id for each in nearest.hits
    }
    for currency in ("EUR", "USD", "JPY"):
        prices = [
            each.charge.per_kwh_milli
            for each in cheapest.hits
            if each.charge.currency == currency
        ]
        assert prices == sorted(prices)
        assert len(prices) > 1


def test_a_small_chunk_changes_no_answer(
    app: Flask, hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(4)
    with app.app_context():
        world.build(random, hanna, now, count=30)
        query = Query(center=world.HOME, radius_m=50_000)
        whole = near(query=query, vehicle=CAR, now=now)
        monkeypatch.setattr("app.search.service.finder.CHUNK", 4)
        monkeypatch.setattr("app.search.service.finding.MAX_POINTS", 10)

        limited = near(query=query, vehicle=CAR, now=now, cards=6)

    assert limited.hits == whole.hits[:6]
    assert limited.points == whole.points[:10]
    assert limited.has_more
    assert sum(each.count for each in limited.counts) > 0
