"""Goes through a file once: records to stations, stations to batches."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing

from app.chargers.service import AddStation
from app.cli.stations.formats import Format, id_of
from app.cli.stations.source import Record, Source
from app.cli.stations.station import (
    Listing,
    RowRefused,
    Station,
    listing_of,
    public_of,
)
from app.cli.stations.storing import Store
from app.cli.stations.tally import Tally
from app.pricing.domain import Tariff

BATCH = 500


class Seen:
    """The ids of a file so far; on disk where they are many, so the memory is flat."""

    def __init__(self) -> None:
        # An address without a name is a private file that ends with the connection.
        self._ids = sqlite3.connect("", isolation_level=None)
        self._ids.execute("PRAGMA journal_mode=OFF")
        self._ids.execute(
            "CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID"
        )
        self._ids.execute("BEGIN")

    def earlier(self, key: str, line: int) -> int | None:
        """Note the id; return the line where it stood before, or None."""
        added = self._ids.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)
        ).rowcount
        if added:
            return None
        row = self._ids.execute("SELECT line FROM seen WHERE id = ?", (key,)).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Forget everything."""
        self._ids.close()


Made = Listing | AddStation


def import_stations(
    source: Source,
    file_format: Format,
    store: Store,
    usual: Tariff | None,
    progress: Callable[[], None],
) -> None:
    """Store what the file holds, batch by batch; every row is counted in the tally.

    :raises BadFile: where the file cannot be read on; batches before it are stored
    """
    batch: dict[str, dict[str, tuple[int, Made]]] = defaultdict(dict)
    waiting = 0
    with closing(Seen()) as seen:
        for record in file_format.records(source):
            for station, made in _made_of(record, file_format, store, usual):
                if _is_new(seen, record, station, store.tally):
                    batch[station.source][station.source_id] = (record.line, made)
                    waiting += 1
            if waiting >= BATCH:
                _put(batch, store)
                waiting = 0
                progress()
        _put(batch, store)
        progress()


def _made_of(
    record: Record, file_format: Format, store: Store, usual: Tariff | None
) -> Iterator[tuple[Station, Made]]:
    """Yield what a record becomes; what is refused goes to the tally."""
    tally = store.tally
    tally.rows += 1
    found = file_format.stations_of(record)
    for each in () if found is None else found:
        tally.stations += 1
        try:
            if isinstance(each, RowRefused):
                raise each
            made = public_of(each) if store.owner is None else listing_of(each, usual)
        except RowRefused as refusal:
            named = each.source_id if isinstance(each, Station) else id_of(record)
            tally.refuse(record.line, named, str(refusal))
        else:
            yield each, made


def _is_new(seen: Seen, record: Record, station: Station, tally: Tally) -> bool:
    before = seen.earlier(f"{station.source}\n{station.source_id}", record.line)
    if before is None:
        tally.note(station)
        return True
    reason = f"the file has this ID on an earlier {tally.unit} ({before})"
    tally.refuse(record.line, station.source_id, reason)
    return False


def _put(batch: dict[str, dict[str, tuple[int, Made]]], store: Store) -> None:
    for source, entries in batch.items():
        store.put(source, entries)
    batch.clear()
