"""When a charger is free, and the time its owner keeps for himself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.database import writing
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.kernel.slots import OffGrid
from app.schedules import service as schedules
from app.schedules.claims import SlotTaken, claim_in
from app.schedules.domain import (
    BadLength,
    OpeningException,
    OpeningRule,
)
from tests.support.claims import slots_taken
from tests.support.factories_chargers import make_charger

NIGHTS = tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in range(1, 8))
CLOSED = OpeningException(date(2026, 6, 11), "CLOSED", reason="Away")


def hour(day: int, hours: int, minutes: int = 0) -> datetime:
    """An instant in June 2026, in UTC; Berlin is two hours ahead."""
    return datetime(2026, 6, day, hours, minutes, tzinfo=UTC)


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
