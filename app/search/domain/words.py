"""How the list says distances on foot and the time at which the energy is in."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.kernel.money import divide_up

# Streets make a way about a third longer than the straight line.
_DETOUR_PERCENT = 130
_WALK_M_PER_MIN = 80
_WALKABLE_M = 3_000
_STEP_S = 300


def walk_min(distance_m: float) -> int | None:
    """Return about how many minutes the way takes on foot; None where nobody walks.

    A guess from the straight line, to be shown as one.

    >>> walk_min(800), walk_min(3_001)
    (13, None)
    """
    if distance_m > _WALKABLE_M:
        return None
    minutes = distance_m * _DETOUR_PERCENT / 100 / _WALK_M_PER_MIN
    return max(1, round(minutes))


def in_at(
    begins_at: datetime, *, energy_wh: int, power_w: int, booked_s: int
) -> datetime:
    """Return when the energy is in: at the latest at the end of the booked time.

    :param begins_at: UTC, when charging begins
    :param power_w: above zero
    """
    needed_s = divide_up(energy_wh * 3600, power_w)
    in_steps = divide_up(needed_s, _STEP_S) * _STEP_S
    return begins_at + timedelta(seconds=min(in_steps, booked_s))


def by_words(at: datetime, *, beside: datetime, zone: str) -> str:
    """Return ``by 19:30`` in local time, with the weekday where it is another day.

    :param beside: the instant whose day the reader has in mind
    """
    place = ZoneInfo(zone)
    local = at.astimezone(place)
    if local.date() == beside.astimezone(place).date():
        return f"by {local:%H:%M}"
    return f"by {local:%a %H:%M}"
