"""Windows, "until full" and every order answer what asking every charger answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.pricing import service as pricing
from app.search.domain import (
    Order,
    PriceLimit,
    Query,
    Span,
    UntilFull,
    Window,
    Wish,
)
from app.search.service import near
from tests.service.search import world
from tests.service.search.test_oracle import CAR
from tests.service.search.truth import QUARTER, Truth, truths
from tests.support.factories_auctions import set_plan

# A quiet morning, and the evenings before both changes of clocks.
MOMENTS = [
    datetime(2026, 6, 10, 8, 7, tzinfo=UTC),
    datetime(2026, 3, 28, 20, 7, tzinfo=UTC),
    datetime(2026, 10, 24, 20, 7, tzinfo=UTC),
]


def _build(random: Random, owner: Person, now: datetime, count: int) -> list[int]:
    """Store a world in which a third of the priced chargers is auctioned."""
    ids = world.build(random, owner, now, count)
    tariffs = pricing.tariffs_of(ids)
    for charger in chargers.chargers_by_ids(ids).values():
        tariff = tariffs.get(charger.id)
        if tariff is not None and random.random() < 0.35:
            unit = 1_000 if tariff.currency == "JPY" else 100_000
            week = [random.randrange(50, 400) * unit // 100 for _ in range(168)]
            set_plan(
                charger,
                now=now,
                reserve=[each // 2 for each in week],
                book_now=week,
                by_lead={120: 5 * unit, 600: 4 * unit},
                currency=tariff.currency,
            )
    return ids


def _query(random: Random, now: datetime) -> Query:
    """Return any search whose time is no exact one, or whose order is another."""
    wall = now.replace(tzinfo=None, minute=0)
    starts = wall + timedelta(hours=random.randrange(-3, 40))
    ends = starts + random.randrange(16, 60) * QUARTER
    window = Window(
        starts=starts, ends=ends, length=random.choice((2, 4, 8, 12)) * QUARTER
    )
    ahead = wall + timedelta(hours=random.randrange(4, 30))
    span = Span(starts=ahead, ends=ahead + random.choice((2, 8)) * QUARTER)
    return Query(
        center=world.HOME,
        radius_m=random.choice((5_000, 50_000, 50_000)),
        time=random.choice((window, window, UntilFull(), UntilFull(), span, None)),
        standards=random.choice((None, frozenset(CAR.standards))),
        max_price=random.choice((None, None, PriceLimit(Decimal("0.60")))),
        max_total=random.choice((None, None, PriceLimit(Decimal(18)))),
        order=random.choice(list(Order)),
    )


@pytest.mark.parametrize("moment", MOMENTS, ids=["june", "spring", "autumn"])
def test_every_time_and_order_finds_what_a_scan_of_every_charger_finds(
    app: Flask, hanna: Person, moment: datetime
) -> None:
    random = Random(moment.month)
    with app.app_context():
        ids = _build(random, hanna, moment, count=24)
        differences, found_by = [], Counter[str]()
        for _ in range(36):
            query = _query(random, moment)
            wish = random.choice((None, Wish(energy_wh=3_000), Wish(soc_to=40)))
            if not _lies_ahead(query, moment):
                continue

            results = near(query=query, vehicle=CAR, now=moment, wish=wish)

            wanted = truths(ids, query, wish, moment)
            found_by[type(query.time).__name__] += len(wanted)
            by_id = {each.charger_id: each for each in wanted}
            same = [
                Truth(
                    charger_id=hit.charger_id,
                    distance_m=hit.distance_m,
                    begins_at=hit.begins_at,
                    total_minor=hit.charge.total_minor,
                    energy_wh=hit.charge.energy_wh,
                    currency=hit.charge.currency,
                )
                == by_id.get(hit.charger_id)
                for hit in results.hits
            ]
            order = [hit.charger_id for hit in results.hits]
            if query.order in {Order.PRICE, Order.TOTAL}:
                grouped = sorted(results.hits, key=lambda hit: hit.charge.currency)
                order = [hit.charger_id for hit in grouped]
            if not all(same) or order != [each.charger_id for each in wanted]:
                differences.append((query, wish, results.hits, wanted))

    assert not differences
    # A world in which nothing is ever found would prove nothing.
    assert min(found_by[kind] for kind in ("Window", "UntilFull", "Span")) > 5


def _lies_ahead(query: Query, now: datetime) -> bool:
    """Return whether the time has not passed in the slowest zone of the world."""
    if not isinstance(query.time, Window | Span):
        return True
    london = now.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
    return query.time.latest_start > london + QUARTER


@pytest.mark.parametrize("order", [Order.PRICE, Order.TOTAL, Order.SOON])
def test_the_first_few_are_the_same_as_of_all(
    app: Flask,
    hanna: Person,
    now: datetime,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = Random(5)
    with app.app_context():
        _build(random, hanna, now, count=30)
        starts = now.replace(tzinfo=None, minute=0) + timedelta(hours=5)
        window = Window(
            starts=starts, ends=starts + timedelta(hours=9), length=4 * QUARTER
        )
        little = Wish(energy_wh=3_000)
        for time in (None, window, UntilFull()):
            query = Query(center=world.HOME, radius_m=50_000, order=order, time=time)
            whole = near(query=query, vehicle=CAR, now=now, wish=little)
            with monkeypatch.context() as patch:
                patch.setattr("app.search.service.finder.CHUNK", 4)
                patch.setattr("app.search.service.finding.MAX_POINTS", 3)

                few = near(query=query, vehicle=CAR, now=now, wish=little)

            nearest_first = replace(query, order=Order.NEAR)
            anyhow = near(query=nearest_first, vehicle=CAR, now=now, wish=little)
            assert len(whole.points) > 4
            assert few.points == whole.points[:3]
            assert few.has_more
            assert {each.charger_id for each in anyhow.points} == {
                each.charger_id for each in whole.points
            }
