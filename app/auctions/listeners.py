"""What other rooms' events mean for order books."""

from __future__ import annotations

from flask import Flask

from app.auctions import service
from app.kernel.events import EventBus
from app.pricing.events import PlanChanged
from app.web import clock


def init_app(app: Flask) -> None:
    """Listen to changes of how chargers are sold."""
    bus: EventBus = app.extensions["plugbid_events"]
    bus.subscribe(PlanChanged, _look_again)


def _look_again(event: PlanChanged) -> None:
    """Clear the book at the new reserves, or end its bids where there is none."""
    service.drop_unavailable(charger_id=event.charger_id, now=clock.now())
