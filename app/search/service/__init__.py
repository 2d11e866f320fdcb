"""Use cases of the search. Reads only."""

from __future__ import annotations

from app.search.service.near import car_of, near
from app.search.service.reading import busiest_point
from app.search.service.views import GridCount, Hit, Loosened, MapPoint, Results

__all__ = [
    "GridCount",
    "Hit",
    "Loosened",
    "MapPoint",
    "Results",
    "busiest_point",
    "car_of",
    "near",
]
