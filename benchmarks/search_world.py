"""Makes the chargers of the search benchmark: seeded, and the same everywhere.

Values only; the databases are filled elsewhere. The first chargers of a large world are
those of a smaller one, then all are shuffled, so that neighbors have no near numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from app.kernel.slots import slot_at
from app.schedules.domain import OpeningException
from benchmarks import search_habits as habits
from benchmarks.search_habits import Plug
from benchmarks.search_now import NOW
from benchmarks.search_places import (
    FULL,
    Numbers,
    Places,
    at_real_stations,
    fast_shares,
    places,
)

FIRST_SLOT = slot_at(NOW)
BOOKINGS = 10
BOOKED_SLOTS = 28 * 96
LIVE, HELD, EXPIRED = 0, 1, 2
_STEP = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Chargers in columns; the charger with number ``i`` has the id ``i + 1``.

    :ivar plugs: the kinds of plugs that occur; ``plug_of`` names one by its place
    :ivar plug_charger: the charger of each connector, ascending
    :ivar claim_first: slot since the epoch at which each of ten claims begins
    :ivar claim_slots: how many slots it takes, the turnaround included
    :ivar claim_kind: LIVE, HELD or EXPIRED
    :ivar is_core: whether its surroundings are the same in worlds of all sizes
    """

    seed: int
    count: int
    town: Numbers
    towns: Places
    lat: Numbers
    lon: Numbers
    zone: Numbers
    zones: tuple[str, ...]
    is_listed: Numbers
    is_broken: Numbers
    hours: Numbers
    exceptions: dict[int, tuple[OpeningException, ...]]
    min_length_min: Numbers
    max_length_min: Numbers
    lead_min: Numbers
    horizon_days: Numbers
    buffer_min: Numbers
    currency: tuple[str, ...]
    energy_milli: Numbers
    time_milli: Numbers
    plugs: tuple[Plug, ...]
    plug_charger: Numbers
    plug_of: Numbers
    claim_first: Numbers
    claim_slots: Numbers
    claim_kind: Numbers
    is_core: Numbers


class _Dice:
    """Random columns: each has its own stream, so a longer one begins the same."""

    def __init__(self, seed: int, count: int) -> None:
        self._seed, self._count, self._column = seed, count, 0

    def random(self, width: int = 1) -> Numbers:
        """Return numbers below 1 in one column, or in several."""
        self._column += 1
        stream = np.random.default_rng([self._seed, self._column])
        drawn = stream.random((self._count, width))
        return drawn[:, 0] if width == 1 else drawn

    def choose(self, shares: list[float]) -> Numbers:
        """Return places in the list, as often as its shares say."""
        bounds = np.cumsum(shares) / sum(shares)
        return np.searchsorted(bounds[:-1], self.random(), side="right")

    def chance(self, share: float | Numbers) -> Numbers:
        """Return True as often as the share says."""
        return self.random() < share

    def normal(self) -> tuple[Numbers, Numbers]:
        """Return two independent columns with the normal distribution."""
        first, second = self.random(), self.random()
        far = np.sqrt(-2 * np.log1p(-first))
        return far * np.cos(2 * np.pi * second), far * np.sin(2 * np.pi * second)


def make_world(count: int, seed: int, folder: Path) -> World:
    """Return a world of so many chargers.

    :param folder: where the atlas is unpacked
    """
    if not 0 < count <= FULL:
        raise ValueError(f"A world has from 1 to {FULL} chargers.")
    dice, towns = _Dice(seed, count), places(folder)
    # Neighbors in the world are no neighbors in the table, as in a grown one.
    order = np.random.default_rng([seed, count, 0]).permutation(count)
    town = towns.of_chargers(count)
    lat, lon = _points(dice, towns, town)
    numbers, town_place = np.unique(town, return_inverse=True)
    zones, zone = np.unique([towns.zone(each) for each in numbers], return_inverse=True)
    countries = np.array([towns.country[each] for each in numbers])
    plugs, plug_charger, plug_of = _plugs(dice, countries[town_place], order)
    buffer_min = np.array([0, 10, 15, 30])[dice.choose([0.2, 0.6, 0.1, 0.1])]
    claims = _claims(dice, buffer_min)
    rate = np.array([habits.money(each)[1] for each in countries])[town_place]
    money = np.array([habits.money(each)[0] for each in countries])[town_place]
    return World(
        seed=seed,
        count=count,
        town=town[order],
        towns=towns,
        lat=lat[order],
        lon=lon[order],
        zone=zone[town_place][order],
        zones=tuple(zones.tolist()),
        is_listed=~dice.chance(0.02)[order],
        is_broken=dice.chance(0.01)[order],
        hours=dice.choose([share for share, _ in habits.HOURS])[order],
        exceptions=_exceptions(dice, order),
        min_length_min=np.array([30, 60, 180])[dice.choose([0.8, 0.15, 0.05])][order],
        max_length_min=np.array([720, 240, 90])[dice.choose([0.8, 0.15, 0.05])][order],
        lead_min=np.array([0, 60, 1440])[dice.choose([0.8, 0.1, 0.1])][order],
        horizon_days=np.array([28, 14, 7])[dice.choose([0.8, 0.1, 0.1])][order],
        buffer_min=buffer_min[order],
        currency=tuple(money[order].tolist()),
        energy_milli=_price(dice, 20_000, 60_000, rate)[order],
        time_milli=(_price(dice, 0, 150_000, rate) * dice.chance(0.4))[order],
        plugs=plugs,
        plug_charger=plug_charger,
        plug_of=plug_of,
        claim_first=claims[0][order],
        claim_slots=claims[1][order],
        claim_kind=claims[2][order],
        is_core=towns.is_core[town][order],
    )


