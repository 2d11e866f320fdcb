"""When a start is decided: gate, last call, and putting it off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.auctions.domain.gates import (
    BidClosed,
    Gate,
    Stage,
    extended,
    gate_at,
    last_call_at,
    next_gate,
)

START = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)
GATE_AT = START - timedelta(hours=2)
SECOND = timedelta(seconds=1)


def gate(**overrides: object) -> Gate:
    values: dict[str, object] = {"stage": Stage.GATE, "decides_at": GATE_AT}
    return Gate(**{**values, **overrides})  # type: ignore[arg-type]


def test_bids_before_the_gate_are_decided_there() -> None:
    assert next_gate(START, GATE_AT - SECOND, 120) == gate()
    assert gate_at(START, 120) == GATE_AT


@pytest.mark.parametrize("now", [GATE_AT, START - timedelta(minutes=30) - SECOND])
def test_bids_at_the_gate_or_after_it_wait_for_the_last_call(now: datetime) -> None:
    found = next_gate(START, now, 120)

    assert found == Gate(stage=Stage.LAST_CALL, decides_at=last_call_at(START))


def test_at_the_last_call_the_book_is_closed() -> None:
    with pytest.raises(BidClosed, match="close 30 minutes before"):
        next_gate(START, START - timedelta(minutes=30), 120)


def test_a_stored_gate_counts_instead_of_the_plan() -> None:
    later = gate(decides_at=GATE_AT + timedelta(minutes=5))

    assert next_gate(START, GATE_AT, 120, later) == later


def test_while_earlier_bids_are_due_nobody_joins_them() -> None:
    with pytest.raises(BidClosed, match="at this moment"):
        next_gate(START, GATE_AT, 120, gate())


def test_after_a_decision_only_the_last_call_is_left() -> None:
    found = next_gate(START, GATE_AT - SECOND, 120, gate(is_decided=True))

    assert found.stage is Stage.LAST_CALL


@pytest.mark.parametrize("before_s", [300, 1])
def test_a_late_change_puts_the_gate_off_by_five_minutes(before_s: int) -> None:
    later = extended(gate(), START, GATE_AT - timedelta(seconds=before_s))

    assert later == gate(decides_at=GATE_AT + timedelta(minutes=5), extensions=1)


@pytest.mark.parametrize(
    ("which", "before_s"),
    [
        (gate(), 301),
        (gate(), 0),
        (gate(extensions=3), 60),
        (gate(is_decided=True), 60),
        (gate(stage=Stage.LAST_CALL), 60),
    ],
)
def test_otherwise_the_gate_stays(which: Gate, before_s: int) -> None:
    assert extended(which, START, GATE_AT - timedelta(seconds=before_s)) is None


def test_a_gate_never_moves_into_the_last_call() -> None:
    close = gate(decides_at=last_call_at(START) - timedelta(minutes=5))

    assert extended(close, START, close.decides_at - SECOND) is None
