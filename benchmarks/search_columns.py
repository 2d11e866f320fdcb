"""Rows to be loaded in bulk, as columns of numbers, texts and instants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.search_places import Numbers

# Of so many chargers at a time; their claimed slots fill some hundred megabytes.
BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Instants:
    """A column of instants, in seconds since 1970."""

    seconds: Numbers


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one table.

    :ivar columns: by name an array of numbers, instants, a list of texts, or one value
        for all rows
    """

    table: str
    count: int
    columns: dict[str, Any]


def ids_of(batch: slice) -> Numbers:
    """Return the ids of some chargers of a world."""
    return np.arange(batch.start + 1, batch.stop + 1)
