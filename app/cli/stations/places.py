"""Which country a file means, and which clock a place goes by."""

from __future__ import annotations

import csv
import unicodedata
from functools import lru_cache
from pathlib import Path

from app.chargers.domain import is_time_zone

_TABLE = Path(__file__).with_name("countries.csv")


def country_code(text: str) -> str:
    """Return a country's two letters, given as two, three, or its English name.

    What is no country is returned as it was, for the refusal to show.

    >>> country_code("BEL"), country_code("United Kingdom"), country_code("us")
    ('BE', 'GB', 'US')
    """
    return _codes().get(_folded(text), text)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            _folded(name): row["alpha_2"]
            for row in csv.DictReader(file)
            for name in (row["alpha_2"], row["alpha_3"], *row["names"].split("|"))
        }


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if each.isalnum())


def zone_at(latitude: float, longitude: float) -> str:
    """Return the IANA time zone of a place on land, or nothing.

    >>> zone_at(52.52, 13.405)
    'Europe/Berlin'
    """
    # The map of zones takes memory that only an import needs.
    from tzfpy import get_tz

    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return ""
    name = get_tz(longitude, latitude)
    # At sea the zone is a plain offset, by which nobody's clock goes.
    return name if is_time_zone(name) and not name.startswith("Etc/") else ""
