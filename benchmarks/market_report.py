"""Words and tables for the market simulation: assumptions, ratios, targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.market_figures import MEASURES, Estimate, Table
from benchmarks.market_rules import Sale
from benchmarks.market_world import ASSUMED, MILLI_PER_EUR, POWER_KW, Stay

WELFARE_TARGET, PROFIT_TARGET, GAIN_TARGET = 1.15, 1.0, 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentives:
    """What one bidder gains by stating a share of the truth; 0.01 is 1 %."""

    shares_percent: tuple[int, ...]
    gains: tuple[Estimate, ...]
    bidder_eur_a_day: float

    def best(self, *, overstating: bool) -> tuple[int, Estimate]:
        """Return the best share at most, or at least, the truth, and its gain."""
        pairs = zip(self.shares_percent, self.gains, strict=True)
        allowed = [
            (share, gain)
            for share, gain in pairs
            if (share >= 100 if overstating else share <= 100)
        ]
        return max(allowed, key=lambda pair: pair[1].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One setting: ratios to the tuned fixed price, per mechanism and measure.

    :param fixed_price: the base, in milli-minor per slot
    :param a_day: what the base brings a day, money in milli-minor
    :param ways: how the auction's wishes were served, as shares
    """

    load: float
    leads: str
    days: int
    fixed_price: int
    a_day: Table
    rows: dict[str, tuple[Estimate, ...]]
    ways: dict[str, float]
    incentives: Incentives | None

    @property
    def title(self) -> str:
        """Short name of the setting."""
        return f"load {self.load:g}, {self.leads}"


def ways(sales: Sequence[Sale]) -> dict[str, float]:
    """Return the share of sales made at each step of the auction."""
    counted = Counter(sale.how for sale in sales)
    return {how: count / len(sales) for how, count in counted.most_common()}


def print_assumptions(stays: Sequence[Stay], seed: int) -> None:
    """Say what is real and what is not, before any figure."""
    print(f"Simulation: one charger of {POWER_KW} kW, open day and night; seed {seed}.")
    print(
        f"Real: start, length and energy of {len(stays)} sessions of 0.5-12 h at "
        "shared chargers\n(Sørensen et al., Data in Brief 2024, CC BY 4.0). Assumed:"
    )
    for line in ASSUMED:
        print(f"  - {line}")
    print(
        "Base: first come first served at the one hourly price that earned most on "
        "other days.\nThe auction: formula defaults, demand learned week by week, "
        "nothing tuned.\n95 % intervals: paired bootstrap over weeks, same wishes."
    )


def print_result(result: Result) -> None:
    """Print the table of one setting."""
    welfare, profit, _, served = result.a_day
    hourly = 4 * result.fixed_price / MILLI_PER_EUR
    print(
        f"\n{result.title}, {result.days} days. Base: {hourly:.2f} EUR/h; a day: "
        f"welfare {welfare / MILLI_PER_EUR:.2f} EUR, profit "
        f"{profit / MILLI_PER_EUR:.2f} EUR, {served:.2f} drivers"
    )
    print(f"{'relative to the base':29}" + "".join(f"{name:>21}" for name in MEASURES))
    for name, estimates in result.rows.items():
        print(f"{name:29}" + "".join(f"{each!s:>21}" for each in estimates))
    shares = ", ".join(f"{how} {100 * part:.0f} %" for how, part in result.ways.items())
    print(f"{'served in the auction by':29} {shares}", flush=True)


def print_incentives(result: Result) -> None:
    """Print what a single bidder gains by each constant misreport."""
    found = result.incentives
    if found is None:
        return
    print(
        f"\n{result.title}: gain of one bidder who always states a share of his value,"
        "\nall others truthful, in % of what he earns by the truth"
    )
    for share, gain in zip(found.shares_percent, found.gains, strict=True):
        value, low, high = (100 * each for each in (gain.value, gain.low, gain.high))
        print(f"  states {share:3} %: {value:+7.2f} ({low:+.2f} to {high:+.2f})")


def print_targets(result: Result) -> None:
    """Say plainly what was reached and what was not."""
    welfare, profit, *_ = result.rows["auction"]
    print(f"\nTargets at {result.title}:")
    _say("welfare", welfare.value >= WELFARE_TARGET, f"{welfare}, wanted 1.15 or more")
    _say("owner profit", profit.value >= PROFIT_TARGET, f"{profit}, wanted 1.0 or more")
    if result.incentives is None:
        return
    for name, over in (("gain of shading", False), ("gain of overstating", True)):
        share, gain = result.incentives.best(overstating=over)
        text = f"{100 * gain.value:.2f} % at {share} % of the truth, wanted 0.5 or less"
        _say(name, gain.value <= GAIN_TARGET, text)


def _say(name: str, reached: bool, text: str) -> None:
    print(f"  {name:20} {'reached' if reached else 'NOT reached':12} {text}")
