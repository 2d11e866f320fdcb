"""Whether bids have news for whoever looks at a page: the dot beside the tab."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from app.accounts.guards import current_person
from app.auctions import service


def add_to(bp: Blueprint) -> None:
    """Let every template ask for the number of bids with news."""
    bp.app_context_processor(_offer)


def _offer() -> dict[str, Callable[[], int]]:
    return {"bid_news": _bid_news}


def _bid_news() -> int:
    person = current_person()
    return service.unseen_count(person.id) if person else 0
