"""Claiming time and giving it back, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.period import Period
from app.kernel.slots import OffGrid, ceil_to_grid, slots_of
from app.schedules import claims
from app.schedules.claims import SlotTaken
from tests.support.claims import active_claims, insert_booking, slots_taken
from tests.support.factories_chargers import make_charger

QUARTER = timedelta(minutes=15)


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, always open."""
    return make_charger(hanna, now=now)


def span(now: datetime, first: int, length: int) -> Period:
    """Return a period that starts ``first`` quarter hours after the next full one."""
    start = ceil_to_grid(now) + first * QUARTER
    return Period(start, start + length * QUARTER)


def claim(charger: Charger, period: Period, now: datetime, buffer_min: int = 0) -> int:
    with writing() as work:
        return claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=period,
            buffer_min=buffer_min,
            kind="OWNER_USE",
            now=now,
        )


def book(charger: Charger, period: Period, now: datetime, buffer_min: int = 0) -> int:
    with writing() as work:
        booking_id = insert_booking(work.session, charger, period, now=now)
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=period,
            buffer_min=buffer_min,
            kind="BOOKING",
            booking_id=booking_id,
            now=now,
        )
    return booking_id


def test_a_claim_takes_its_quarter_hours_and_the_buffer_rounded_up(
    charger: Charger, now: datetime
) -> None:
    claim(charger, span(now, 0, 4), now, buffer_min=10)

    assert slots_taken(charger.id) == list(slots_of(span(now, 0, 5)))
    assert active_claims(charger.id) == [span(now, 0, 5)]


@pytest.mark.parametrize(("first", "length"), [(0, 4), (3, 1), (-2, 3), (1, 2), (4, 2)])
def test_an_overlap_even_with_the_buffer_alone_is_refused(
    charger: Charger, now: datetime, first: int, length: int
) -> None:
    claim(charger, span(now, 0, 4), now, buffer_min=10)

    with pytest.raises(SlotTaken) as refusal:
        claim(charger, span(now, first, length), now)

    assert refusal.value.status == 409
    assert active_claims(charger.id) == [span(now, 0, 5)]


@pytest.mark.parametrize(("first", "length"), [(5, 2), (-3, 3)])
def test_touching_claims_stand_side_by_side(
    charger: Charger, now: datetime, first: int, length: int
) -> None:
    claim(charger, span(now, 0, 4), now, buffer_min=10)

    claim(charger, span(now, first, length), now)

    assert len(active_claims(charger.id)) == 2


def test_the_same_time_on_another_charger_is_another_matter(
    charger: Charger, hanna: Person, now: datetime
) -> None:
    other = make_charger(hanna, now=now)

    claim(charger, span(now, 0, 4), now)
    claim(other, span(now, 0, 4), now)

    assert slots_taken(charger.id) == slots_taken(other.id)


def test_the_primary_key_refuses_what_slips_past_the_cheap_look_before(
    charger: Charger, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(charger, span(now, 2, 2), now)
    monkeypatch.setattr(claims, "_is_any_taken", lambda *_: False)

    with pytest.raises(SlotTaken):
        claim(charger, span(now, 0, 4), now)

    assert active_claims(charger.id) == [span(now, 2, 2)]
    assert slots_taken(charger.id) == list(slots_of(span(now, 2, 2)))


def test_a_claim_on_a_charger_that_does_not_exist_is_not_called_taken(
    charger: Charger, now: datetime
) -> None:
    with pytest.raises(IntegrityError), writing() as work:
        claims._take(work.session, charger.id, range(10, 12), claim_id=4711)
        db.session.flush()


def test_off_the_grid_and_unknown_kinds_are_refused(
    charger: Charger, now: datetime
) -> None:
    crooked = Period(now, now + timedelta(hours=1))

    with pytest.raises(OffGrid):
        claim(charger, crooked, now)
    with pytest.raises(ValueError, match="PARTY"), writing() as work:
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=span(now, 0, 1),
            buffer_min=0,
            kind="PARTY",
            now=now,
        )

    assert slots_taken(charger.id) == []


