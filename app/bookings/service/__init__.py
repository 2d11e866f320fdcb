"""Use cases of bookings: offer, book, look up, cancel, and what the clock does."""

from app.bookings.domain import Actor, Booking, BookingRefused, State, TimeTaken
from app.bookings.service.answering import accept, decline
from app.bookings.service.awarding import award
from app.bookings.service.booking import book, confirm, take
from app.bookings.service.changing import (
    cancel,
    cancel_all_in,
    complete_in,
    fail_in,
    forget_unlock_in,
    mark_in_use_in,
    note_unlock_in,
)
from app.bookings.service.clockwork import tick
from app.bookings.service.offering import (
    Offer,
    Week,
    offer,
    refused_offer,
    suggestion,
    week,
)
from app.bookings.service.planning import Asked, nearest_times
from app.bookings.service.reading import (
    Diary,
    bookings_at,
    bookings_by_ids,
    bookings_of_driver,
    bookings_of_owner,
    future_bookings_of_charger,
    get_booking,
    get_booking_for,
    requests_of_owner,
    role_of,
)
from app.bookings.service.teaching import teach, teach_until

__all__ = [
    "Actor",
    "Asked",
    "Booking",
    "BookingRefused",
    "Diary",
    "Offer",
    "State",
    "TimeTaken",
    "Week",
    "accept",
    "award",
    "book",
    "bookings_at",
    "bookings_by_ids",
    "bookings_of_driver",
    "bookings_of_owner",
    "cancel",
    "cancel_all_in",
    "complete_in",
    "confirm",
    "decline",
    "fail_in",
    "forget_unlock_in",
    "future_bookings_of_charger",
    "get_booking",
    "get_booking_for",
    "mark_in_use_in",
    "nearest_times",
    "note_unlock_in",
    "offer",
    "refused_offer",
    "requests_of_owner",
    "role_of",
    "suggestion",
    "take",
    "teach",
    "teach_until",
    "tick",
    "week",
]
