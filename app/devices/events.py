"""What boxes made happen, for the rooms above."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen(Event):
    """A box said hello, changed its state or broke off; ask the service for details."""

    device_id: str
    evse_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsStored(Event):
    """New journal records of a box are committed; read them with ``records_after``."""

    device_id: str
    evse_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswered(Event):
    """A command reached its end: done, refused by the box, or dead without an answer.

    :param why: the box's reason, or ``expired``, ``offline``, ``no_answer``,
        ``broker_down``; None where it was done
    """

    command_id: str
    op: str
    ok: bool
    why: str | None
