"""The words people read about sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.metering.domain.words import (
    Phase,
    countdown,
    ended_because,
    may_try_again,
    phase_of,
    phase_words,
    refused_because,
    seconds_left,
)
from tests.support.factories_metering import STARTED_AT

ENDS_AT = STARTED_AT + timedelta(hours=2)


def phase(**overrides: Any) -> Phase:
    values: dict[str, Any] = {
        "status": "ACTIVE",
        "energy_wh": 500,
        "power_w": 11_000,
        "is_stopping": False,
        "ends_at": ENDS_AT,
        "now": STARTED_AT,
        **overrides,
    }
    return phase_of(**values)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, Phase.CHARGING),
        ({"status": "PENDING"}, Phase.OPENING),
        ({"status": "INVALID"}, Phase.FAILED),
        ({"status": "COMPLETED", "is_stopping": True}, Phase.ENDED),
        ({"is_stopping": True}, Phase.STOPPING),
        ({"now": ENDS_AT}, Phase.OVERTIME),
        ({"power_w": 49}, Phase.PAUSED),
        ({"power_w": 0, "energy_wh": 0}, Phase.WAITING),
        ({"power_w": None}, Phase.UNSEEN),
        ({"power_w": None, "now": ENDS_AT}, Phase.OVERTIME),
    ],
)
def test_the_phase_is_the_most_urgent_one(
    overrides: dict[str, Any], expected: Phase
) -> None:
    assert phase(**overrides) == expected


@pytest.mark.parametrize("value", list(Phase))
def test_every_phase_has_words(value: Phase) -> None:
    assert phase_words(value)


def test_unknown_reasons_still_make_sentences() -> None:
    assert ended_because("SOLAR_FLARE") == "The box ended the session."
    assert refused_because("sulking") == "The box refused the command."


def test_no_answer_is_a_reason_of_its_own() -> None:
    assert "did not answer" in refused_because(None)
    assert may_try_again(None)


def test_a_fault_is_not_cured_by_tapping_again() -> None:
    assert not may_try_again("fault")
    assert may_try_again("jammed")


def test_time_left_never_runs_below_zero() -> None:
    assert seconds_left(ENDS_AT, STARTED_AT) == 7200
    assert seconds_left(ENDS_AT, ENDS_AT + timedelta(hours=1)) == 0


def test_the_countdown_shows_seconds_in_the_last_hour() -> None:
    assert countdown(3600) == ("1:00", "h")
    assert countdown(3599) == ("59:59", "min")
    assert countdown(0) == ("0:00", "min")
