"""A session as its box's journal tells it: records in, the session's new state out.

Registers are cumulative, so a missing reading costs nobody anything: what flowed is
always the difference between the last and the first register of the session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

PENDING = "PENDING"
ACTIVE = "ACTIVE"
COMPLETED = "COMPLETED"
INVALID = "INVALID"

RETURNED = "RETURNED"
# Below this nothing is billed: the car never really charged.
FREE_BELOW_WH = 100
# Longer than this without a reading is a gap that the receipt names.
GAP_S = 300
_SYNCED = 2


class Record(Protocol):
    """One journal record of a box, as stored."""

    @property
    def journal_id(self) -> int:
        """Which journal of the box numbers it."""

    @property
    def seq(self) -> int:
        """Its number there, without gaps."""

    @property
    def kind(self) -> str:
        """``M`` reading, ``E`` event or ``S`` session mark."""

    @property
    def taken_at(self) -> datetime:
        """The box's time."""

    @property
    def clock_quality(self) -> int:
        """0 none, 1 the box's own, 2 set by the server."""

    @property
    def received_at(self) -> datetime:
        """The server's time of arrival."""

    @property
    def energy_wh(self) -> int | None:
        """The meter register."""

    @property
    def power_dw(self) -> int | None:
        """Tenths of a watt."""

    @property
    def name(self) -> str | None:
        """``start`` or ``stop`` of a session."""

    @property
    def session_code(self) -> str | None:
        """Which session."""

    @property
    def detail(self) -> str | None:
        """Why it stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What is known of a session so far.

    :param last_seq: records of the journal up to this number are taken into account
    :param meter_start_wh: register at the start; None until the box reported it
    :param meter_stop_wh: newest register inside the session
    :param gaps: spans without any reading, longer than ``GAP_S``
    """

    code: str
    status: str = PENDING
    journal_id: int | None = None
    last_seq: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    meter_start_wh: int | None = None
    meter_stop_wh: int | None = None
    power_w: int = 0
    last_reading_at: datetime | None = None
    stop_reason: str | None = None
    gaps: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def energy_wh(self) -> int:
        """What flowed so far, never negative; 0 until both registers are known."""
        if self.meter_start_wh is None or self.meter_stop_wh is None:
            return 0
        return max(0, self.meter_stop_wh - self.meter_start_wh)

    @property
    def is_over(self) -> bool:
        """Whether nothing can flow in it any more."""
        return self.status in (COMPLETED, INVALID)

    @property
    def is_false_start(self) -> bool:
        """Whether the plug was put back unused, so that the driver may try again.

        The cable was too short, say, and the car has to be turned round.
        """
        is_unused = self.energy_wh < FREE_BELOW_WH
        return self.status == COMPLETED and self.stop_reason == RETURNED and is_unused

    @property
    def has_started(self) -> bool:
        """Whether the box reported the register at the start."""
        return self.meter_start_wh is not None


def fold(flow: Flow, records: Iterable[Record]) -> Flow:
    """Return the session after these records of one journal, ascending by number.

    1. Records already taken into account, of another journal, or after the stop
       change nothing, so replays and duplicates are harmless.
    2. Nothing counts before the session's own start record.
    3. A register lower than one already seen is ignored: meters do not run back.
    4. The session's stop record ends it; another session's start record too, since
       a box runs one session at a time.

    An ``INVALID`` session (its command was believed dead) comes to life again when
    the box reports that it did start it. O(number of records).
    """
    for record in records:
        if flow.status == COMPLETED:
            break
        if flow.journal_id is not None and record.journal_id != flow.journal_id:
            continue
        if flow.journal_id is not None and record.seq <= flow.last_seq:
            continue
        flow = _take(flow, record)
    return flow


def _take(flow: Flow, record: Record) -> Flow:
    is_start = record.kind == "S" and record.name == "start"
    if not flow.has_started:
        if is_start and record.session_code == flow.code:
            return _start(flow, record)
        return flow
    flow = replace(flow, last_seq=record.seq)
    if record.kind == "M":
        return _read(flow, record, power_w=(record.power_dw or 0) // 10)
    if record.kind != "S":
        return flow
    if record.name == "stop" and record.session_code == flow.code:
        return _stop(_read(flow, record, power_w=0), record, record.detail or "LOST")
    if is_start and record.session_code != flow.code:
        return _stop(flow, record, "LOST")
    return flow


def _start(flow: Flow, record: Record) -> Flow:
    at = when(record)
    return replace(
        flow,
        status=ACTIVE,
        journal_id=record.journal_id,
        last_seq=record.seq,
        started_at=at,
        meter_start_wh=record.energy_wh or 0,
        meter_stop_wh=record.energy_wh or 0,
        last_reading_at=at,
        stop_reason=None,
        ended_at=None,
    )


def _read(flow: Flow, record: Record, *, power_w: int) -> Flow:
    register_wh = record.energy_wh
    if register_wh is None or register_wh < (flow.meter_stop_wh or 0):
        return flow
    at, last_at = when(record), flow.last_reading_at
    gaps = flow.gaps
    if last_at is not None and at - last_at > timedelta(seconds=GAP_S):
        gaps = (*gaps, (last_at, at))
    return replace(
        flow,
        meter_stop_wh=register_wh,
        power_w=power_w,
        last_reading_at=at if last_at is None else max(at, last_at),
        gaps=gaps,
    )


def _stop(flow: Flow, record: Record, why: str) -> Flow:
    at = when(record)
    return end(flow, at=max(at, flow.started_at or at), why=why)


def end(flow: Flow, *, at: datetime, why: str) -> Flow:
    """Return the session ended at this instant for this reason."""
    return replace(flow, status=COMPLETED, ended_at=at, power_w=0, stop_reason=why[:20])


def when(record: Record) -> datetime:
    """Return when the record was taken.

    The box's clock counts only while it is set by the server, and never beyond the
    moment at which the record had already arrived.
    """
    if record.clock_quality < _SYNCED:
        return record.received_at
    return min(record.taken_at, record.received_at)
