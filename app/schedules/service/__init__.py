"""Use cases of schedules: opening hours, free time, owner's own use, search windows."""

from __future__ import annotations

from app.schedules.domain import Opening, OpeningException, OpeningRule
from app.schedules.service.checking import check_windows_in
from app.schedules.service.freedom import (
    OwnerUse,
    add_owner_use,
    claimed_periods,
    free_periods,
    open_periods,
    owner_uses_of,
    remove_owner_use,
)
from app.schedules.service.nightly import is_done_tonight, note_done_in
from app.schedules.service.opening import (
    opening_of,
    openings_of,
    set_opening_in,
    set_openings_in,
)
from app.schedules.service.windows import (
    refresh_windows_in,
    refresh_windows_of_many_in,
    tick,
)

__all__ = [
    "Opening",
    "OpeningException",
    "OpeningRule",
    "OwnerUse",
    "add_owner_use",
    "check_windows_in",
    "claimed_periods",
    "free_periods",
    "is_done_tonight",
    "note_done_in",
    "open_periods",
    "opening_of",
    "openings_of",
    "owner_uses_of",
    "refresh_windows_in",
    "refresh_windows_of_many_in",
    "remove_owner_use",
    "set_opening_in",
    "set_openings_in",
    "tick",
]
