"""The rules of bidding: what may be bid, how much at once, and what may change.

Pure. Amounts are whole minor units, lengths minutes or seconds as their names say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from app.accounts.domain import Vehicle
from app.auctions.domain.gates import EXTEND_S, BidClosed
from app.chargers.domain import Charger
from app.kernel.connectors import plug_name, usable_power_w
from app.kernel.errors import Conflict, DomainError
from app.kernel.money import exponent_of, format_minor
from app.kernel.period import Period
from app.kernel.slots import require_on_grid
from app.schedules.domain import bookable_window, check_length

GRACE_S = 600
# Who takes a bid back has no grace for the same time again that soon.
GRACE_AGAIN_H = 24
OPEN_BIDS = 20
# More undecided bids than this on one charger are not honest demand.
MOST_IN_A_BOOK = 1_000
# Price alerts are counted apart: they must not keep out those who could win.
MOST_ALERTS = 1_000
EXPOSURE_MINOR = 50_000
STEP_MINOR = 5
# More than this many major units an hour is a slip of the finger.
HIGHEST_PER_HOUR = 1_000
LONGEST_KEY = 64
MAX_ENERGY_WH = 10_000_000


class Standing(StrEnum):
    """How an undecided bid stands; an alert lies under the reserve."""

    LEADING = "LEADING"
    OUTBID = "OUTBID"
    ALERT = "ALERT"


class BidState(StrEnum):
    """What became of a bid; only ``PENDING`` ever changes."""

    PENDING = "PENDING"
    WON = "WON"
    LOST = "LOST"
    WITHDRAWN = "WITHDRAWN"
    DROPPED = "DROPPED"


class BidRefused(DomainError):
    """This bid cannot be accepted; ``field`` says what to change."""


class BidTaken(Conflict):
    """Somebody has the time already."""

    def __init__(self) -> None:
        super().__init__("A part of this time is already booked.", field="starts_at")


class NotWhileLeading(Conflict):
    """Others already rely on this bid."""


def check_offered(charger: Charger, bidder_id: int | None) -> None:
    """Let a charger pass that takes bids from this person.

    :raises BidRefused: if it is the bidder's own, paused, or out of service
    """
    if bidder_id == charger.owner_id:
        raise BidRefused("This is your own charger, so you cannot bid for its time.")
    if charger.listing_state != "PUBLISHED":
        raise BidRefused("The host is taking no bids at the moment.")
    if charger.is_inoperative:
        raise BidRefused("This charger is out of service at the moment.")


def check_times(period: Period, charger: Charger, now: datetime) -> None:
    """Let a period pass that this charger could sell.

    :raises DomainError: if it is off the grid, past, too soon, too far away, too
        short or too long
    """
    require_on_grid(period)
    if period.starts_at <= now:
        raise BidRefused("This time has already begun.", field="starts_at")
    window = bookable_window(
        now, lead_min=charger.lead_min, horizon_days=charger.horizon_days
    )
    if period.starts_at < window.starts_at:
        raise BidRefused(
            f"This charger takes bids up to {charger.lead_min} minutes ahead.",
            field="starts_at",
        )
    check_length(
        period,
        min_length_min=charger.min_length_min,
        max_length_min=charger.max_length_min,
    )
    if period.ends_at > window.ends_at:
        raise BidRefused(
            f"Bids open {charger.horizon_days} days ahead.", field="ends_at"
        )


def check_open(period: Period, opened: Iterable[Period]) -> None:
    """Let a period pass that lies inside the opening hours.

    :raises BidRefused: if the charger is closed during part of it
    """
    if not any(window.covers(period) for window in opened):
        raise BidRefused(
            "The charger is closed during part of this time.", field="starts_at"
        )


def check_maximum(maximum_minor: int, sold: Period, currency: str) -> int:
    """Return a maximum that somebody can mean.

    :param sold: the time to be paid for, turnaround included
    :raises BidRefused: if it is no whole number, under the smallest step or absurd
    """
    if type(maximum_minor) is not int:
        raise BidRefused("Please give an amount, such as 6.40.", field="maximum")
    if maximum_minor < STEP_MINOR:
        least = format_minor(STEP_MINOR, currency)
        raise BidRefused(f"The smallest bid is {least}.", field="maximum")
    highest_minor = HIGHEST_PER_HOUR * 10 ** exponent_of(currency)
    if maximum_minor * 3600 > highest_minor * sold.duration_s:
        most = format_minor(highest_minor, currency)
        raise BidRefused(f"More than {most} an hour cannot be right.", field="maximum")
    return maximum_minor


def check_currency(offered: str, wanted: str) -> None:
    """Let a bid pass that is in the charger's currency.

    :raises BidRefused: if it is in another
    """
    if offered != wanted:
        raise BidRefused(f"This charger is paid in {wanted}.", field="currency")


def check_room(
    *, open_bids: int, exposure_minor: int, maximum_minor: int, currency: str
) -> None:
    """Let a bid pass that its bidder can have open beside the others.

    :param open_bids: undecided bids and follow-me wishes without this one
    :param exposure_minor: what these may cost together at most, whatever the currency
    :raises BidRefused: if there are too many, or they might cost too much
    """
    if open_bids >= OPEN_BIDS:
        raise BidRefused(
            f"You have {OPEN_BIDS} bids open, which is the most. "
            "Please withdraw one, or wait until some are decided."
        )
    if exposure_minor + maximum_minor > EXPOSURE_MINOR:
        most = format_minor(EXPOSURE_MINOR, currency)
        left = format_minor(max(0, EXPOSURE_MINOR - exposure_minor), currency)
        raise BidRefused(
            f"Your open bids may add up to {most}; {left} of it is left.",
            field="maximum",
        )


def check_energy_cap(energy_cap_wh: int | None) -> None:
    """Let a driver's own limit of energy pass, or none.

    :raises BidRefused: if it is not above zero, or absurd
    """
    if energy_cap_wh is None:
        return
    if energy_cap_wh <= 0:
        raise BidRefused("The limit must be more than 0 kWh.", field="energy_cap_wh")
    if energy_cap_wh > MAX_ENERGY_WH:
        raise BidRefused("No car takes as much energy.", field="energy_cap_wh")


def check_raise(old_minor: int, new_minor: int, currency: str) -> None:
    """Let a new maximum pass that is really higher.

    :raises BidRefused: if it is not at least one step above the old one
    """
    if new_minor < old_minor + STEP_MINOR:
        least = format_minor(old_minor + STEP_MINOR, currency)
        raise BidRefused(f"Your new maximum must be at least {least}.", field="maximum")


def check_lower(old_minor: int, new_minor: int, currency: str) -> None:
    """Let a new maximum pass that is really lower.

    :raises BidRefused: if it is not
    """
    if new_minor >= old_minor:
        most = format_minor(old_minor, currency)
        raise BidRefused(f"Your new maximum must be under {most}.", field="maximum")


def check_undecided(state: BidState, decides_at: datetime, now: datetime) -> None:
    """Let a bid pass that may still be changed at all.

    :raises BidClosed: if it is decided, ended, or about to be decided
    """
    if state is not BidState.PENDING:
        raise BidClosed("This bid has ended.")
    if now >= decides_at:
        raise BidClosed("This bid is being decided at this moment.")


def check_space(*, eligible: int, alerts: int, is_alert: bool) -> None:
    """Let a bid pass for which there is room in the charger's book.

    :param eligible: how many undecided bids could win
    :param alerts: how many others lie under the reserve
    :raises BidRefused: if there are too many of its kind
    """
    if is_alert and alerts >= MOST_ALERTS:
        raise BidRefused(
            "This charger has more price alerts than it can keep. "
            "Please bid at least its lowest price.",
            field="maximum",
        )
    if not is_alert and eligible >= MOST_IN_A_BOOK:
        raise BidRefused("This charger has more bids than it can ever serve.")


def grace_ends(
    placed_at: datetime, decides_at: datetime, *, has_stepped_back: bool
) -> datetime:
    """Return until when a new bid may be taken back although it leads.

    Ten minutes, which end before a late change puts the decision off.

    :param has_stepped_back: whether the bidder has just taken such a bid back; placing
        and withdrawing in turns would find out what others have bid
    """
    if has_stepped_back:
        return placed_at
    latest = decides_at - timedelta(seconds=EXTEND_S)
    return max(placed_at, min(placed_at + timedelta(seconds=GRACE_S), latest))


def may_step_back(
    standing: Standing | None, grace_until: datetime, now: datetime
) -> bool:
    """Return whether an undecided bid may be lowered or withdrawn.

    Others rely on a leading bid, except in its grace.
    """
    return standing is not Standing.LEADING or now < grace_until


def check_step_back(
    standing: Standing | None, grace_until: datetime, now: datetime
) -> None:
    """Let a bid pass that may be lowered or withdrawn.

    :raises NotWhileLeading: if others already rely on it
    """
    if not may_step_back(standing, grace_until, now):
        raise NotWhileLeading(
            "Your bid is leading, and others count on it. "
            "You may only raise it until it is decided."
        )


def power_w(charger: Charger, vehicle: Vehicle | None) -> int:
    """Return the most watts that can flow into the car; without a car the strongest.

    :raises BidRefused: if no plug of the charger fits the car
    """
    usable = [
        each.max_power_w
        if vehicle is None
        else usable_power_w(
            power_type=each.power_type,
            offered_w=each.max_power_w,
            car_ac_w=vehicle.max_ac_w,
            car_dc_w=vehicle.max_dc_w,
        )
        for each in charger.connectors
        if vehicle is None or each.standard in vehicle.standards
    ]
    best = max(usable, default=0)
    if best <= 0:
        name = vehicle.name if vehicle else "This car"
        plugs = " and ".join(
            dict.fromkeys(plug_name(each.standard) for each in charger.connectors)
        )
        raise BidRefused(
            f"{name} does not fit: this charger has {plugs}.", field="vehicle_id"
        )
    return best
