"""Pages of bookings: a charger on offer, the driver's list, one booking."""

from __future__ import annotations

from flask import Blueprint

from app.bookings.routes import answers, mine, offer

bp = Blueprint("bookings", __name__)
for pages in (offer, mine, answers):
    pages.add_to(bp)
