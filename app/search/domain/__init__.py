"""The rules of the search: what may be asked, what a charge costs, when it is free.

Pure. Nothing here knows where chargers are stored.
"""

from app.search.domain.charge import (
    Car,
    Charge,
    Fit,
    Plug,
    best_plug,
    booked_time_s,
    estimate,
    range_km,
    reference_car,
)
from app.search.domain.free_times import Run, around, free_runs, free_words, next_free
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

__all__ = [
    "MAX_RADIUS_M",
    "MIN_RADIUS_M",
    "Car",
    "Charge",
    "Fit",
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
    "around",
    "best_plug",
    "booked_time_s",
    "estimate",
    "free_runs",
    "free_words",
    "next_free",
    "range_km",
    "read_span",
    "reference_car",
    "usual_spans",
]
