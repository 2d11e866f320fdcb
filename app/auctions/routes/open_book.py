"""What everyone may see of a charger's decisions, and recompute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.auctions import service
from app.auctions.routes.bidding import currency_of
from app.auctions.routes.opened import opened_of
from app.auctions.routes.strip import span_words
from app.auctions.routes.words import turnaround_words
from app.auctions.service.documents import DayBook, SoldQuarter
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.errors import NotFound
from app.kernel.money import MILLI, divide_half_even, format_milli, format_minor
from app.kernel.period import Period
from app.kernel.slots import SLOT_S
from app.web import clock
from app.web.htmx import render

SLOT_MIN = SLOT_S // 60
_SLOT = timedelta(seconds=SLOT_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldRun:
    """Neighboring quarter hours that were sold at one price."""

    words: str
    each: str
    total: str


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    one = "/chargers/<int:charger_id>/auction"
    bp.add_url_rule(f"{one}/<on_date>", view_func=open_book)
    bp.add_url_rule(f"{one}/decisions/<int:number>.json", view_func=decision)


def open_book(charger_id: int, on_date: str) -> Response:
    """Show how the bids of one day were decided, with every seal."""
    service.count_reading(request.remote_addr, clock.now())
    charger = chargers.get_charger(charger_id)
    day = _date(on_date)
    book = service.documents_of(
        charger_id=charger_id, on_date=day, zone=charger.time_zone
    )
    return render(
        "auctions/open_book.html",
        active_tab="search",
        charger=charger,
        book=book,
        **_opened(charger, book),
        turnaround=turnaround_words(-(-charger.buffer_min // SLOT_MIN) * SLOT_MIN),
        earlier=day - timedelta(days=1),
        later=day + timedelta(days=1),
    )


def _opened(charger: Charger, book: DayBook) -> dict[str, Any]:
    """Return what was sold at which prices, and the bids of opened decisions."""
    currency = currency_of(charger.id)
    opened = {
        each.number: opened_of(charger, each.number, currency)
        for each in book.decisions
        if each.is_open
    }
    seals = [(bid.commitment, at) for at, each in opened.items() for bid in each.bids]
    sold = {
        each.number: _runs(each.sold, charger.time_zone, currency)
        for each in book.decisions
    }
    return {"sold": sold, "opened": opened, "opened_seals": dict(seals)}


def decision(charger_id: int, number: int) -> Response:
    """Give an opened decision as the document that the command line clears."""
    service.count_reading(request.remote_addr, clock.now())
    chargers.get_charger(charger_id)
    return jsonify(service.document(charger_id=charger_id, number=number))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound("There is no such day.") from error


def _runs(
    sold: tuple[SoldQuarter, ...], zone: str, currency: str
) -> tuple[SoldRun, ...]:
    """Return the sold time with its prices; the quarters of a run may differ by one.

    Prices are whole thousandths of a cent, so that a sum can be spread exactly.
    """
    runs = []
    for milli, group in groupby(sold, key=lambda each: _shown(each.price_milli)):
        quarters = list(group)
        period = _span(quarters[0].starts_at, quarters[-1].starts_at)
        total = sum(each.price_milli for each in quarters)
        runs.append(
            SoldRun(
                words=span_words(period, zone),
                each=format_milli(milli, currency),
                total=format_minor(divide_half_even(total, MILLI), currency),
            )
        )
    return tuple(runs)


def _shown(price_milli: int) -> int:
    """Return a price to a tenth of a cent, as finely as anybody reads."""
    return divide_half_even(price_milli, 100) * 100


def _span(first_at: datetime, last_at: datetime) -> Period:
    return Period(first_at, last_at + _SLOT)
