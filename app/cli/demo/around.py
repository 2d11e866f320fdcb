"""What lies round the demo's chargers: public stations, and searches in vain."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.chargers import service as chargers
from app.chargers.service import AddStation
from app.database import writing
from app.kernel.geo import Point
from app.search import service as search
from app.search.domain import Query, Span
from app.search.service.unmet import note_unmet

_SOURCE = "demo"
# Name, city, country, latitude, longitude, plugs, watts.
_STATIONS = (
    ("Lamp post, Danziger Straße", "Berlin", "DE", 52.5392, 13.4241, "T2", 11_000),
    ("Lamp post, Schönhauser Allee", "Berlin", "DE", 52.5471, 13.4138, "T2", 11_000),
    ("Supermarket, Greifswalder Straße", "Berlin", "DE", 52.5342, 13.4379, "CCS", None),
    ("Town hall, Prenzlauer Allee", "Berlin", "DE", 52.5335, 13.4203, "T2", 22_000),
    ("Swimming pool, Thomas-Mann-Straße", "Berlin", "DE", 52.5378, 13.4466, "T2", None),
    ("Garden centre, Kreuzberg", "Berlin", "DE", 52.4958, 13.3862, "CCS", 50_000),
    ("Lamp post, Karl-Marx-Straße", "Berlin", "DE", 52.4811, 13.4353, "T2", 11_000),
    ("Cinema, Alexanderplatz", "Berlin", "DE", 52.5213, 13.4141, "T2", 22_000),
    ("Curb, Court Street", "Brooklyn", "US", 40.6862, -73.9936, "T1", 7_200),
    ("Curb, 7th Avenue", "Brooklyn", "US", 40.6717, -73.9776, "T1", 7_200),
    ("Hardware store, Red Hook", "Brooklyn", "US", 40.6722, -74.0103, "CCS1", 50_000),
    ("Library, Astoria", "Queens", "US", 40.7685, -73.9218, "T1", None),
)
_PLUGS = {
    "T2": "IEC_62196_T2",
    "CCS": "IEC_62196_T2_COMBO",
    "T1": "IEC_62196_T1",
    "CCS1": "IEC_62196_T1_COMBO",
}
_PRENZLAUER_BERG = Point(52.54, 13.41)
_BERLIN = ZoneInfo("Europe/Berlin")
# Weekday, first hour, hours, and how many drivers looked for a fast charger then.
_MISSED = (
    (0, 7, 2, 4),
    (3, 17, 3, 6),
    (4, 18, 4, 9),
    (5, 10, 3, 7),
    (6, 16, 4, 5),
)
_FAST_W = 150_000


def add_public_stations(*, now: datetime) -> None:
    """Show stations that nobody can book here, as an import without owner does."""
    entries = {
        f"demo-{number}": AddStation(
            source_id=f"demo-{number}",
            name=name,
            operator="",
            city=city,
            country_code=country,
            latitude=latitude,
            longitude=longitude,
            standards=(_PLUGS[plug],),
            max_power_w=power_w,
            hours_text="",
            price_text="",
        )
        for number, (name, city, country, latitude, longitude, plug, power_w) in (
            enumerate(_STATIONS, 1)
        )
    }
    with writing() as work:
        chargers.import_public_in(
            work.session, source=_SOURCE, entries=entries, now=now
        )


def look_in_vain(*, now: datetime) -> None:
    """Let drivers look for fast chargers where there are none, so hosts see it."""
    for weekday, hour, hours, drivers in _MISSED:
        query = Query(
            center=_PRENZLAUER_BERG,
            radius_m=2_000,
            time=_next(weekday, hour, hours, now),
            min_power_w=_FAST_W,
        )
        found = search.near(query=query, vehicle=None, now=now)
        for number in range(drivers):
            note_unmet(found, f"demo driver {number}", now)


def _next(weekday: int, hour: int, hours: int, now: datetime) -> Span:
    """Return the hours on the next such day in Berlin, tomorrow at the earliest."""
    today = now.astimezone(_BERLIN).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=None
    )
    days = (weekday - today.weekday() - 1) % 7 + 1
    starts = today + timedelta(days=days, hours=hour)
    return Span(starts=starts, ends=starts + timedelta(hours=hours))
