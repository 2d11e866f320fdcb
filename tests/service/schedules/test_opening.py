"""Opening hours stored, expanded for the search, and kept by the owner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.period import Period
from app.kernel.slots import slot_at
from app.schedules import service as schedules
from app.schedules.claims import claim_in
from app.schedules.domain import (
    ALWAYS,
    Opening,
    OpeningException,
    OpeningRefused,
    OpeningRule,
)
from app.schedules.models import OpenWindowRow
from app.schedules.service.windows import WINDOW_DAYS
from tests.support.claims import slots_taken
from tests.support.factories_chargers import make_charger

NIGHTS = tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in range(1, 8))
CLOSED = OpeningException(date(2026, 6, 11), "CLOSED", reason="Away")


def hour(day: int, hours: int, minutes: int = 0) -> datetime:
    """An instant in June 2026, in UTC; Berlin is two hours ahead."""
    return datetime(2026, 6, day, hours, minutes, tzinfo=UTC)


def windows_of(charger: Charger) -> list[tuple[int, int]]:
    statement = (
        select(OpenWindowRow.first_slot, OpenWindowRow.end_slot)
        .where(OpenWindowRow.evse_id == charger.id)
        .order_by(OpenWindowRow.first_slot)
    )
    return [(row.first_slot, row.end_slot) for row in db.session.execute(statement)]


def set_opening(
    charger: Charger, now: datetime, *rules: OpeningRule, zone: str = "Europe/Berlin"
) -> None:
    with writing() as work:
        schedules.set_opening_in(work.session, evse_id=charger.id, rules=rules)
        schedules.refresh_windows_in(work.session, charger.id, zone, now)


def test_opening_hours_read_back_sorted_and_without_doubles(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    doubled = (*reversed(NIGHTS), NIGHTS[0])

    charger = make_charger(hanna, now=now, rules=doubled, exceptions=(CLOSED,))

    opening = schedules.opening_of(charger.id)
    assert opening == Opening(rules=NIGHTS, exceptions=(CLOSED,))


def test_a_charger_without_rules_is_never_open(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=())
    week = Period(now, now + timedelta(days=7))

    assert schedules.opening_of(charger.id) == Opening(rules=())
    assert schedules.free_periods(charger=charger, window=week, now=now) == ()
    assert windows_of(charger) == []


def test_new_hours_replace_the_old_ones_and_their_windows(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, exceptions=(CLOSED,))
    before = windows_of(charger)

    set_opening(charger, now, OpeningRule(4, 600, 660))

    first = slot_at(hour(11, 8))
    assert schedules.opening_of(charger.id) == Opening(
        rules=(OpeningRule(4, 600, 660),)
    )
    assert len(before) == 2
    assert windows_of(charger) == [
        (first + week * 672, first + week * 672 + 4) for week in range(5)
    ]


def test_refused_hours_leave_the_old_ones(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(OpeningRefused):
        set_opening(charger, now, OpeningRule(1, 7, 20))

    assert schedules.opening_of(charger.id).rules == ALWAYS


def test_always_open_is_one_window_of_35_days_from_the_running_quarter_hour(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    first = slot_at(now)
    assert windows_of(charger) == [(first, first + WINDOW_DAYS * 96)]


def test_another_time_zone_moves_the_windows(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    rule = OpeningRule(4, 600, 660)
    charger = make_charger(hanna, now=now, rules=(rule,))

    set_opening(charger, now, rule, zone="America/New_York")

    assert windows_of(charger)[0][0] == slot_at(hour(11, 14))


def test_the_nightly_work_moves_the_windows_on_and_forgets_old_slots(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    with writing() as work:
        claim_in(
            work.session,
            evse_id=charger.id,
            period=Period(hour(10, 9), hour(10, 10)),
            buffer_min=0,
            kind="MAINTENANCE",
            now=now,
        )

    count = schedules.tick(now=now + timedelta(days=1))
    again = schedules.tick(now=now + timedelta(days=1, hours=3))
    kept = slots_taken(charger.id)
    schedules.tick(now=now + timedelta(days=3))

    assert (count, again) == (1, 0)
    assert len(kept) == 4
    assert slots_taken(charger.id) == []
    # What is open already keeps its begin; only how far it reaches is new.
    ends = slot_at(now) + (3 + WINDOW_DAYS) * 96
    assert windows_of(charger) == [(slot_at(now), ends)]


def test_the_nightly_work_uses_the_zone_and_hours_of_now_and_skips_archived_ones(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=(OpeningRule(4, 600, 660),))
    gone = make_charger(hanna, now=now)
    before = windows_of(gone)
    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=hanna.id, charger_id=gone.id, now=now
        )

    count = schedules.tick(now=now + timedelta(days=7))

    assert count == 1
    assert windows_of(charger)[0][0] == slot_at(hour(18, 8))
    assert windows_of(gone) == before
