"""Follow me: one wish for several places, kept by one ordinary bid at a time.

The bid sits where it adds most value and moves on when it is outbid. Every move adds
value to all books together, so that wishes can never chase each other in circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.auctions.domain.rules import BidRefused
from app.kernel.period import Period
from app.kernel.slots import SLOT_S, require_on_grid, slots_of, start_of

MAX_CHARGERS = 10
MAX_WISHES = 5
MAX_WINDOW_S = 24 * 3600
_SLOT_MIN = SLOT_S // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A place and a time at which the wish could be met.

    :param rank: how early the driver named the charger, 0 for the first
    :param first_slot: with ``end_slot`` the time to be paid for
    :param reserve_milli: the least the owner asks for this time
    :param displaced_milli: premium of the pending bids that would have to give way
    """

    evse_id: int
    rank: int
    first_slot: int
    end_slot: int
    reserve_milli: int
    displaced_milli: int

    def gain_milli(self, maximum_milli: int) -> int:
        """Return how much total value grows if the wish is met here.

        Above zero the bid leads here at once; otherwise it would be outbid.
        """
        return maximum_milli - self.reserve_milli - self.displaced_milli


def best_place(options: Iterable[Option], maximum_milli: int) -> Option | None:
    """Return where the bid leads and adds most value, or None if it leads nowhere.

    Of equals the earliest start counts, then the order of the driver's list. A bid
    moves only to such a place, and only from one where it does not lead: leaving
    costs nothing there, arriving adds a gain above zero, so total value grows.
    """
    leading = [each for each in options if each.gain_milli(maximum_milli) > 0]
    return waiting_place(leading, maximum_milli)


def waiting_place(options: Iterable[Option], maximum_milli: int) -> Option | None:
    """Return where the bid is nearest to leading: there it waits for its turn.

    None only if there is no option at all.
    """
    return min(
        options,
        key=lambda each: (-each.gain_milli(maximum_milli), each.first_slot, each.rank),
        default=None,
    )


def starts_within(window: Period, length_min: int) -> tuple[Period, ...]:
    """Return the periods of the length that fit into the window, a quarter apart."""
    slots = slots_of(window)
    length = length_min // _SLOT_MIN
    return tuple(
        Period(start_of(first), start_of(first + length))
        for first in range(slots.start, slots.stop - length + 1)
    )


def check_another(active: int) -> None:
    """Let one more wish pass beside those that a driver has.

    :raises BidRefused: if these are as many as one driver may have
    """
    if active >= MAX_WISHES:
        raise BidRefused(
            f"You already have {MAX_WISHES} wishes. Please withdraw one of them first."
        )


def check_wish(charger_ids: Sequence[int], window: Period, length_min: int) -> None:
    """Let a wish pass that can be followed with bounded work.

    :param length_min: how long to charge, in minutes
    :raises OffGrid: if the window is not on the quarter hour
    :raises BidRefused: if it names no charger, too many or one twice, or if the window
        is too long, or shorter than the wanted length
    """
    if not 1 <= len(charger_ids) <= MAX_CHARGERS:
        raise BidRefused(
            f"Please choose 1 to {MAX_CHARGERS} chargers to follow.",
            field="charger_ids",
        )
    if len(set(charger_ids)) < len(charger_ids):
        raise BidRefused("Please choose each charger once.", field="charger_ids")
    require_on_grid(window)
    if window.duration_s > MAX_WINDOW_S:
        raise BidRefused("Please choose a window of at most 24 hours.", field="ends_at")
    if length_min < _SLOT_MIN or length_min % _SLOT_MIN:
        raise BidRefused(
            "Please choose a length in quarter hours, such as 2 h 15 min.",
            field="length_min",
        )
    if length_min * 60 > window.duration_s:
        raise BidRefused(
            "The window is shorter than the time you want.", field="length_min"
        )
