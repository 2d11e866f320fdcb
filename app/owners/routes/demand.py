"""Demand near me: when drivers nearby look for a charger and find none."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in, signed_in_person
from app.owners.service.wanted import own_charger_and_demand
from app.web import clock
from app.web.htmx import render


def add_to(bp: Blueprint) -> None:
    """Add the page to the blueprint."""
    bp.add_url_rule("/chargers/<int:charger_id>/demand", view_func=demand)


@signed_in
def demand(charger_id: int) -> Response:
    """Show the owner which hours of the week are wanted in vain nearby."""
    charger, wanted = own_charger_and_demand(
        owner_id=signed_in_person().id, charger_id=charger_id, now=clock.now()
    )
    return render("owners/demand.html", charger=charger, demand=wanted)
