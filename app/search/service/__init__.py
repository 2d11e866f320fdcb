"""Use cases of the search. Reads only."""

from __future__ import annotations

from app.search.service.finding import car_of, near
from app.search.service.place import Center, find_center, start_point
from app.search.service.views import GridCount, Hit, Loosened, MapPoint, Results

__all__ = [
    "Center",
    "GridCount",
    "Hit",
    "Loosened",
    "MapPoint",
    "Results",
    "car_of",
    "find_center",
    "near",
    "start_point",
]
