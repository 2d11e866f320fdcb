"""Says in one sentence why an hour costs that, and what a month should bring."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.money import MILLI, divide_half_even, format_minor
from app.pricing.domain.suggestion import HourGain, Suggestion
from app.pricing.domain.values import survival
from app.pricing.domain.wish import MonthlyProfit

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Longer than this is not one suggestion any more.
_LONGEST_OPENING_H = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of closed hours that would add most, within one day."""

    first_hour: int
    length_h: int
    gain_minor: int

    def words(self) -> str:
        """Return the stretch as people write it, such as ``Fri 17–20``."""
        day, begin = divmod(self.first_hour, 24)
        return f"{DAYS[day]} {begin}–{begin + self.length_h}"


def best_opening(gains: tuple[HourGain, ...]) -> Opening | None:
    """Return up to three hours of one day that add most together; None without any."""
    by_hour = {each.hour_of_week: each.gain_minor for each in gains}
    best: Opening | None = None
    for first in sorted(by_hour):
        total = 0
        for at in range(first, first + _LONGEST_OPENING_H):
            if at not in by_hour or at // 24 != first // 24:
                break
            total += by_hour[at]
            if best is None or total > best.gain_minor:
                best = Opening(first, at - first + 1, total)
    return best


def why(suggestion: Suggestion, hour: int) -> str:
    """Return the reason for the prices of an hour of the week, in one sentence."""
    currency = suggestion.wish.currency
    if not suggestion.wish.open_hours[hour]:
        gain = next(
            (
                each.gain_minor
                for each in suggestion.best_extra_hours
                if each.hour_of_week == hour
            ),
            0,
        )
        return (
            f"Closed; open, it should add about {format_minor(gain, currency)} a month."
        )
    reserve = _price(suggestion.reserve_milli_per_hour[hour], currency)
    margin = " beside your margin" if suggestion.wish.margin_milli_per_kwh else ""
    return (
        f"{_drivers(suggestion, hour)}, and {_share(suggestion, hour)} would pay "
        f"{reserve}{margin}, {_reason(suggestion, hour)}; {_at_once(suggestion, hour)}."
    )


def summary(suggestion: Suggestion) -> str:
    """Return what the month should bring, or why the wish is out of reach."""
    currency = suggestion.wish.currency
    expected, low, high, at_most = (
        format_minor(minor, currency)
        for minor in (
            suggestion.expected_minor_a_month,
            suggestion.expected_low_minor,
            suggestion.expected_high_minor,
            suggestion.at_most_minor,
        )
    )
    if not any(suggestion.wish.open_hours):
        return f"The charger is never open.{_opening_tip(suggestion)}"
    if not suggestion.reachable:
        return (
            f"Not reachable: at most about {at_most} a month.{_opening_tip(suggestion)}"
        )
    likely = f"about {expected} a month, likely between {low} and {high}"
    if suggestion.wish.profit_minor is not None:
        wished = format_minor(suggestion.wish.profit_minor, currency)
        return f"{wished} a month is within reach: expect {likely}."
    return f"Expect {likely}, after paying for the electricity."


def _opening_tip(suggestion: Suggestion) -> str:
    best = best_opening(suggestion.best_extra_hours)
    if best is None:
        return ""
    gain = format_minor(best.gain_minor, suggestion.wish.currency)
    return f" Opening {best.words()} adds most, about {gain} a month."


def _drivers(suggestion: Suggestion, hour: int) -> str:
    requests = suggestion.demand.requests[hour]
    if requests < 0.01:
        return "Hardly anybody wants this hour"
    if requests < 0.95:
        return f"About {round(100 * requests)} drivers in 100 weeks want this hour"
    return f"About {requests:.1f} drivers a week want this hour"


def _share(suggestion: Suggestion, hour: int) -> str:
    total = suggestion.reserve_milli_per_hour[hour] + suggestion.margin_milli_per_hour
    median = suggestion.demand.median_milli_per_hour[hour]
    share = round(100 * survival(total / median, suggestion.demand.sigma_at(hour)))
    if share >= 99:
        return "nearly all of them"
    return f"{share} %" if share else "nearly none of them"


def _reason(suggestion: Suggestion, hour: int) -> str:
    wish, reserve = suggestion.wish, suggestion.reserve_milli_per_hour[hour]
    if reserve == wish.ceiling_milli_per_hour:
        return "your highest price"
    if reserve == wish.floor_milli_per_hour and reserve:
        return "your lowest price"
    cost = suggestion.cost_milli_per_hour[hour] - wish.own_cost_milli_per_hour
    dear = round(abs(cost) / MILLI)
    turn = ""
    if dear:
        much = _price(dear * MILLI, wish.currency)
        turn = f" (its electricity costs {much} {'more' if cost > 0 else 'less'})"
    if isinstance(wish.aim, MonthlyProfit):
        if not suggestion.reachable:
            return f"what would bring most{turn}"
        return f"enough for what you wish{turn}"
    return f"a little below what would bring most{turn}"


def _at_once(suggestion: Suggestion, hour: int) -> str:
    book_now = suggestion.book_now_milli_per_hour[hour]
    price = _price(book_now, suggestion.wish.currency)
    if book_now == suggestion.reserve_milli_per_hour[hour]:
        return f"{price} is also the price at once, as no bids above it are expected"
    if book_now == suggestion.wish.ceiling_milli_per_hour:
        return f"{price} at once is your highest price"
    return f"{price} at once makes up for the bids that may still come"


def _price(milli: int, currency: str) -> str:
    return format_minor(divide_half_even(milli, MILLI), currency)
