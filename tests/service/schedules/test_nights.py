"""The summary of weekly hours follows the rules, and the nightly work writes little."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, event, select

from app.accounts.service import Person
from app.database import db, writing
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS, OpeningRule
from app.schedules.models import OpeningSummaryRow, OpenWindowRow
from tests.service.schedules.test_opening import NIGHTS, set_opening, windows_of
from tests.support.factories_chargers import make_charger

DAYS_ONLY = tuple(OpeningRule(day, 9 * 60, 17 * 60) for day in range(1, 8))


def summaries() -> dict[int, bool]:
    rows = db.session.execute(
        select(OpeningSummaryRow.evse_id, OpeningSummaryRow.is_open_at_night)
    )
    return {row[0]: row[1] for row in rows}


def test_new_hours_change_the_summary_with_them(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=NIGHTS)
    by_night = summaries()

    set_opening(charger, now, *DAYS_ONLY)

    assert by_night == {charger.id: True}
    assert summaries() == {charger.id: False}


def test_a_charger_without_rules_is_not_open_at_night(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=())

    assert summaries() == {charger.id: False}


def test_the_nightly_work_fills_in_a_summary_that_is_missing(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=ALWAYS)
    with writing() as work:
        work.session.execute(delete(OpeningSummaryRow))

    schedules.tick(now=now + timedelta(days=1))

    assert summaries() == {charger.id: True}


def test_the_nightly_work_goes_through_more_chargers_than_one_batch_holds(
    in_app: Flask, hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.schedules.service.windows._BATCH", 2)
    chargers = [make_charger(hanna, now=now, rules=NIGHTS) for _ in range(5)]
    last_ends = [windows_of(charger)[-1][1] for charger in chargers]

    count = schedules.tick(now=now + timedelta(days=1))

    assert count == 5
    assert [windows_of(each)[-1][1] for each in chargers] == [
        end + 96 for end in last_ends
    ]


def test_a_night_later_only_the_first_and_the_last_window_are_written(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=NIGHTS)
    before = set(windows_of(charger))
    written: list[object] = []
    event.listen(
        db.engine,
        "before_cursor_execute",
        lambda _c, _u, statement, values, _x, many: (
            written.extend(values if many else [values])
            if statement.startswith("INSERT INTO open_window")
            else None
        ),
    )

    schedules.tick(now=now + timedelta(days=1))

    after = set(windows_of(charger))
    assert len(before - after) == len(after - before) == 1
    assert len(written) == 1


def test_a_window_that_was_added_by_mistake_goes_with_the_next_refresh(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=NIGHTS)
    right = windows_of(charger)
    first = right[0][0]
    with writing() as work:
        wrong = [first - 4, first - 1], [first + 60, first + 61]
        work.session.add_all(
            OpenWindowRow(evse_id=charger.id, first_slot=begin, end_slot=end)
            for begin, end in wrong
        )

    set_opening(charger, now, *NIGHTS)

    assert windows_of(charger) == right
