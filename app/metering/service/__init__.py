"""Use cases of metering; other rooms call these and see only frozen values."""

from datetime import datetime
from typing import Protocol

from app.metering.domain.gate import Gate, Reason, UnlockRefused
from app.metering.domain.words import Phase
from app.metering.service.acting import Asked, relock, stop, unlock
from app.metering.service.clockwork import tick
from app.metering.service.doors import Door, Stage, charger_at, unlock_gate
from app.metering.service.progress import catch_up, note_answer
from app.metering.service.reading import (
    Cdr,
    SessionView,
    cdrs_of_owner,
    find_cdr,
    running_sessions_of_owner,
    session_view,
)


class Act(Protocol):
    """What somebody does to a session: ``stop`` or ``relock``."""

    def __call__(self, *, user_id: int, session_code: str, now: datetime) -> str | None:
        """Ask the box; return the command's id."""


__all__ = [
    "Act",
    "Asked",
    "Cdr",
    "Door",
    "Gate",
    "Phase",
    "Reason",
    "SessionView",
    "Stage",
    "UnlockRefused",
    "catch_up",
    "cdrs_of_owner",
    "charger_at",
    "find_cdr",
    "note_answer",
    "relock",
    "running_sessions_of_owner",
    "session_view",
    "stop",
    "tick",
    "unlock",
    "unlock_gate",
]
