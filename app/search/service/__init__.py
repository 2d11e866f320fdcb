"""Use cases of the search. Only its own check of the index writes."""

from __future__ import annotations

from app.search.service.addresses import forget_old_answers
from app.search.service.finding import car_of, near
from app.search.service.listing import Listed, listed
from app.search.service.place import Center, Named, find_center, look_up, start_point
from app.search.service.verifying import Verified, verify
from app.search.service.views import GridCount, Hit, Loosened, MapPoint, Results

__all__ = [
    "Center",
    "GridCount",
    "Hit",
    "Listed",
    "Loosened",
    "MapPoint",
    "Named",
    "Results",
    "Verified",
    "car_of",
    "find_center",
    "forget_old_answers",
    "listed",
    "look_up",
    "near",
    "start_point",
    "verify",
]
