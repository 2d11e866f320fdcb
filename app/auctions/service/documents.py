"""What everyone may see of a charger's decisions; reads only.

A decision's book is opened when none of the bids that took part can still win, here
or at another charger of a follow-me wish. Before that only seals and the prices of
sold quarter hours are shown: no maximum, no time and no count of bids that wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.auctions.domain.gates import Stage
from app.auctions.domain.happenings import Decided, Placed, Raised
from app.auctions.domain.log import Entry
from app.auctions.models import AuctionEventRow, BidRow
from app.auctions.service.logbook import (
    SEALS,
    decisions,
    entries_of,
    is_open,
    secret_slots,
)
from app.database import db
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.kernel.slots import ceil_to_grid, slot_at, start_of
from app.schedules.domain import to_instant

_YEARS = range(2020, 2200)
# What a column of the database can hold.
_HIGHEST = 2**31 - 1
# Longer than anybody waits for a lock.
_WAITING = timedelta(hours=1)
SEALS_SHOWN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldQuarter:
    """A quarter hour that a decision sold, and its one price for everybody."""

    starts_at: datetime
    price_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of a charger, as everyone may see it.

    :param number: its entry in the charger's log
    :param sold: by winners that were committed; empty if nobody won this start
    :param is_open: whether its whole book can be had as a document
    """

    number: int
    at: datetime
    starts_at: datetime
    stage: Stage
    sold: tuple[SoldQuarter, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """The hash of a bid, published when it was placed or changed."""

    number: int
    at: datetime
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBook:
    """The public book of a charger for one local day.

    :param decisions: about starts on this day, in the order they were made
    :param seals: published on this day, for whatever time was bid for
    :param has_more_seals: whether only the first of them are here
    """

    charger_id: int
    on_date: date
    decisions: tuple[Decision, ...]
    seals: tuple[Seal, ...]
    has_more_seals: bool


def documents_of(*, charger_id: int, on_date: date, zone: str) -> DayBook:
    """Return what was decided about a local day, and which seals were set on it.

    :raises NotFound: for a day no calendar of ours has
    """
    day = _day(on_date, zone)
    decided = entries_of(
        charger_id,
        AuctionEventRow.start_slot >= slot_at(ceil_to_grid(day.starts_at)),
        AuctionEventRow.start_slot < slot_at(ceil_to_grid(day.ends_at)),
    )
    seals = entries_of(
        charger_id,
        AuctionEventRow.kind.in_(SEALS),
        AuctionEventRow.at >= day.starts_at,
        AuctionEventRow.at < day.ends_at,
        most=SEALS_SHOWN + 1,
    )
    return DayBook(
        charger_id=charger_id,
        on_date=on_date,
        decisions=_shown(charger_id, decided),
        seals=tuple(
            Seal(number=entry.number, at=entry.at, commitment=entry.event.commitment)
            for entry in seals[:SEALS_SHOWN]
            if isinstance(entry.event, Placed | Raised)
        ),
        has_more_seals=len(seals) > SEALS_SHOWN,
    )


def document(*, charger_id: int, number: int) -> dict[str, Any]:
    """Return the book of an opened decision: what ``flask auctions clear`` reads.

    Beside that, each bid has its seal (``commitment``, ``nonce``, ``sealed_at``) and
    ``result`` says what was committed for the bids that start at ``start``.

    :raises NotFound: if there is no such decision, or it is not open yet
    """
    found = entries_of(
        charger_id,
        AuctionEventRow.number == min(number, _HIGHEST),
        AuctionEventRow.kind == "DECIDE",
    )
    for entry, event in decisions(found):
        if is_open(event, secret_slots(charger_id)):
            return _document(charger_id, entry, event)
    raise NotFound("There is no decision here that is open to everyone yet.")


def _shown(charger_id: int, entries: Sequence[Entry]) -> tuple[Decision, ...]:
    secret = secret_slots(charger_id)
    won = {code for _, event in decisions(entries) for code in event.winners}
    times = _times_of(won)
    return tuple(
        Decision(
            number=entry.number,
            at=entry.at,
            starts_at=start_of(event.start),
            stage=Stage(event.stage),
            sold=_sold(event, times),
            is_open=is_open(event, secret),
        )
        for entry, event in decisions(entries)
    )


def _document(charger_id: int, entry: Entry, event: Decided) -> dict[str, Any]:
    bids = _opened_bids(charger_id, entry, event)
    return {
        "number": entry.number,
        "decided_at": entry.as_dict()["at"],
        "stage": event.stage,
        "start": event.start,
        "origin": event.origin,
        "origin_at": start_of(event.origin).isoformat().replace("+00:00", "Z"),
        "slots": len(event.slot_prices),
        "capacity": 1,
        "reserve": list(event.reserve or ()),
        "bids": [bids[code] for code in event.bids or ()],
        "result": {
            "winners": list(event.winners),
            "payments": dict(event.payments),
            "personal_minimum": dict(event.minima or {}),
            "slot_prices": list(event.slot_prices),
            "top_up": event.top_up,
        },
    }


def _opened_bids(
    charger_id: int, entry: Entry, event: Decided
) -> dict[str, dict[str, Any]]:
    """Return each bid that took part as it was then: it may have been raised since."""
    about = entries_of(
        charger_id,
        AuctionEventRow.kind.in_(SEALS),
        AuctionEventRow.number >= _first_number(charger_id, event),
        AuctionEventRow.number < entry.number,
        AuctionEventRow.payload["bid"].as_string().in_(event.bids or ()),
    )
    bids: dict[str, dict[str, Any]] = {}
    for each in about:
        happened = each.event
        if isinstance(happened, Placed):
            bids[happened.bid] = {
                "id": happened.bid,
                "start": (happened.start or 0) - event.origin,
                "end": (happened.end or 0) - event.origin,
            }
        if isinstance(happened, Placed | Raised):
            bids[happened.bid] |= {
                "maximum": happened.maximum,
                "commitment": happened.commitment,
                "nonce": happened.nonce,
                "sealed_at": each.as_dict()["at"],
            }
    return bids


def _first_number(charger_id: int, event: Decided) -> int:
    """Return the entry with which the oldest bid of a decision was placed.

    The log of years is older than that, and need not be read.
    """
    oldest_at = db.session.scalar(
        select(func.min(BidRow.placed_at)).where(BidRow.code.in_(event.bids or ()))
    )
    if oldest_at is None:
        return 1
    # Whoever waited for the charger's lock has a later number than the clock says.
    number = db.session.scalar(
        select(func.min(AuctionEventRow.number)).where(
            AuctionEventRow.evse_id == charger_id,
            AuctionEventRow.at >= oldest_at,
            AuctionEventRow.at <= oldest_at + _WAITING,
        )
    )
    return number or 1


def _sold(event: Decided, times: dict[str, range]) -> tuple[SoldQuarter, ...]:
    return tuple(
        SoldQuarter(
            starts_at=start_of(slot),
            price_milli=event.slot_prices[slot - event.origin],
        )
        for code in event.winners
        for slot in times.get(code, ())
    )


def _times_of(codes: set[str]) -> dict[str, range]:
    rows = db.session.execute(
        select(BidRow.code, BidRow.first_slot, BidRow.end_slot).where(
            BidRow.code.in_(sorted(codes))
        )
    )
    return {row.code: range(row.first_slot, row.end_slot) for row in rows}


def _day(on_date: date, zone: str) -> Period:
    if on_date.year not in _YEARS:
        raise NotFound("No time is sold in that year.")
    place = ZoneInfo(zone)
    midnight = datetime.combine(on_date, time())
    return Period(
        to_instant(midnight, place, fold=0),
        to_instant(midnight + timedelta(days=1), place, fold=0),
    )
