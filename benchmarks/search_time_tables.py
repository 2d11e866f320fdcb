"""A world's time as rows: weekly hours, exceptions, open windows, claims, slots.

Opening hours are expanded by the product's own code, once for each pattern and zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from app.kernel.slots import EPOCH, SLOT_S, slot_at
from app.schedules.domain import Opening, OpeningException, OpeningRule
from app.schedules.service.windows import open_windows
from benchmarks.search_columns import Instants, Rows, ids_of
from benchmarks.search_habits import HOURS
from benchmarks.search_now import NOW
from benchmarks.search_places import Numbers
from benchmarks.search_world import BOOKINGS, HELD, LIVE, World

_EPOCH_S = int(EPOCH.timestamp())
_HOLD_S = 600


def rules(world: World, batch: slice) -> Rows:
    flat = np.array(
        [
            (each.weekday, each.begin_min, each.end_min)
            for _, weekly in HOURS
            for each in weekly
        ]
    )
    counts = np.array([len(weekly) for _, weekly in HOURS])
    charger, which = _spread(counts, world.hours[batch])
    return Rows(
        "opening_rule",
        len(which),
        {
            "evse_id": charger + batch.start + 1,
            "weekday": flat[which, 0],
            "begin_min": flat[which, 1],
            "end_min": flat[which, 2],
        },
    )


def _spread(counts: Numbers, kinds: Numbers) -> tuple[Numbers, Numbers]:
    """Return charger and flat number of each row, where kinds own runs of rows."""
    of_each = counts[kinds]
    begins = (np.cumsum(counts) - counts)[kinds]
    charger = np.repeat(np.arange(len(kinds)), of_each)
    within = np.arange(len(charger)) - np.repeat(np.cumsum(of_each) - of_each, of_each)
    return charger, begins[charger] + within


def exceptions(world: World, batch: slice) -> Rows:
    found = [
        (charger + 1, each)
        for charger in sorted(world.exceptions)
        if batch.start <= charger < batch.stop
        for each in world.exceptions[charger]
    ]
    return Rows(
        "opening_exception",
        len(found),
        {
            "evse_id": np.array([charger for charger, _ in found], dtype=np.int64),
            "on_date": [f"{each.on_date}" for _, each in found],
            "kind": [each.kind for _, each in found],
            "begin_min": np.array([each.begin_min for _, each in found], dtype=int),
            "end_min": np.array([each.end_min for _, each in found], dtype=int),
            "reason": [each.reason for _, each in found],
        },
    )


def windows(world: World, batch: slice) -> Iterator[Rows]:
    kinds = world.hours[batch] * len(world.zones) + world.zone[batch]
    special = {
        each: world.exceptions[each]
        for each in range(batch.start, batch.stop)
        if each in world.exceptions
    }
    distinct, kind = np.unique(kinds, return_inverse=True)
    runs = [
        _expanded(HOURS[each // len(world.zones)][1], (), _zone(world, each))
        for each in distinct.tolist()
    ]
    for one, dated in special.items():
        weekly = HOURS[world.hours[one]][1]
        zone = world.zones[world.zone[one]]
        kind[one - batch.start] = len(runs)
        runs.append(_expanded.__wrapped__(weekly, dated, zone))
    flat = np.concatenate([np.array(each).reshape(-1, 2) for each in runs]).astype(int)
    charger, which = _spread(np.array([len(each) for each in runs]), kind)
    yield Rows(
        "open_window",
        len(which),
        {
            "evse_id": charger + batch.start + 1,
            "first_slot": flat[which, 0],
            "end_slot": flat[which, 1],
        },
    )


def _zone(world: World, kind: int) -> str:
    return world.zones[kind % len(world.zones)]


@cache
def _expanded(
    weekly: tuple[OpeningRule, ...],
    dated: tuple[OpeningException, ...],
    zone: str,
) -> list[tuple[int, int]]:
    opening = Opening(rules=weekly, exceptions=dated)
    return [
        (slot_at(period.starts_at), slot_at(period.ends_at))
        for period in open_windows(opening, zone, NOW)
    ]


def claims(world: World, batch: slice) -> Iterator[Rows]:
    """Return claims that stay, then holds, of which some have expired."""
    ids, charger = _claim_ids(batch)
    first = world.claim_first[batch].ravel()
    end = first + world.claim_slots[batch].ravel()
    kind = world.claim_kind[batch].ravel()
    for is_hold in (False, True):
        some = (kind != LIVE) == is_hold
        later = np.where(kind[some] == HELD, _HOLD_S, -_HOLD_S)
        yield Rows(
            "claim",
            int(some.sum()),
            {
                "id": ids[some],
                "evse_id": charger[some],
                "starts_at": Instants(_EPOCH_S + first[some] * SLOT_S),
                "ends_at": Instants(_EPOCH_S + end[some] * SLOT_S),
                "kind": "HOLD" if is_hold else "BOOKING",
                "expires_at": Instants(int(NOW.timestamp()) + later)
                if is_hold
                else None,
                "booking_id": None,
                "is_active": True,
            },
        )


def claimed_slots(world: World, batch: slice) -> Iterator[Rows]:
    """Return one row for each quarter hour that is taken, by charger and slot."""
    ids, charger = _claim_ids(batch)
    length = world.claim_slots[batch].ravel()
    claim = np.repeat(np.arange(len(ids)), length)
    within = np.arange(len(claim)) - np.repeat(np.cumsum(length) - length, length)
    columns = {
        "evse_id": charger[claim],
        "slot": world.claim_first[batch].ravel()[claim] + within,
        "claim_id": ids[claim],
    }
    yield Rows("claimed_slot", len(claim), columns)


def _claim_ids(batch: slice) -> tuple[Numbers, Numbers]:
    charger = np.repeat(ids_of(batch), BOOKINGS)
    return np.arange(batch.start * BOOKINGS, batch.stop * BOOKINGS) + 1, charger
