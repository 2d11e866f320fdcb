"""Who may open a lock, when, and what everybody else is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.metering.domain.gate import (
    Charger,
    Gate,
    Held,
    Reason,
    UnlockRefused,
    gate,
)

STARTS_AT = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
ENDS_AT = STARTS_AT + timedelta(hours=2)
HEALTHY = Charger(
    is_inoperative=False, is_paired=True, is_online=True, is_broker_up=True
)


def held(**overrides: Any) -> Held:
    values: dict[str, Any] = {
        "state": "RESERVED",
        "starts_at": STARTS_AT,
        "ends_at": ENDS_AT,
        "early_s": 600,
        "grace_s": 600,
        "is_free_before": True,
        **overrides,
    }
    return Held(**values)


def ask(
    *,
    booking: Held | None = None,
    charger: Charger = HEALTHY,
    running: str | None = None,
    now: datetime = STARTS_AT,
) -> Gate:
    return gate(held=booking, charger=charger, running=running, now=now)


def test_a_booking_in_its_time_opens_the_lock() -> None:
    answer = ask(booking=held())

    assert answer.reason == Reason.READY
    assert answer.is_open


def test_somebody_without_a_booking_learns_nothing_about_the_charger() -> None:
    broken = Charger(
        is_inoperative=True, is_paired=False, is_online=False, is_broker_up=False
    )

    at_broken = ask(charger=broken, running="OTHERS")
    at_healthy = ask()

    assert at_broken == at_healthy
    assert at_broken.reason == Reason.NO_BOOKING
    assert not at_broken.is_open


def test_the_lock_opens_ten_minutes_early_if_the_time_before_is_free() -> None:
    opens_at = STARTS_AT - timedelta(minutes=10)

    assert ask(booking=held(), now=opens_at).is_open
    early = ask(booking=held(), now=opens_at - timedelta(microseconds=1))
    assert early.reason == Reason.TOO_EARLY
    assert early.opens_at == opens_at
    assert early.may_pass


def test_the_lock_opens_on_the_minute_if_somebody_charges_before() -> None:
    booking = held(is_free_before=False)

    early = ask(booking=booking, now=STARTS_AT - timedelta(seconds=1))

    assert early.reason == Reason.TOO_EARLY
    assert early.opens_at == STARTS_AT
    assert ask(booking=booking, now=STARTS_AT).is_open


def test_the_end_belongs_to_what_comes_after() -> None:
    last_moment = ENDS_AT - timedelta(microseconds=1)

    assert ask(booking=held(), now=last_moment).is_open
    assert ask(booking=held(), now=ENDS_AT).reason == Reason.ENDED


def test_a_running_session_may_be_opened_again_until_the_grace_is_over() -> None:
    booking = held(state="IN_USE")
    closes_at = ENDS_AT + timedelta(minutes=10)

    again = ask(booking=booking, running="MINE", now=ENDS_AT)
    after = ask(booking=booking, running="MINE", now=closes_at)

    assert again.reason == Reason.RUNNING
    assert again.is_open
    assert after.reason == Reason.ENDED


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("HELD", Reason.NOT_CONFIRMED),
        ("REQUESTED", Reason.NOT_CONFIRMED),
        ("CANCELED", Reason.CANCELED),
        ("REJECTED", Reason.CANCELED),
        ("EXPIRED", Reason.CANCELED),
        ("NO_SHOW", Reason.MISSED),
        ("COMPLETED", Reason.ENDED),
        ("FAILED", Reason.ENDED),
    ],
)
def test_only_a_live_booking_opens(state: str, reason: Reason) -> None:
    answer = ask(booking=held(state=state))

    assert answer.reason == reason
    assert not answer.is_open


@pytest.mark.parametrize(
    ("charger", "reason"),
    [
        ({"is_inoperative": True}, Reason.INOPERATIVE),
        ({"is_paired": False}, Reason.UNPAIRED),
        ({"is_broker_up": False}, Reason.BROKER_DOWN),
        ({"is_online": False}, Reason.OFFLINE),
    ],
)
def test_each_trouble_of_the_charger_is_named(
    charger: dict[str, bool], reason: Reason
) -> None:
    whole = {
        "is_inoperative": False,
        "is_paired": True,
        "is_online": True,
        "is_broker_up": True,
    }

    answer = ask(booking=held(), charger=Charger(**{**whole, **charger}))

    assert answer.reason == reason
    assert not answer.is_open


def test_a_broker_that_is_down_is_named_before_a_box_that_seems_offline() -> None:
    charger = Charger(
        is_inoperative=False, is_paired=True, is_online=False, is_broker_up=False
    )

    assert ask(booking=held(), charger=charger).reason == Reason.BROKER_DOWN


def test_a_charger_still_in_use_by_the_driver_before_stays_closed() -> None:
    answer = ask(booking=held(), running="OTHERS")

    assert answer.reason == Reason.IN_USE
    assert answer.may_pass


def test_being_early_is_told_before_the_box_being_offline() -> None:
    offline = Charger(
        is_inoperative=False, is_paired=True, is_online=False, is_broker_up=True
    )

    answer = ask(booking=held(), charger=offline, now=STARTS_AT - timedelta(days=1))

    assert answer.reason == Reason.TOO_EARLY


@pytest.mark.parametrize("reason", list(Reason))
def test_every_answer_says_what_why_and_what_next(reason: Reason) -> None:
    answer = Gate(reason=reason)

    assert answer.title
    assert answer.sentence.endswith(".")
    assert answer.next_step.endswith(".")
    assert not (answer.is_open and answer.may_pass)


def test_a_refusal_carries_the_gate_and_its_sentence() -> None:
    answer = Gate(reason=Reason.OFFLINE)

    refusal = UnlockRefused(answer)

    assert refusal.status == 409
    assert refusal.gate is answer
    assert refusal.message == answer.sentence