def _points(dice: _Dice, towns: Places, town: Numbers) -> tuple[Numbers, Numbers]:
    """Return points scattered round their town; in New York at real stations."""
    lat, lon = towns.lat[town], towns.lon[town]
    spread_km = np.maximum(0.3, 0.12 * np.sqrt(towns.people[town] / 1000))
    lat, lon = _scattered(dice, lat, lon, spread_km)
    pairs = zip(towns.country, towns.admin, strict=True)
    is_real = np.array([pair == ("US", "NY") for pair in pairs])[town]
    if is_real.any():
        lat[is_real], lon[is_real] = at_real_stations(lat[is_real], lon[is_real]).T
    lat, lon = _scattered(dice, lat, lon, np.where(is_real, 0.25, 0))
    lon = (np.round(lon / _STEP) * _STEP + 180) % 360 - 180
    return np.round(np.round(lat / _STEP) * _STEP, 4), np.round(lon, 4)


def _scattered(
    dice: _Dice, lat: Numbers, lon: Numbers, spread_km: Numbers
) -> tuple[Numbers, Numbers]:
    north, east = dice.normal()
    degrees = spread_km / 111.2
    lat = lat + np.clip(north, -3, 3) * degrees
    return lat, lon + np.clip(east, -3, 3) * degrees / np.cos(np.radians(lat))


def _plugs(
    dice: _Dice, country: Numbers, order: Numbers
) -> tuple[tuple[Plug, ...], Numbers, Numbers]:
    """Return the kinds of plugs, and of each connector its charger and its kind."""
    known: dict[Plug, int] = {}
    # By charger up to two connectors; -1 where there is no second one.
    kinds = np.full((len(country), 2), -1)
    names = np.unique(country).tolist()
    fast = np.array([fast_shares()[each] for each in names])
    regions = np.array([habits.region(each) for each in names])
    index = np.searchsorted(names, country)
    is_fast = dice.chance(fast[index] * habits.FAST_AT_HOME)
    for name in habits.AC_PLUGS:
        slow = habits.AC_PLUGS[name]
        at_house = np.array([known.setdefault(plug, len(known)) for _, plug in slow])
        here = (regions[index] == name) & ~is_fast
        kinds[here, 0] = at_house[dice.choose([share for share, _ in slow])][here]
        sets = habits.DC_PLUGS[name]
        pairs = np.array(
            [
                [known.setdefault(plug, len(known)) for plug in plugs]
                + [-1] * (2 - len(plugs))
                for _, plugs in sets
            ]
        )
        here = (regions[index] == name) & is_fast
        kinds[here] = pairs[dice.choose([share for share, _ in sets])][here]
    kinds = kinds[order]
    charger, which = np.nonzero(kinds >= 0)
    return tuple(known), charger, kinds[charger, which]


def _claims(dice: _Dice, buffer_min: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return ten claims a charger that do not overlap: first slot, slots, kind."""
    # Two to fourteen quarter hours, eight on average, and the turnaround.
    length = 2 + (dice.random(BOOKINGS) * 13).astype(np.int64)
    length += -(-buffer_min // 15)[:, None]
    before = np.cumsum(length, axis=1) - length
    room = BOOKED_SLOTS - length.sum(axis=1)
    gaps = np.sort(dice.random(BOOKINGS), axis=1) * room[:, None]
    first = FIRST_SLOT + 1 + gaps.astype(np.int64) + before
    drawn = dice.random(BOOKINGS)
    kind = np.where(drawn < 0.01, HELD, np.where(drawn < 0.02, EXPIRED, LIVE))
    return first, length, kind


def _exceptions(dice: _Dice, order: Numbers) -> dict[int, tuple[OpeningException, ...]]:
    """Return dated exceptions of the few chargers that have any."""
    has, drawn = dice.chance(0.01), dice.random(3)
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    return {
        int(place[each]): tuple(_exception(value) for value in drawn[each])
        for each in np.flatnonzero(has)
    }


def _exception(drawn: float) -> OpeningException:
    # One number below 1 decides the date, the kind and the hours.
    rest, day = drawn * 28 % 1, int(drawn * 28)
    on_date = date(NOW.year, NOW.month, NOW.day) + timedelta(days=day)
    if rest < 0.6:
        return OpeningException(on_date, "CLOSED", reason="Away")
    begin = int((rest - 0.6) / 0.4 * 80) * 15
    return OpeningException(on_date, "OPEN", begin, begin + 240)


def _price(dice: _Dice, low: int, high: int, rate: Numbers) -> Numbers:
    """Return prices in 1/1000 minor units, in steps of half a cent."""
    cents = low + (high - low) * dice.random()
    return (np.round(cents * rate / 500) * 500).astype(np.int64)
