"""How the base map looks: colors of both themes, sizes of names. Pure.

The build script uses the same sizes to decide which names fit at which zoom, so a
change here needs a new atlas.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colors of one theme."""

    water: str
    shore: str
    land: str
    coast: str
    river: str
    built: str
    grid: str
    border: str
    city: str
    town: str
    country: str
    halo: str


LIGHT = Palette(
    water="#cbe0ea",
    shore="#dcebf1",
    land="#f5f2ea",
    coast="#a9c6d3",
    river="#b3d0de",
    built="#ddd3be",
    grid="#12211a",
    border="#b49c86",
    city="#26332c",
    town="#59665f",
    country="#8b7d6d",
    halo="#fbf9f3",
)
DARK = Palette(
    water="#0e1f28",
    shore="#132932",
    land="#1c2722",
    coast="#2d4650",
    river="#24404c",
    built="#46564a",
    grid="#e9f1ec",
    border="#5d6b5f",
    city="#dbe7df",
    town="#9fb0a6",
    country="#7e9186",
    halo="#141d19",
)
_STEPS = (5_000_000, 1_000_000, 300_000, 100_000, 30_000, 10_000, 3_000)
FEWEST_PEOPLE = {
    2: 6_000_000,
    3: 3_000_000,
    4: 1_000_000,
    5: 400_000,
    6: 150_000,
    7: 60_000,
    8: 25_000,
    9: 8_000,
    10: 2_500,
    11: 800,
}
LAST_LABEL_ZOOM = 14


def rank(population: int) -> int:
    """Return the class of a place: 0 for the largest cities, 7 for a hamlet."""
    for number, least in enumerate(_STEPS):
        if population >= least:
            return number
    return len(_STEPS)


def label_px(population: int, zoom: int) -> float:
    """Return the size of a place's name in pixels at a zoom."""
    size = 16.0 - rank(population) * 0.9 + max(0, zoom - 6) * 0.35
    # Leaflet shows tiles at 0.7 to 1.4 of their size, so small must stay readable.
    return round(max(12.5, min(16.5, size)), 1)


def label_width_px(name: str, size_px: float) -> float:
    """Return about how wide a name is set, on the safe side."""
    return len(name) * size_px * 0.58


def built_radius_m(population: int) -> float:
    """Return how far houses reach around a place of this many people.

    From a density of 2,000 people per square kilometer: a symbol, not a survey.
    """
    return float(min(14_000.0, 12.6 * population**0.5))
