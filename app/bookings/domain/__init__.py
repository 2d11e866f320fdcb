"""The rules of bookings: states, terms, who may do what and when."""

from app.bookings.domain.booking import (
    LIVE,
    Actor,
    Booking,
    CarSnapshot,
    Source,
    State,
)
from app.bookings.domain.calendar import (
    Day,
    exact_wall_time,
    local_date,
    read_period,
    wall_time,
)
from app.bookings.domain.rules import (
    BookingRefused,
    Fit,
    PriceChanged,
    TimeTaken,
    best_fit,
    check_offered,
    check_open,
    check_times,
)
from app.bookings.domain.terms import CancelRule, Terms, cancel_rule
from app.bookings.domain.transitions import (
    TRANSITIONS,
    Effect,
    NotNow,
    Transition,
    creating,
    due_transition,
    effective_state,
    get_transition,
    may,
)

__all__ = [
    "LIVE",
    "TRANSITIONS",
    "Actor",
    "Booking",
    "BookingRefused",
    "CancelRule",
    "CarSnapshot",
    "Day",
    "Effect",
    "Fit",
    "NotNow",
    "PriceChanged",
    "Source",
    "State",
    "Terms",
    "TimeTaken",
    "Transition",
    "best_fit",
    "cancel_rule",
    "check_offered",
    "check_open",
    "check_times",
    "creating",
    "due_transition",
    "effective_state",
    "exact_wall_time",
    "get_transition",
    "local_date",
    "may",
    "read_period",
    "wall_time",
]
