"""Prints what the auction brings against the best fixed price, in simulation.

.venv/bin/python -m benchmarks.market [--days 2000] [--seed 71] [--quick] [--no-plots]

Real sessions say when and how long people charge; what they would pay and how early
they ask is assumed and printed. Nothing is tuned on the days that are measured.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks import market_plots, market_report
from benchmarks.market_figures import by_day, gains, ratios
from benchmarks.market_incentives import SHARES_PERCENT, TRUTH, utilities
from benchmarks.market_prices import (
    Asking,
    best_fixed_price,
    best_kwh_margin,
    lead_curve,
    learned_weeks,
    median_price,
    without_leads,
)
from benchmarks.market_report import Incentives, Result
from benchmarks.market_rules import Prices, auction, first_come
from benchmarks.market_world import ROOT, SESSIONS, Request, Stay, World, read_stays

SETTINGS = ((1.0, "mixed"), (2.0, "mixed"), (4.0, "mixed"), (4.0, "planned"))
HEADLINE = (2.0, "mixed")
# The setting that others will quote is measured on so many times more days.
HEADLINE_TIMES = 3
# Days of the fixed price's training: its income is so flat that it needs many.
TRAINING_DAYS = 12_000
LEARNING_WEEKS = 26
QUICK_DAYS = 300


def main() -> None:
    """Run all settings, print their tables, and draw the pictures of the docs."""
    options = _options()
    if not SESSIONS.exists():
        print(f"Skipped: {SESSIONS} is missing (set PLUGBID_DATA).")
        return
    stays, begun = read_stays(), time.monotonic()
    market_report.print_assumptions(stays, options.seed)
    results = []
    for number, (load, leads) in enumerate(SETTINGS):
        seed = options.seed + 1000 * number
        result = _measured(stays, load, leads, options, seed)
        results.append(result)
        market_report.print_result(result)
    headline = next(each for each in results if (each.load, each.leads) == HEADLINE)
    market_report.print_incentives(headline)
    market_report.print_targets(headline)
    if not options.no_plots:
        for path in market_plots.draw(results, headline, options.plots):
            print(f"drawn: {path.name}")
    print(f"{time.monotonic() - begun:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--days", type=int, default=2_000, help="at load 1; scaled for others"
    )
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--quick", action="store_true", help="a rough look, no plots")
    parser.add_argument("--no-plots", action="store_true")
    parser.add_argument("--plots", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    if options.quick:
        options.days, options.no_plots = QUICK_DAYS, True
    return options


def _measured(
    stays: tuple[Stay, ...],
    load: float,
    leads: str,
    options: argparse.Namespace,
    seed: int,
) -> Result:
    """Return one setting's figures; training, learning and test have own seeds."""
    world = World(stays=stays, load=load, leads=leads)
    is_headline = (load, leads) == HEADLINE
    times = HEADLINE_TIMES if is_headline else min(1.0, 2.0 / load)
    days = max(28, round(options.days * times))
    training = TRAINING_DAYS // (4 if options.quick else 1)
    trained = world.requests(round(training / load), seed)
    fixed = best_fixed_price(trained)
    before = world.requests(7 * LEARNING_WEEKS, seed + 1)
    tested = world.requests(days, seed + 2)
    weeks = learned_weeks(before, tested)
    prices = Asking(weeks, None)
    sold = auction(tested, prices)
    base = by_day(first_come(tested, fixed), days)
    rivals = {
        "auction": sold,
        "auction, lead times known": auction(tested, Asking(weeks, lead_curve(before))),
        "auction, one book-now price": auction(
            tested, Asking(without_leads(weeks), None)
        ),
        "fixed hourly, the median": first_come(tested, median_price(trained)),
        "fixed margin per kWh, tuned": first_come(tested, 0, best_kwh_margin(trained)),
    }
    return Result(
        load=load,
        leads=leads,
        days=days,
        fixed_price=fixed,
        a_day=base.mean(axis=0),
        rows={
            name: ratios(by_day(sales, days), base, seed)
            for name, sales in rivals.items()
        },
        ways=market_report.ways(sold),
        incentives=_incentives(tested, prices, options.days, seed)
        if is_headline
        else None,
    )


def _incentives(
    tested: tuple[Request, ...], prices: Prices, days: int, seed: int
) -> Incentives:
    tried = [request for request in tested if request.day < days]
    table = utilities(tried, prices, days)
    return Incentives(
        shares_percent=SHARES_PERCENT,
        gains=gains(table, TRUTH, seed),
        bidder_eur_a_day=float(table[:, TRUTH].mean()) / 100_000,
    )


if __name__ == "__main__":
    main()
