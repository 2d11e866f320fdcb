"""Where a follow-me wish could be met at this moment, and what that would be worth.

Reads only; the caller holds the locks of the chargers if it wants to act on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.auctions.domain.follow import Option, starts_within
from app.auctions.domain.rules import (
    BidRefused,
    check_currency,
    check_energy_cap,
    check_maximum,
    check_open,
    check_times,
    power_w,
)
from app.auctions.service.books import OpenBook, Pending, open_book_in, pending_in
from app.auctions.service.checking import terms_in
from app.auctions.service.ending import taken_slots
from app.auctions.service.terms import Terms, sold_slots
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.errors import DomainError, NotFound
from app.kernel.period import Period
from app.kernel.slots import start_of
from app.schedules import service as schedules


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFollow:
    """What a driver wants: this long, within the window, at any of these chargers.

    :param charger_ids: in the order the driver likes them
    :param maximum_minor: for the whole time, wherever it is
    """

    bidder_id: int
    charger_ids: tuple[int, ...]
    window: Period
    length_min: int
    maximum_minor: int
    currency: str
    vehicle_id: int | None
    energy_cap_wh: int | None
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An option with the period it stands for, and the charger's terms."""

    option: Option
    period: Period
    terms: Terms


class Books:
    """Chargers and their order books, read once for looking at several wishes.

    They say what was so when they were read; who acts on it reads them again.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[Pending, ...], OpenBook]] = {}
        self._chargers: dict[int, Charger] = {}

    def charger(self, charger_id: int) -> Charger:
        """Return the charger.

        :raises NotFound: if there is no such charger
        """
        if charger_id not in self._chargers:
            self._chargers[charger_id] = chargers.get_charger(charger_id)
        return self._chargers[charger_id]

    def without_in(
        self, session: Session, terms: Terms, leaving: str
    ) -> tuple[tuple[Pending, ...], OpenBook]:
        """Return a charger's undecided bids but one, and the book they make.

        :param leaving: code of the bid that is left out, if it is there
        """
        known = self._known.get(terms.evse_id)
        if known is None:
            pending = pending_in(session, terms.evse_id)
            known = pending, open_book_in(session, terms, pending)
            self._known[terms.evse_id] = known
        left = tuple(bid for bid in known[0] if bid.code != leaving)
        if len(left) == len(known[0]):
            return known
        return left, open_book_in(session, terms, left)

    def forget(self, charger_ids: Iterable[int]) -> None:
        """Read these again when somebody asks, because they have changed."""
        for charger_id in charger_ids:
            self._known.pop(charger_id, None)
            self._chargers.pop(charger_id, None)


def places_in(
    session: Session,
    wish: StartFollow,
    now: datetime,
    *,
    leaving: str = "",
    books: Books | None = None,
) -> tuple[tuple[Place, ...], DomainError | None]:
    """Return where the wish could be met, and why the first other charger takes none.

    :param leaving: code of the bid that would move, which is in nobody's way
    :param books: what has been read already; by default everything is read now
    """
    books = books or Books()
    found: list[Place] = []
    refusal: DomainError | None = None
    for rank in range(len(wish.charger_ids)):
        try:
            found += _places_at(session, wish, rank, now, leaving, books)
        except DomainError as reason:
            refusal = refusal or reason
    return tuple(found), refusal


def _places_at(
    session: Session,
    wish: StartFollow,
    rank: int,
    now: datetime,
    leaving: str,
    books: Books,
) -> Iterator[Place]:
    charger = books.charger(wish.charger_ids[rank])
    terms = terms_in(session, charger, wish.bidder_id)
    _check(charger, terms, wish)
    pending, book = books.without_in(session, terms, leaving)
    own = [bid.slots for bid in pending if bid.bidder_id == wish.bidder_id]
    reserves = _reserves(session, terms, charger, wish)
    for period in _free_periods(charger, wish, now):
        sold = sold_slots(charger, period)
        if any(max(a.start, sold.start) < min(a.stop, sold.stop) for a in own):
            continue
        yield Place(
            option=Option(
                evse_id=charger.id,
                rank=rank,
                first_slot=sold.start,
                end_slot=sold.stop,
                reserve_milli=reserves[sold.stop] - reserves[sold.start],
                displaced_milli=book.displaced(sold),
            ),
            period=period,
            terms=terms,
        )


def _check(charger: Charger, terms: Terms, wish: StartFollow) -> None:
    """Refuse a charger where the wish cannot be met at any time."""
    check_currency(wish.currency, terms.currency)
    check_energy_cap(wish.energy_cap_wh)
    any_time = sold_slots(charger, starts_within(wish.window, wish.length_min)[0])
    whole = Period(start_of(any_time.start), start_of(any_time.stop))
    check_maximum(wish.maximum_minor, whole, terms.currency)
    vehicle = None
    if wish.vehicle_id is not None:
        try:
            vehicle = accounts.get_vehicle(
                user_id=wish.bidder_id, vehicle_id=wish.vehicle_id
            )
        except NotFound as error:
            raise BidRefused(
                "Please choose one of your cars.", field="vehicle_id"
            ) from error
    power_w(charger, vehicle)


def _free_periods(
    charger: Charger, wish: StartFollow, now: datetime
) -> Iterator[Period]:
    opened = schedules.open_periods(charger=charger, window=wish.window)
    reach = Period(
        wish.window.starts_at,
        wish.window.ends_at + timedelta(minutes=charger.buffer_min + 15),
    )
    taken = taken_slots(charger.id, reach, now)
    for period in starts_within(wish.window, wish.length_min):
        try:
            check_times(period, charger, now)
            check_open(period, opened)
        except DomainError:
            continue
        if taken.isdisjoint(sold_slots(charger, period)):
            yield period


def _reserves(
    session: Session, terms: Terms, charger: Charger, wish: StartFollow
) -> dict[int, int]:
    """Return the sum of the reserves before each slot the wish could touch."""
    slots = sold_slots(charger, wish.window)
    kept = terms.kept_in(session, slots)
    sums = accumulate(terms.reserve_of(slots, kept), initial=0)
    return dict(zip(range(slots.start, slots.stop + 1), sums, strict=True))
