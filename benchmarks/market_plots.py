"""Pictures of the market simulation for the docs, as SVG that repeats byte by byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from benchmarks.market_figures import MEASURES
from benchmarks.market_report import Result

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "plugbid"
mpl.rcParams["svg.fonttype"] = "none"
mpl.rcParams["font.size"] = 10

from matplotlib import pyplot as plt  # noqa: E402 (the backend is chosen first)
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

COLORS = ("#2b6cb0", "#2f855a", "#b7791f", "#805ad5")


def draw(results: Sequence[Result], headline: Result, folder: Path) -> list[Path]:
    """Draw both pictures into the folder and return their paths."""
    paths = [folder / "market-ratios.svg"]
    _save(_ratios(results), paths[0])
    if headline.incentives is not None:
        paths.append(folder / "market-misreport.svg")
        _save(_misreport(headline), paths[1])
    return paths


def _ratios(results: Sequence[Result]) -> Figure:
    figure, axes = plt.subplots(figsize=(8, 3.8))
    width = 0.2
    for place, (measure, color) in enumerate(zip(MEASURES, COLORS, strict=True)):
        found = [result.rows["auction"][place] for result in results]
        values = [each.value for each in found]
        errors = (
            [each.value - each.low for each in found],
            [each.high - each.value for each in found],
        )
        at = [number + (place - 1.5) * width for number in range(len(results))]
        axes.bar(at, values, width, yerr=errors, capsize=2, color=color, label=measure)
    axes.axhline(1.0, color="black", linewidth=0.8)
    axes.set_xticks(range(len(results)), [result.title for result in results])
    axes.set_ylabel("relative to the tuned fixed price")
    axes.set_title("The auction in simulation, formula defaults (95 % intervals)")
    axes.legend(ncols=4, frameon=False, loc="upper center")
    axes.set_ylim(0, axes.get_ylim()[1] * 1.12)
    return _plain(figure, axes)


def _misreport(result: Result) -> Figure:
    found = result.incentives
    assert found is not None
    figure, axes = plt.subplots(figsize=(8, 3.4))
    shares = found.shares_percent
    axes.fill_between(
        shares,
        [100 * each.low for each in found.gains],
        [100 * each.high for each in found.gains],
        color=COLORS[0],
        alpha=0.25,
        linewidth=0,
    )
    axes.plot(shares, [100 * each.value for each in found.gains], "o-", color=COLORS[0])
    axes.axhline(0.0, color="black", linewidth=0.8)
    axes.axvline(100, color="black", linewidth=0.8, linestyle=":")
    axes.set_xlabel("what a bidder states, in % of what the time is worth to him")
    axes.set_ylabel("gain in %")
    axes.set_title(f"Gain of one bidder's constant misreport, {result.title}")
    return _plain(figure, axes)


def _plain(figure: Figure, axes: Axes) -> Figure:
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)
