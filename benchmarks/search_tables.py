"""A world as rows of the product's own tables, column by column, parents first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.kernel.geo import HIDDEN_CELL, Point, cell_of
from app.schedules.domain import ALWAYS, OpeningRule
from benchmarks.search_columns import BATCH, Instants, Rows, ids_of
from benchmarks.search_habits import HOURS
from benchmarks.search_now import NOW
from benchmarks.search_time_tables import (
    claimed_slots,
    claims,
    exceptions,
    rules,
    windows,
)
from benchmarks.search_world import World


def rows_of(world: World) -> Iterator[Rows]:
    """Return everything to load, parents first, each table by ascending key."""
    yield _owner()
    batches = [
        slice(begin, min(begin + BATCH, world.count))
        for begin in range(0, world.count, BATCH)
    ]
    for make in (_locations, _evses, _connectors, _tariffs, _summaries):
        for batch in batches:
            yield make(world, batch)
    yield from _with_ids(rules(world, batch) for batch in batches)
    yield from _with_ids(exceptions(world, batch) for batch in batches)
    for spread in (windows, claims, claimed_slots):
        for batch in batches:
            yield from spread(world, batch)


def _with_ids(parts: Iterator[Rows]) -> Iterator[Rows]:
    given = 0
    for part in parts:
        ids = np.arange(given + 1, given + part.count + 1)
        given += part.count
        yield Rows(part.table, part.count, {"id": ids, **part.columns})


def _owner() -> Rows:
    return Rows(
        "user_account",
        1,
        {
            "id": np.array([1]),
            "email": "stations@plugbid.test",
            "display_name": "Hanna",
            "password_hash": "!",
            "is_operator": False,
            "email_verified_at": None,
            "credential_version": 1,
            "created_at": _now(1),
        },
    )


def _now(count: int) -> Instants:
    return Instants(np.full(count, int(NOW.timestamp())))


def _locations(world: World, batch: slice) -> Rows:
    ids = ids_of(batch)
    towns, town = world.towns, world.town[batch].tolist()
    lat, lon = world.lat[batch], world.lon[batch]
    return Rows(
        "location",
        len(ids),
        {
            "id": ids,
            "owner_id": 1,
            "name": [
                f"{towns.name[at][:60]} {number}"
                for at, number in zip(town, ids, strict=True)
            ],
            "address": "Main Street 1",
            "city": [towns.name[at][:80] for at in town],
            "postal_code": "",
            "country_code": [towns.country[at] for at in town],
            # The door itself is no part of any search.
            "latitude": np.clip(lat + 0.002, -90, 90),
            "longitude": lon,
            "public_latitude": lat,
            "public_longitude": lon,
            "time_zone": _zones(world, batch),
            "parking_type": "ON_DRIVEWAY",
            "access_notes": "",
            "house_rules": "",
            "listing_state": [
                "PUBLISHED" if each else "PAUSED" for each in world.is_listed[batch]
            ],
            "source": "bench",
            "source_id": [str(each) for each in ids],
            "is_accessible": None,
            "has_free_parking": None,
            "created_at": _now(len(ids)),
            "updated_at": _now(len(ids)),
        },
    )


def _zones(world: World, batch: slice) -> list[str]:
    return [world.zones[each] for each in world.zone[batch].tolist()]


def _evses(world: World, batch: slice) -> Rows:
    ids = ids_of(batch)
    return Rows(
        "evse",
        len(ids),
        {
            "id": ids,
            "location_id": ids,
            "code": [f"{each:010}" for each in ids],
            "physical_reference": "",
            "min_length_min": world.min_length_min[batch],
            "max_length_min": world.max_length_min[batch],
            "lead_min": world.lead_min[batch],
            "horizon_days": world.horizon_days[batch],
            "buffer_min": world.buffer_min[batch],
            "is_inoperative": world.is_broken[batch],
            "booking_mode": "INSTANT",
        },
    )


def _connectors(world: World, batch: slice) -> Rows:
    first, end = np.searchsorted(world.plug_charger, [batch.start, batch.stop])
    at, kinds = world.plug_charger[first:end], world.plug_of[first:end].tolist()
    lat, lon = world.lat[at], world.lon[at]
    cells = [
        cell_of(Point(*point)) for point in zip(lat.tolist(), lon.tolist(), strict=True)
    ]
    return Rows(
        "connector",
        int(end - first),
        {
            "id": np.arange(first + 1, end + 1),
            "evse_id": at + 1,
            "cell": np.where(world.is_listed[at], cells, HIDDEN_CELL),
            "latitude": lat,
            "longitude": lon,
            "time_zone": [world.zones[each] for each in world.zone[at].tolist()],
            "standard": [world.plugs[each].standard for each in kinds],
            "format": "SOCKET",
            "power_type": [world.plugs[each].power_type for each in kinds],
            "max_power_w": np.array([each.power_w for each in world.plugs])[kinds],
        },
    )


def _tariffs(world: World, batch: slice) -> Rows:
    ids = ids_of(batch)
    return Rows(
        "tariff",
        len(ids),
        {
            "id": ids,
            "evse_id": ids,
            "version": 1,
            "is_current": True,
            "currency": list(world.currency[batch]),
            "energy_milli_per_kwh": world.energy_milli[batch],
            "time_milli_per_hour": world.time_milli[batch],
            "created_at": _now(len(ids)),
        },
    )


def _summaries(world: World, batch: slice) -> Rows:
    nightly = np.array([_is_open_at_night(rules) for _, rules in HOURS])
    columns = {
        "evse_id": ids_of(batch),
        "is_open_at_night": nightly[world.hours[batch]],
    }
    return Rows("opening_summary", len(columns["evse_id"]), columns)


def _is_open_at_night(rules: tuple[OpeningRule, ...]) -> bool:
    """Return whether one window of each day covers 22:00 to 06:00; enough for these."""
    return rules == ALWAYS or {1, 2, 3, 4, 5, 6, 7} == {
        each.weekday
        for each in rules
        if each.begin_min <= 22 * 60 and 6 * 60 <= each.end_min < each.begin_min
    }
