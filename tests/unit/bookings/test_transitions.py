"""Who may do what to a booking, and when: the table and its one predicate."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.bookings.domain import (
    LIVE,
    TRANSITIONS,
    Actor,
    Effect,
    NotNow,
    State,
    creating,
    due_transition,
    effective_state,
    get_transition,
    may,
)
from tests.support.factories_bookings import NOON, a_booking

MINUTE = timedelta(minutes=1)
EARLY = NOON - timedelta(hours=1)
TERMINAL = [state for state in State if state not in LIVE]


def may_at(
    name: str, at: datetime, *, actor: Actor = Actor.DRIVER, **values: object
) -> bool:
    """Return whether it may be done to the booking of the tests at an instant."""
    return may(name, a_booking(**values), actor, at)


@pytest.mark.parametrize("state", TERMINAL)
@pytest.mark.parametrize("name", sorted({each.name for each in TRANSITIONS}))
def test_what_has_ended_never_changes(state: State, name: str) -> None:
    booking = a_booking(state=state)

    assert not any(may(name, booking, actor, NOON) for actor in Actor)


def test_every_transition_that_ends_a_booking_frees_its_time() -> None:
    for each in TRANSITIONS:
        ends = each.target not in LIVE

        assert (Effect.RELEASE_TIME in each.effects) == ends, each


def test_every_transition_that_makes_a_booking_claims_its_time() -> None:
    for each in TRANSITIONS:
        assert (Effect.CLAIM_TIME in each.effects) == (each.source is None), each


def test_only_the_driver_ever_owes_a_late_fee() -> None:
    fees = [each for each in TRANSITIONS if Effect.LATE_FEE in each.effects]

    assert {each.name for each in fees} == {"cancel", "no_show"}
    assert not any(Actor.OWNER in each.by for each in fees)


def test_no_question_has_two_answers() -> None:
    asked = [
        (each.name, each.source, actor) for each in TRANSITIONS for actor in each.by
    ]

    assert len(asked) == len(set(asked))


def test_bookings_begin_reserved_requested_or_held() -> None:
    assert creating("book").target is State.RESERVED
    assert creating("request").target is State.REQUESTED
    assert creating("hold").target is State.HELD


@pytest.mark.parametrize("actor", [Actor.DRIVER, Actor.OWNER, Actor.OPERATOR])
def test_each_side_may_cancel_before_the_end(actor: Actor) -> None:
    assert may_at("cancel", EARLY, actor=actor)


def test_a_stranger_may_nothing() -> None:
    assert not may("cancel", a_booking(), None, EARLY)


def test_the_owner_may_not_cancel_a_session_under_way() -> None:
    assert not may_at("cancel", NOON, actor=Actor.OWNER, state=State.IN_USE)


def test_at_its_end_a_booking_can_no_longer_be_canceled() -> None:
    kept = a_booking(unlock_asked_at=NOON)

    assert may("cancel", kept, Actor.DRIVER, kept.ends_at - MINUTE)
    assert not may("cancel", kept, Actor.DRIVER, kept.ends_at)


def test_the_lock_opens_ten_minutes_early_and_no_sooner() -> None:
    assert may_at("unlock", NOON - 10 * MINUTE)
    assert not may_at("unlock", NOON - 10 * MINUTE - timedelta(seconds=1))


def test_the_lock_stays_closed_once_the_time_is_given_away() -> None:
    assert may_at("unlock", NOON + 20 * MINUTE - timedelta(seconds=1))
    assert not may_at("unlock", NOON + 20 * MINUTE)


def test_a_running_session_may_be_reopened_until_its_end() -> None:
    booking = a_booking(state=State.IN_USE)

    assert may("unlock", booking, Actor.DRIVER, booking.ends_at - MINUTE)
    assert not may("unlock", booking, Actor.DRIVER, booking.ends_at)


def test_only_the_driver_may_unlock() -> None:
    assert not may_at("unlock", NOON, actor=Actor.OWNER)


@pytest.mark.parametrize("minutes", [0, 20, 500])
def test_that_the_box_began_is_a_fact_at_any_time(minutes: int) -> None:
    assert may_at("start", NOON + minutes * MINUTE, actor=Actor.SYSTEM)


def test_too_early_and_too_late_are_said_differently() -> None:
    with pytest.raises(NotNow, match="too early"):
        get_transition("unlock", a_booking(), Actor.DRIVER, EARLY)
    with pytest.raises(NotNow, match="too late"):
        running = a_booking(state=State.IN_USE)
        get_transition("unlock", running, Actor.DRIVER, running.ends_at)


def test_a_refusal_names_what_became_of_the_booking() -> None:
    with pytest.raises(NotNow, match="was canceled"):
        get_transition("cancel", a_booking(state=State.CANCELED), Actor.DRIVER, EARLY)
    with pytest.raises(NotNow, match="cannot be done"):
        get_transition("accept", a_booking(), Actor.OWNER, EARLY)


def test_nobody_has_come_after_twenty_minutes() -> None:
    booking = a_booking()

    assert effective_state(booking, NOON + 20 * MINUTE - MINUTE) is State.RESERVED
    assert effective_state(booking, NOON + 20 * MINUTE) is State.NO_SHOW


def test_people_meet_the_state_of_the_clock_even_if_no_job_ran() -> None:
    with pytest.raises(NotNow, match="Nobody came in time"):
        get_transition("cancel", a_booking(), Actor.DRIVER, NOON + 30 * MINUTE)


def test_who_waits_at_the_lock_has_come() -> None:
    waiting = a_booking(unlock_asked_at=NOON + 19 * MINUTE)

    assert effective_state(waiting, NOON + 30 * MINUTE) is State.RESERVED
    assert effective_state(waiting, waiting.ends_at) is State.NO_SHOW


def test_a_booking_shorter_than_the_wait_is_missed_at_its_end() -> None:
    short = a_booking(ends_at=NOON + 15 * MINUTE)

    assert short.no_show_at == short.ends_at


def test_a_hold_lapses_after_fifteen_minutes() -> None:
    held = a_booking(state=State.HELD)
    lapses_at = held.created_at + 15 * MINUTE

    assert effective_state(held, lapses_at - MINUTE) is State.HELD
    assert effective_state(held, lapses_at) is State.EXPIRED
    assert may("confirm", held, Actor.DRIVER, lapses_at - MINUTE)
    assert not may("confirm", held, Actor.DRIVER, lapses_at)


def test_an_owner_answers_within_eight_hours_and_before_the_start() -> None:
    asked = a_booking(state=State.REQUESTED)
    long_ago = replace(asked, created_at=NOON - timedelta(hours=48))

    assert asked.answer_by == NOON - 30 * MINUTE
    assert long_ago.answer_by == NOON - timedelta(hours=40)
    assert may("accept", asked, Actor.OWNER, EARLY)
    assert not may("accept", asked, Actor.DRIVER, EARLY)
    assert effective_state(asked, asked.answer_by) is State.EXPIRED


def test_the_clock_has_nothing_to_do_with_a_session_under_way() -> None:
    running = a_booking(state=State.IN_USE)

    assert due_transition(running, running.ends_at + timedelta(days=1)) is None
