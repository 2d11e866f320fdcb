"""Searches that found nothing: counted once a person and hour, and nobody named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.accounts.service import Person
from app.database import db, writing
from app.kernel.geo import Point, cell_of
from app.search import alerts, service
from app.search.domain import Query, Span
from app.search.domain.demand import Demand
from app.search.models import UnmetSearchRow
from app.search.service import Results, unmet
from app.web import limits
from app.web.limits import RateCounterRow
from tests.support.factories_chargers import make_charger

HERE = Point(52.5384, 13.4098)
FRIDAY = datetime(2026, 6, 12, 18)
EVENING = Span(starts=FRIDAY, ends=FRIDAY + timedelta(hours=3))
FRIDAY_18 = 4 * 24 + 18
ALWAYS = (True,) * 168


def nothing_found(now: datetime, **asked: Any) -> Results:
    """Search where there is no charger at all."""
    query = Query(center=asked.pop("center", HERE), **asked)
    return service.near(query=query, vehicle=None, now=now)


def counted() -> dict[int, tuple[int, int]]:
    """Return by hour of the week how many searches asked, and began, there."""
    db.session.rollback()
    rows = db.session.scalars(select(UnmetSearchRow))
    return {row.hour_of_week: (row.searches, row.first_hours) for row in rows}


def near_here(now: datetime) -> Demand:
    """Return the demand as an owner there sees it."""
    db.session.rollback()
    return unmet.demand_near(HERE, ALWAYS, now)


def test_every_hour_of_a_fruitless_search_counts_and_the_search_once(
    in_app: Flask, now: datetime
) -> None:
    hours = unmet.note_unmet(nothing_found(now, time=EVENING), "a", now)

    assert hours == 3
    assert counted() == {
        FRIDAY_18: (1, 1),
        FRIDAY_18 + 1: (1, 0),
        FRIDAY_18 + 2: (1, 0),
    }
    (row, *_) = db.session.scalars(select(UnmetSearchRow))
    assert (row.cell, row.on_date) == (cell_of(HERE), date(2026, 6, 10))


def test_a_search_for_any_time_counts_in_the_hour_it_is_there(
    in_app: Flask, now: datetime
) -> None:
    unmet.note_unmet(nothing_found(now), "a", now)
    # Shortly after ten in Berlin it is shortly after four in New York.
    unmet.note_unmet(nothing_found(now, center=Point(40.7, -74.0)), "a", now)

    assert set(counted()) == {2 * 24 + 10, 2 * 24 + 4}


def test_the_date_is_that_of_the_place(in_app: Flask) -> None:
    late = datetime.fromisoformat("2026-06-10T22:30+00:00")

    unmet.note_unmet(nothing_found(late), "a", late)

    (row,) = db.session.scalars(select(UnmetSearchRow))
    assert row.on_date == date(2026, 6, 11)


def test_one_person_counts_once_an_hour_whatever_else_he_asks(
    in_app: Flask, now: datetime
) -> None:
    longer = Span(starts=FRIDAY, ends=FRIDAY + timedelta(hours=4))
    for time in (EVENING, EVENING, longer):
        unmet.note_unmet(nothing_found(now, time=time), "a", now)

    assert counted()[FRIDAY_18] == (1, 1)
    assert counted()[FRIDAY_18 + 3] == (1, 0)


def test_others_and_the_same_person_an_hour_later_count_again(
    in_app: Flask, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    for who, at in (("a", now), ("b", now), ("a", later)):
        unmet.note_unmet(nothing_found(at, time=EVENING), who, at)

    assert counted()[FRIDAY_18] == (3, 3)
    assert near_here(now).searches == 3


def test_a_search_that_found_something_or_was_refused_is_no_demand(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    make_charger(hanna, now=now)

    unmet.note_unmet(nothing_found(now), "a", now)
    unmet.note_unmet(None, "a", now)

    assert counted() == {}


def test_machines_count_nothing(in_app: Flask, now: datetime) -> None:
    assert unmet.note_unmet(nothing_found(now), None, now) == 0
    assert counted() == {}


def test_nothing_that_is_kept_names_anybody(in_app: Flask, now: datetime) -> None:
    who = "address 203.0.113.7"

    unmet.note_unmet(nothing_found(now), who, now)

    keys = db.session.scalars(select(RateCounterRow.key)).all()
    assert sorted(key.partition(":")[0] for key in keys) == ["unmet", "unmet of"]
    assert not any("203.0.113.7" in key for key in keys)
    kept = set(UnmetSearchRow.__table__.columns.keys())
    assert kept == {"cell", "on_date", "hour_of_week", "searches", "first_hours"}


def test_one_visitor_cannot_fill_the_table(in_app: Flask, now: datetime) -> None:
    for number in range(40):
        long = Span(starts=FRIDAY, ends=FRIDAY + timedelta(hours=48))
        found = nothing_found(now, center=Point(number, number), time=long)
        unmet.note_unmet(found, "a", now)

    rows = select(func.count()).select_from(UnmetSearchRow)
    counters = select(func.count()).select_from(RateCounterRow)
    assert db.session.scalar(rows) == 30 * 12
    assert db.session.scalar(counters) == 30 * 12 + 1
    assert unmet.note_unmet(nothing_found(now), "b", now) == 1
    later = now + timedelta(hours=1)
    assert unmet.note_unmet(nothing_found(later), "a", later) == 1


def test_a_repeated_search_writes_nothing(in_app: Flask, now: datetime) -> None:
    results = nothing_found(now, time=EVENING)
    unmet.note_unmet(results, "a", now)
    written: list[str] = []

    def watch(*heard: Any) -> None:
        if heard[2].split()[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            written.append(heard[2])

    event.listen(db.engine, "before_cursor_execute", watch)
    unmet.note_unmet(results, "a", now)
    event.remove(db.engine, "before_cursor_execute", watch)

    assert written == []


def test_a_database_in_trouble_breaks_no_search(
    in_app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    results = nothing_found(now)
    monkeypatch.setattr(limits, "first_uses_in", fail)

    assert unmet.note_unmet(results, "a", now) == 0
    monkeypatch.undo()
    assert unmet.note_unmet(results, "a", now) == 1


def test_searches_at_once_are_all_counted(in_app: Flask, now: datetime) -> None:
    results = nothing_found(now, time=EVENING)

    def search(number: int) -> int:
        with in_app.app_context():
            return unmet.note_unmet(results, f"person {number % 4}", now)

    with ThreadPoolExecutor(6) as pool:
        noted = sum(pool.map(search, range(12)))

    assert noted == 12
    assert counted()[FRIDAY_18 + 2] == (4, 0)
    assert near_here(now).searches == 4


def test_an_owner_sees_four_weeks_of_the_cells_within_ten_kilometers(
    in_app: Flask, now: datetime
) -> None:
    near, far = Point(52.60, 13.41), Point(52.80, 13.41)
    for place, days_ago in ((near, 0), (near, 27), (near, 28), (far, 0)):
        at = now - timedelta(days=days_ago)
        unmet.note_unmet(nothing_found(at, center=place), f"{days_ago}", at)

    assert near_here(now).searches == 2


def test_after_thirteen_weeks_it_is_forgotten_by_the_clock(
    in_app: Flask, now: datetime
) -> None:
    for days_ago in (90, 92):
        at = now - timedelta(days=days_ago)
        unmet.note_unmet(nothing_found(at), "a", at)

    alerts.tick(now=now)

    (row,) = db.session.scalars(select(UnmetSearchRow))
    assert row.on_date == (now - timedelta(days=90)).date()


def test_forgetting_is_done_once_a_night(in_app: Flask, now: datetime) -> None:
    alerts.tick(now=now)
    old = now - timedelta(days=100)
    unmet.note_unmet(nothing_found(old), "a", old)

    alerts.tick(now=now + timedelta(minutes=1))
    same_night = counted()
    alerts.tick(now=now + timedelta(days=1))

    assert len(same_night) == 1
    assert counted() == {}


def test_keys_are_marked_once_a_window(in_app: Flask, now: datetime) -> None:
    asked = {"window_s": 3600, "now": now}
    with writing() as work:
        first = limits.first_uses_in(work.session, ["b", "a"], **asked)
    with writing() as work:
        second = limits.first_uses_in(work.session, ["b", "c"], **asked)

    assert first == {"a", "b"}
    assert second == {"c"}
    assert limits.used_keys(["a", "x"], **asked) == {"a"}
    later = now + timedelta(hours=1)
    assert limits.used_keys(["a"], window_s=3600, now=later) == set()
