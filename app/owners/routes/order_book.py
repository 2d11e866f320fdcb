"""The owner's order book: which times are bid for and how, never the maxima."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in, signed_in_person
from app.auctions.service.owner_book import owner_book_of
from app.chargers import service as chargers
from app.pricing import service as pricing
from app.schedules.wall_time import local_date
from app.web import clock
from app.web.htmx import render


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    bp.add_url_rule("/chargers/<int:charger_id>/bids", view_func=order_book)


@signed_in
def order_book(charger_id: int) -> Response:
    """Show the owner which times drivers bid for, and what these cost now."""
    now, owner_id = clock.now(), signed_in_person().id
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    return render(
        "owners/order_book.html",
        charger=charger,
        book=owner_book_of(charger=charger),
        is_auctioned=pricing.plan_of(charger.id) is not None,
        today=local_date(now, charger.time_zone),
    )
