"""What tests of requests look at: the stored state, and where a browser is sent."""

from __future__ import annotations

from flask import Flask

from app.bookings import service
from app.bookings.service import Booking, State


def state_of(app: Flask, booking: Booking) -> State:
    with app.app_context():
        return service.get_booking(booking.id).state


def went_to(answer: object, path: str) -> bool:
    """Return whether the browser was sent there, in its own way."""
    headers = answer.headers  # type: ignore[attr-defined]
    return str(headers.get("HX-Redirect") or headers.get("Location")).endswith(path)
