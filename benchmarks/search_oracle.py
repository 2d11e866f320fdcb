"""Answers searches from arrays in memory, with every filter, from the rules alone.

With its grid it is the lower bound of what a search can take; without, a scan of every
charger that knows neither the product's index nor its table of open windows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from app.kernel.geo import EARTH_RADIUS_M
from app.kernel.slots import SLOT_S, start_of
from app.schedules.domain import OpeningException, OpeningRule
from benchmarks.search_habits import DAY, HOURS
from benchmarks.search_now import NOW
from benchmarks.search_places import Numbers
from benchmarks.search_questions import Question
from benchmarks.search_world import EXPIRED, FIRST_SLOT, World

SLOTS = 35 * 96
CHUNK = 256
# Wall-clock time has no zone.
_ORIGIN = datetime(2026, 1, 1)  # noqa: DTZ001
_DEGREE_M = math.pi * EARTH_RADIUS_M / 180
_ROW = 8192


@dataclass(frozen=True, slots=True)
class Answer:
    """Chargers' ids, nearest first, and how far each is."""

    ids: Numbers
    distance_m: Numbers


class Oracle:
    """A world's chargers, laid out for answering."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._walls = [_wall(zone) for zone in world.zones]
        self._kind, self._open = _open_hours(world, self._walls)
        lives = world.claim_kind != EXPIRED
        self._taken_first = np.where(lives, world.claim_first, 0).astype(np.int32)
        ends = world.claim_first + world.claim_slots
        self._taken_end = np.where(lives, ends, 0).astype(np.int32)
        self._lay_out_plugs()

    def _lay_out_plugs(self) -> None:
        """Sort the connectors that can be searched by the cells of a grid."""
        world = self._world
        shown = (world.is_listed & ~world.is_broken)[world.plug_charger]
        charger, kind = world.plug_charger[shown], world.plug_of[shown]
        cell = _cells(world.lat[charger], world.lon[charger])
        order = np.argsort(cell, kind="stable")
        self._cell, self._charger = cell[order], charger[order]
        standards = np.array([plug.standard for plug in world.plugs])
        self._standards, of_plug = np.unique(standards, return_inverse=True)
        self._standard = of_plug[kind[order]]
        self._power = np.array([plug.power_w for plug in world.plugs])[kind[order]]
        self._lat = np.radians(world.lat[self._charger])
        self._lon = np.radians(world.lon[self._charger])
        self._cos = np.cos(self._lat)

    def nearest(self, question: Question, limit: int = 50) -> Answer:
        """Return the nearest chargers through the grid: the lower bound."""
        charger, away = self._fitting(question, self._around(question))
        found: list[Numbers] = []
        count = 0
        for begin in range(0, len(charger), CHUNK):
            some = charger[begin : begin + CHUNK]
            found.append(np.flatnonzero(self._can_be_had(some, question)) + begin)
            count += len(found[-1])
            if count >= limit:
                break
        places = np.concatenate(found)[:limit] if found else np.array([], dtype=int)
        return Answer(charger[places] + 1, away[places])

    def everything(self, question: Question) -> Answer:
        """Return all chargers that satisfy the question, by a scan of every one."""
        charger, away = self._fitting(question, np.arange(len(self._charger)))
        has = self._can_be_had(charger, question)
        return Answer(charger[has] + 1, away[has])

    def zones_around(self, question: Question) -> list[tuple[str, int, int]]:
        """Return the zones inside the circle, and the wanted slots in each."""
        charger, _ = self._fitting(question, self._around(question))
        zones = np.unique(self._world.zone[charger]).tolist()
        return [
            (self._world.zones[zone], *wanted)
            for zone in zones
            if (wanted := self._wanted(zone, question)) is not None
        ]

    @staticmethod
    def count_around(world: World, lat: float, lon: float, radius_m: float) -> int:
        """Return how many chargers on offer lie in a circle."""
        y = (world.lat - lat) * _DEGREE_M
        x = (world.lon - lon) * _DEGREE_M * math.cos(math.radians(lat))
        shown = world.is_listed & ~world.is_broken
        return int(np.count_nonzero(shown & (x * x + y * y <= radius_m**2)))

    def _around(self, question: Question) -> Numbers:
        """Return the connectors of all cells that the circle may touch."""
        d_lat = question.radius_m / _DEGREE_M * 1.001
        south, north = max(-90, question.lat - d_lat), min(90, question.lat + d_lat)
        widest = math.cos(math.radians(max(-south, north)))
        d_lon = 180.0 if d_lat >= 180 * widest else d_lat / widest
        rows = np.arange(math.floor(south * 20), math.floor(north * 20) + 1) + 1800
        runs: list[tuple[int, int]] = []
        for west, east in _on_the_globe(question.lon - d_lon, question.lon + d_lon):
            columns = math.floor((west + 180) * 20), math.floor((east + 180) * 20)
            begins = np.searchsorted(self._cell, rows * _ROW + columns[0], "left")
            ends = np.searchsorted(self._cell, rows * _ROW + columns[1], "right")
            runs += zip(begins.tolist(), ends.tolist(), strict=True)
        return np.concatenate([np.arange(begin, end) for begin, end in runs])

    def _fitting(self, question: Question, at: Numbers) -> tuple[Numbers, Numbers]:
        """Return chargers inside the circle with plug and power, nearest first."""
        standard = np.searchsorted(self._standards, question.standard)
        fits = self._standard[at] == standard
        at = at[fits & (self._power[at] >= question.min_power_w)]
        lat, lon = math.radians(question.lat), math.radians(question.lon)
        chord = np.sin((self._lat[at] - lat) / 2) ** 2 + np.sin(
            (self._lon[at] - lon) / 2
        ) ** 2 * self._cos[at] * math.cos(lat)
        away = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1)))
        inside = away <= question.radius_m
        charger, away = self._charger[at[inside]], away[inside]
        order = np.lexsort((charger, away))
        return charger[order], away[order]

    def _can_be_had(self, charger: Numbers, question: Question) -> Numbers:
        """Return which chargers let the time be booked, are open then, and free."""
        zone = self._world.zone[charger]
        first, end = np.zeros(len(charger), dtype=int), np.zeros(len(charger), int)
        exists = np.zeros(len(charger), dtype=bool)
        for each in np.unique(zone).tolist():
            wanted = self._wanted(each, question)
            if wanted is not None:
                here = zone == each
                exists |= here
                first[here], end[here] = wanted
        kind = self._kind[charger]
        open_slots = self._open[kind, end] - self._open[kind, first]
        after = end - -self._world.buffer_min[charger] // 15
        base = FIRST_SLOT
        taken = (self._taken_first[charger] - base < after[:, None]) & (
            self._taken_end[charger] - base > first[:, None]
        )
        is_open = open_slots == end - first
        return exists & is_open & self._allows(charger, first, end) & ~taken.any(axis=1)

    def _allows(self, charger: Numbers, first: Numbers, end: Numbers) -> Numbers:
        """Return whether lengths, lead time and horizon let the time be booked."""
        world = self._world
        minutes = (end - first) * 15
        begins_min = (FIRST_SLOT + first) * 15 - _minutes_now()
        ends_min = begins_min + minutes
        return (
            (world.min_length_min[charger] <= minutes)
            & (minutes <= world.max_length_min[charger])
            & (world.lead_min[charger] <= begins_min)
            & (ends_min <= world.horizon_days[charger] * DAY)
        )

    def _wanted(self, zone: int, question: Question) -> tuple[int, int] | None:
        """Return the wall-clock time there as slots from the first one on."""
        return _placed(
            self._walls[zone], _minutes(question.starts), _minutes(question.ends)
        )


def _on_the_globe(west: float, east: float) -> list[tuple[float, float]]:
    """Return the same degrees of longitude, parted at the date line."""
    if east - west >= 360:
        return [(-180, 180)]
    if west < -180:
        return [(west + 360, 180), (-180, east)]
    if east > 180:
        return [(west, 180), (-180, east - 360)]
    return [(west, east)]


def _cells(lat: Numbers, lon: Numbers) -> Numbers:
    rows, columns = np.floor((lat + 90) * 20), np.floor((lon + 180) * 20)
    return (rows * _ROW + columns).astype(np.int64)


def _minutes(wall: datetime) -> int:
    return int((wall - _ORIGIN).total_seconds() // 60)


def _minutes_now() -> float:
    return (NOW - start_of(0)).total_seconds() / 60


def _wall(zone: str) -> Numbers:
    """Return what the clock there shows at the begin of each slot, in minutes."""
    place, begin = ZoneInfo(zone), start_of(FIRST_SLOT)
    return np.array(
        [
            _minutes(
                (begin + timedelta(seconds=SLOT_S * each))
                .astimezone(place)
                .replace(tzinfo=None)
            )
            for each in range(SLOTS)
        ]
    )


def _placed(wall: Numbers, begin_min: int, end_min: int) -> tuple[int, int] | None:
    """Return the slots of a wall-clock time, or None where there are none.

    From the first time the clock reaches the begin to the last time it shows the end;
    where it skips the end, to the first instant after the gap.
    """
    reached, before = wall >= begin_min, wall <= end_min
    if not (reached.any() and before.any()):
        return None
    first = int(np.argmax(reached))
    last = len(wall) - 1 - int(np.argmax(before[::-1]))
    end = last if wall[last] == end_min else last + 1
    return (first, end) if first < end else None


def _open_hours(world: World, walls: list[Numbers]) -> tuple[Numbers, Numbers]:
    """Return each charger's kind of hours, and of each kind how many slots are open
    before each slot.
    """
    kinds = world.hours * len(world.zones) + world.zone
    distinct, kind = np.unique(kinds, return_inverse=True)
    rows = [
        _open_slots(HOURS[each // len(walls)][1], (), walls[each % len(walls)])
        for each in distinct.tolist()
    ]
    for charger, exceptions in world.exceptions.items():
        kind[charger] = len(rows)
        wall = walls[world.zone[charger]]
        rows.append(_open_slots(HOURS[world.hours[charger]][1], exceptions, wall))
    counts = np.zeros((len(rows), SLOTS + 1), dtype=np.int16)
    np.cumsum(np.array(rows), axis=1, out=counts[:, 1:])
    return kind, counts


def _open_slots(
    rules: tuple[OpeningRule, ...],
    exceptions: tuple[OpeningException, ...],
    wall: Numbers,
) -> Numbers:
    """Return for each slot whether the charger is open by its rules."""
    is_open, is_closed = np.zeros(SLOTS, dtype=bool), np.zeros(SLOTS, dtype=bool)
    targets = {"OPEN": is_open, "CLOSED": is_closed}
    first_day = int(wall.min()) // DAY - 1
    for day in range(first_day, int(wall.max()) // DAY + 2):
        on_date = (_ORIGIN + timedelta(days=day)).date()
        windows = [
            (each.begin_min, each.end_min, is_open)
            for each in rules
            if each.weekday == on_date.isoweekday()
        ] + [
            (each.begin_min, each.end_min, targets[each.kind])
            for each in exceptions
            if each.on_date == on_date
        ]
        for begin, end, target in windows:
            end += DAY if end <= begin else 0
            run = _placed(wall, day * DAY + begin, day * DAY + end)
            if run is not None:
                target[slice(*run)] = True
    return is_open & ~is_closed
