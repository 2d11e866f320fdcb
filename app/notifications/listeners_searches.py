"""Turns what kept searches found into mails to those who keep them."""

from __future__ import annotations

from flask import Flask

from app.accounts import service as accounts
from app.kernel.events import EventBus
from app.notifications import service
from app.search.events import SavedSearchMatched
from app.web import clock


def init_app(app: Flask) -> None:
    """Listen to what kept searches find."""
    bus: EventBus = app.extensions["plugbid_events"]
    bus.subscribe(SavedSearchMatched, _say_matched)


def _say_matched(event: SavedSearchMatched) -> None:
    driver = accounts.find_person(event.user_id)
    # An address that nobody has confirmed may be a stranger's.
    if driver is None or not driver.is_verified:
        return
    service.write(
        "search_matched",
        to_email=driver.email,
        to_name=driver.display_name,
        event=event,
        now=clock.now(),
    )