def test_an_expired_hold_gives_way_with_no_job_running(
    charger: Charger, now: datetime
) -> None:
    with writing() as work:
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=span(now, 0, 4),
            buffer_min=0,
            kind="HOLD",
            expires_at=now + QUARTER,
            now=now,
        )
    just_before = now + QUARTER - timedelta(seconds=1)
    with pytest.raises(SlotTaken):
        claim(charger, span(now, 0, 4), just_before)

    claim(charger, span(now, 1, 2), now + QUARTER)

    assert active_claims(charger.id) == [span(now, 1, 2)]
    assert slots_taken(charger.id) == list(slots_of(span(now, 1, 2)))


def test_a_confirmed_hold_does_not_expire(charger: Charger, now: datetime) -> None:
    with writing() as work:
        booking_id = insert_booking(work.session, charger, span(now, 0, 4), now=now)
        claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=span(now, 0, 4),
            buffer_min=0,
            kind="HOLD",
            booking_id=booking_id,
            expires_at=now + QUARTER,
            now=now,
        )
        confirmed = claims.confirm_in(work.session, booking_id=booking_id)
        missing = claims.confirm_in(work.session, booking_id=booking_id + 1)

    assert (confirmed, missing) == (1, 0)
    with pytest.raises(SlotTaken):
        claim(charger, span(now, 0, 1), now + timedelta(hours=1))


def test_releasing_a_booking_gives_all_its_time_back_once(
    charger: Charger, now: datetime
) -> None:
    booking_id = book(charger, span(now, 0, 4), now, buffer_min=10)

    with writing() as work:
        first = claims.release_in(work.session, booking_id=booking_id, now=now)
        again = claims.release_in(work.session, booking_id=booking_id, now=now)

    assert (first, again) == (1, 0)
    assert slots_taken(charger.id) == []
    claim(charger, span(now, 0, 5), now)


def test_a_shortened_booking_gives_back_what_comes_after(
    charger: Charger, now: datetime
) -> None:
    booking_id = book(charger, span(now, 0, 8), now, buffer_min=10)

    with writing() as work:
        claims.shorten_in(
            work.session,
            booking_id=booking_id,
            ends_at=span(now, 0, 3).ends_at,
            buffer_min=10,
        )

    assert active_claims(charger.id) == [span(now, 0, 4)]
    claim(charger, span(now, 4, 4), now)


@pytest.mark.parametrize("length", [0, -1, 10])
def test_shortening_to_outside_the_claim_is_a_fault_of_the_caller(
    charger: Charger, now: datetime, length: int
) -> None:
    booking_id = book(charger, span(now, 0, 8), now)
    ends_at = span(now, 0, 1).starts_at + length * QUARTER

    with pytest.raises(ValueError, match="shortened"), writing() as work:
        claims.shorten_in(work.session, booking_id=booking_id, ends_at=ends_at)

    assert active_claims(charger.id) == [span(now, 0, 8)]


def test_shortening_and_extending_to_the_same_end_change_nothing(
    charger: Charger, now: datetime
) -> None:
    booking_id = book(charger, span(now, 0, 8), now)
    ends_at = span(now, 0, 8).ends_at

    with writing() as work:
        claims.shorten_in(work.session, booking_id=booking_id, ends_at=ends_at)
        claims.extend_in(work.session, booking_id=booking_id, ends_at=ends_at, now=now)

    assert slots_taken(charger.id) == list(slots_of(span(now, 0, 8)))


def test_a_booking_is_extended_up_to_the_next_claim_and_not_further(
    charger: Charger, now: datetime
) -> None:
    booking_id = book(charger, span(now, 0, 4), now)
    claim(charger, span(now, 8, 2), now)

    with writing() as work:
        claims.extend_in(
            work.session,
            booking_id=booking_id,
            ends_at=span(now, 0, 8).ends_at,
            now=now,
        )
    with pytest.raises(SlotTaken), writing() as work:
        claims.extend_in(
            work.session,
            booking_id=booking_id,
            ends_at=span(now, 0, 9).ends_at,
            now=now,
        )
    with pytest.raises(ValueError, match="shortened"), writing() as work:
        claims.extend_in(
            work.session,
            booking_id=booking_id,
            ends_at=span(now, 0, 3).ends_at,
            now=now,
        )

    assert active_claims(charger.id) == [span(now, 0, 8), span(now, 8, 2)]


def test_a_claim_of_four_weeks_is_stored_whole(charger: Charger, now: datetime) -> None:
    month = span(now, 0, 28 * 96)

    claim(charger, month, now)

    assert slots_taken(charger.id) == list(slots_of(month))
