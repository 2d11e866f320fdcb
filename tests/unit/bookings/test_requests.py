"""A time that its owner has to give: who answers, until when, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.bookings.domain import (
    MAX_REASON,
    Actor,
    BookingRefused,
    NotAccepted,
    NotNow,
    State,
    Terms,
    cancel_rule,
    check_answerable,
    check_reason,
    check_times,
    check_waiting,
    creating,
    effective_state,
    get_transition,
    may,
)
from tests.support.factories_bookings import NOON, a_booking, hours
from tests.support.factories_chargers import TYPE_2
from tests.support.factories_chargers import charger_view as charger

MINUTE = timedelta(minutes=1)
EARLY = NOON - timedelta(hours=1)
ASKED = a_booking(state=State.REQUESTED)


def test_asking_takes_the_time_and_promises_nothing() -> None:
    step = creating("request")

    assert step.target is State.REQUESTED
    assert not may("unlock", ASKED, Actor.DRIVER, NOON - MINUTE)


@pytest.mark.parametrize("name", ["accept", "reject"])
@pytest.mark.parametrize("actor", [Actor.DRIVER, Actor.SYSTEM])
def test_only_the_owner_answers(name: str, actor: Actor) -> None:
    assert may(name, ASKED, Actor.OWNER, EARLY)
    assert not may(name, ASKED, actor, EARLY)


@pytest.mark.parametrize(
    ("name", "actor"),
    [
        ("accept", Actor.OWNER),
        ("reject", Actor.OWNER),
        ("cancel", Actor.DRIVER),
    ],
)
def test_at_the_deadline_it_is_too_late_for_everybody(name: str, actor: Actor) -> None:
    last = ASKED.answer_by - timedelta(seconds=1)

    assert may(name, ASKED, actor, last)
    with pytest.raises(NotNow, match="not confirmed in time"):
        get_transition(name, ASKED, actor, ASKED.answer_by)
    assert effective_state(ASKED, ASKED.answer_by) is State.EXPIRED


def test_the_owner_declines_a_request_and_does_not_cancel_it() -> None:
    assert not may("cancel", ASKED, Actor.OWNER, EARLY)


def test_a_stay_of_next_week_is_answered_within_eight_hours() -> None:
    deadline = Terms().answer_by(asked_at=NOON, starts_at=NOON + timedelta(days=7))

    assert deadline == NOON + timedelta(hours=8)


def test_a_stay_of_today_is_answered_half_an_hour_before_it_begins() -> None:
    deadline = Terms().answer_by(asked_at=NOON, starts_at=NOON + timedelta(hours=2))

    assert deadline == NOON + timedelta(minutes=90)


@pytest.mark.parametrize(
    ("waited", "free_for"),
    [
        (timedelta(0), 30),
        (timedelta(seconds=1), 31),
        (timedelta(hours=5), 330),
    ],
)
def test_free_cancellation_counts_from_the_answer(
    waited: timedelta, free_for: int
) -> None:
    terms = Terms().accepted_after(waited)
    rule = cancel_rule(
        terms, booked_at=EARLY, starts_at=EARLY + timedelta(hours=7), time_minor=400
    )

    assert terms.free_cancel_after_min == free_for
    assert rule.fee_minor(EARLY + waited + 29 * MINUTE) == 0
    assert rule.free_until >= EARLY + waited + 30 * MINUTE


def test_on_request_an_hour_of_notice_is_needed_whatever_the_owner_wrote() -> None:
    place = charger(booking_mode="REQUEST", lead_min=0, connectors=(TYPE_2,))

    check_times(hours(2), place, NOON - timedelta(hours=1))
    with pytest.raises(BookingRefused, match="60 minutes ahead") as refused:
        check_times(hours(2), place, NOON - timedelta(minutes=59))
    assert refused.value.field == "starts_at"


def test_a_longer_notice_of_the_owner_stands() -> None:
    place = charger(booking_mode="REQUEST", lead_min=120)

    with pytest.raises(BookingRefused, match="120 minutes ahead"):
        check_times(hours(2), place, NOON - timedelta(minutes=90))


def test_the_sixth_question_at_once_is_one_too_many() -> None:
    check_waiting(4)
    with pytest.raises(BookingRefused, match="5 of your requests wait"):
        check_waiting(5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"listing_state": "PAUSED"}, "paused"),
        ({"listing_state": "ARCHIVED"}, "paused"),
        ({"is_inoperative": True}, "out of service"),
    ],
)
def test_nobody_promises_what_the_charger_cannot_keep(
    changes: dict[str, object], words: str
) -> None:
    check_answerable(charger())
    with pytest.raises(NotAccepted, match=words):
        check_answerable(charger(**changes))


def test_a_reason_is_one_short_line_or_none() -> None:
    assert check_reason(" My own car\n needs it. ") == "My own car needs it."
    assert check_reason("") == ""
    assert check_reason("x" * MAX_REASON) == "x" * MAX_REASON
    with pytest.raises(BookingRefused, match="140") as refused:
        check_reason("x" * (MAX_REASON + 1))
    assert refused.value.field == "why"
