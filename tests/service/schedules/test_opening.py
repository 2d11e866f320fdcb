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
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.kernel.slots import OffGrid, slot_at
from app.schedules import service as schedules
from app.schedules.claims import SlotTaken, claim_in
from app.schedules.domain import (
    ALWAYS,
    BadLength,
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
    assert windows_of(charger)[0][0] == slot_at(now) + 3 * 96


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


def test_free_is_open_and_unclaimed_with_room_for_the_turnaround(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, rules=NIGHTS, exceptions=(CLOSED,))
    with writing() as work:
        claim_in(
            work.session,
            evse_id=charger.id,
            period=Period(hour(10, 19), hour(10, 20)),
            buffer_min=10,
            kind="BOOKING",
            now=now,
        )

    found = schedules.free_periods(
        charger=charger, window=Period(hour(10, 6), hour(12, 6)), now=now
    )

    # Open 18:00-08:00 local, closed all Thursday, taken 21:00-22:00 plus 10 minutes.
    assert found == (
        Period(hour(10, 16), hour(10, 18, 45)),
        Period(hour(10, 20, 15), hour(10, 22)),
        Period(hour(11, 22), hour(12, 6)),
    )
    assert schedules.open_periods(
        charger=charger, window=Period(hour(10, 12), hour(11, 12))
    ) == (Period(hour(10, 16), hour(10, 22)),)


def test_notice_and_horizon_limit_what_is_free(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, lead_min=60, horizon_days=2)
    wide = Period(now - timedelta(days=1), now + timedelta(days=9))
    past = Period(now - timedelta(days=3), now - timedelta(days=2))

    found = schedules.free_periods(charger=charger, window=wide, now=now)

    assert found == (Period(hour(10, 9, 15), hour(12, 8)),)
    assert schedules.free_periods(charger=charger, window=past, now=now) == ()


def test_a_paused_charger_is_never_free(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    with writing() as work:
        chargers.pause_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )
    paused = chargers.get_charger(charger.id)

    week = Period(now, now + timedelta(days=7))
    assert schedules.free_periods(charger=paused, window=week, now=now) == ()


def test_an_expired_hold_is_free_although_nobody_has_retired_it(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    with writing() as work:
        claim_in(
            work.session,
            evse_id=charger.id,
            period=Period(hour(10, 9), hour(10, 10)),
            buffer_min=0,
            kind="HOLD",
            expires_at=now + timedelta(minutes=15),
            now=now,
        )
    day = Period(hour(10, 9), hour(11, 9))

    held = schedules.claimed_periods(evse_id=charger.id, window=day, now=now)
    later = now + timedelta(minutes=15)
    expired = schedules.claimed_periods(evse_id=charger.id, window=day, now=later)

    assert held == (Period(hour(10, 9), hour(10, 10)),)
    assert expired == ()


def test_an_owner_keeps_time_for_himself_and_gives_it_back(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    evening = Period(hour(10, 18), hour(10, 20))
    keep = {"owner_id": hanna.id, "charger_id": charger.id}

    claim_id = schedules.add_owner_use(**keep, period=evening, now=now)
    kept = schedules.owner_uses_of(charger.id, now)
    with pytest.raises(SlotTaken):
        schedules.add_owner_use(**keep, period=evening, now=now)
    schedules.remove_owner_use(**keep, claim_id=claim_id)

    assert [(use.id, use.starts_at, use.ends_at) for use in kept] == [
        (claim_id, evening.starts_at, evening.ends_at)
    ]
    assert schedules.owner_uses_of(charger.id, now) == ()
    assert slots_taken(charger.id) == []


def test_owner_use_must_be_on_the_grid_ahead_and_not_endless(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    keep = {"owner_id": hanna.id, "charger_id": charger.id, "now": now}

    with pytest.raises(OffGrid):
        schedules.add_owner_use(**keep, period=Period(now, now + timedelta(hours=1)))
    with pytest.raises(BadLength, match="over"):
        schedules.add_owner_use(**keep, period=Period(hour(9, 8), hour(9, 9)))
    with pytest.raises(BadLength, match="28 days"):
        schedules.add_owner_use(
            **keep, period=Period(hour(11, 8), hour(11, 9) + timedelta(days=28))
        )


def test_nell_may_not_keep_or_give_back_time_on_hannas_charger(
    in_app: Flask, hanna: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    others = make_charger(nell, now=now)
    evening = Period(hour(10, 18), hour(10, 20))
    claim_id = schedules.add_owner_use(
        owner_id=hanna.id, charger_id=charger.id, period=evening, now=now
    )

    with pytest.raises(NotFound):
        schedules.add_owner_use(
            owner_id=nell.id, charger_id=charger.id, period=evening, now=now
        )
    for charger_id in (charger.id, others.id):
        with pytest.raises(NotFound):
            schedules.remove_owner_use(
                owner_id=nell.id, charger_id=charger_id, claim_id=claim_id
            )

    assert len(slots_taken(charger.id)) == 8
