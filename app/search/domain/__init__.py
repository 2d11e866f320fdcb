"""The rules of the search: what may be asked, what a charge costs, when it is free.

Pure. Nothing here knows where chargers are stored.
"""

from app.search.domain.charge import (
    Car,
    Charge,
    Fit,
    Plug,
    Wish,
    best_plug,
    booked_time_s,
    estimate,
    range_km,
    reference_car,
)
from app.search.domain.days import DayWindow, clock_words, length_words
from app.search.domain.free_times import (
    Run,
    around,
    free_runs,
    free_words,
    next_free,
    stretch_words,
)
from app.search.domain.instants import Instants, read_times
from app.search.domain.query import (
    MAX_RADIUS_M,
    MIN_RADIUS_M,
    Order,
    PriceLimit,
    Query,
)
from app.search.domain.times import (
    SearchRefused,
    Span,
    Time,
    UntilFull,
    Window,
    read_span,
    usual_spans,
)
from app.search.domain.words import by_words, in_at, walk_min

__all__ = [
    "MAX_RADIUS_M",
    "MIN_RADIUS_M",
    "Car",
    "Charge",
    "DayWindow",
    "Fit",
    "Instants",
    "Order",
    "Plug",
    "PriceLimit",
    "Query",
    "Run",
    "SearchRefused",
    "Span",
    "Time",
    "UntilFull",
    "Window",
    "Wish",
    "around",
    "best_plug",
    "booked_time_s",
    "by_words",
    "clock_words",
    "estimate",
    "free_runs",
    "free_words",
    "in_at",
    "length_words",
    "next_free",
    "range_km",
    "read_span",
    "read_times",
    "reference_car",
    "stretch_words",
    "usual_spans",
    "walk_min",
]
