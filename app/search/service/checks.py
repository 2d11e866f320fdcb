"""The memory of kept searches: which are due, what they have told, what is news.

One check is two short transactions. The first takes the search, so that no other
process checks it too; the second stores the memory and announces the news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.accounts.service import Vehicle
from app.database import db, writing
from app.search.domain.news import FORGOTTEN_AFTER, News, Offer, find_news
from app.search.events import SavedSearchMatched
from app.search.models import SavedSearchHitRow, SavedSearchRow
from app.search.service.kept import CHECK_EVERY, off_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A kept search that this process is checking now.

    :ivar previous_at: when it was checked before
    :ivar claimed_at: when this check began; it names the check
    """

    search_id: int
    user_id: int
    name: str
    query: str
    off_path: str
    previous_at: datetime
    claimed_at: datetime


def due_searches(now: datetime, *, limit: int) -> tuple[Check, ...]:
    """Return searches that were not checked lately, the oldest check first."""
    statement = (
        select(SavedSearchRow)
        .where(
            SavedSearchRow.has_alert,
            ~SavedSearchRow.is_over,
            SavedSearchRow.checked_at <= now - CHECK_EVERY,
        )
        .order_by(SavedSearchRow.checked_at, SavedSearchRow.id)
        .limit(limit)
    )
    return tuple(
        Check(
            search_id=row.id,
            user_id=row.user_id,
            name=row.name,
            query=row.query,
            off_path=f"/searches/off/{off_token(row.id, row.user_id, row.created_at)}",
            previous_at=row.checked_at,
            claimed_at=now,
        )
        for row in db.session.scalars(statement)
    )


def claim(check: Check) -> bool:
    """Take the search for this check; return whether no other process was faster."""
    with writing() as work:
        taken = work.session.execute(
            update(SavedSearchRow)
            .where(
                SavedSearchRow.id == check.search_id,
                SavedSearchRow.checked_at == check.previous_at,
            )
            .values(checked_at=check.claimed_at)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def mark_over(check: Check) -> None:
    """Note that the search's date has passed, so that it is not checked any more."""
    with writing() as work:
        work.session.execute(
            update(SavedSearchRow)
            .where(SavedSearchRow.id == check.search_id)
            .values(is_over=True)
        )


def basis_of(vehicle: Vehicle | None) -> str:
    """Return what the totals of a check depend on: the driver's car.

    Another car changes every total, which is no news about the chargers.
    """
    if vehicle is None:
        return "usual"
    return f"{vehicle.max_ac_w}/{vehicle.max_dc_w}/{vehicle.battery_wh}"[:32]


def remember(
    check: Check,
    *,
    basis: str,
    shown: Sequence[Offer],
    is_complete: bool,
    tell: Callable[[tuple[News, ...]], SavedSearchMatched],
) -> tuple[News, ...]:
    """Store what a check found and announce what is news, in one transaction.

    The first check, and the first with another car, fill the memory silently. A
    search that was deleted, switched off or taken by a later check stays as it is.

    :returns: what was announced
    """
    with writing() as work:
        row = _still_ours(work.session, check)
        if row is None:
            return ()
        if row.basis != basis:
            row.basis = basis
            _forget(work.session, check, None)
            _store(work.session, check, shown, {}, frozenset())
            return ()
        _forget(work.session, check, check.previous_at - FORGOTTEN_AFTER)
        known = _known(work.session, check)
        news = find_news(shown, known, is_complete=is_complete)
        told = frozenset(each.offer.charger_id for each in news)
        _store(work.session, check, shown, known, told)
        if news:
            work.announce(tell(news))
        return news


def _still_ours(session: Session, check: Check) -> SavedSearchRow | None:
    return session.scalar(
        select(SavedSearchRow)
        .where(
            SavedSearchRow.id == check.search_id,
            SavedSearchRow.checked_at == check.claimed_at,
            SavedSearchRow.has_alert,
        )
        .with_for_update()
    )


def _forget(session: Session, check: Check, unseen_since: datetime | None) -> None:
    """Forget chargers that were already away for long at the check before."""
    of_search = delete(SavedSearchHitRow).where(
        SavedSearchHitRow.saved_search_id == check.search_id
    )
    if unseen_since is not None:
        of_search = of_search.where(SavedSearchHitRow.seen_at <= unseen_since)
    session.execute(of_search)


def _known(session: Session, check: Check) -> dict[int, Offer]:
    """Return by charger the lowest total that was shown or told."""
    hit = SavedSearchHitRow
    rows = session.execute(
        select(hit.evse_id, hit.total_minor, hit.currency, hit.energy_wh).where(
            hit.saved_search_id == check.search_id
        )
    )
    return {row[0]: Offer(*row) for row in rows}


def _replaces(offer: Offer, before: Offer) -> bool:
    """Return whether later totals compare with this one instead of the known one.

    A part of the charge, for which the free time was too short, is soon forgotten.
    """
    return offer.currency != before.currency or offer.energy_wh > before.energy_wh


def _store(
    session: Session,
    check: Check,
    shown: Sequence[Offer],
    known: Mapping[int, Offer],
    told: frozenset[int],
) -> None:
    """Remember what is there now; of known totals only those that were told."""
    hit, at = SavedSearchHitRow, check.claimed_at
    seen = [each.charger_id for each in shown if each.charger_id in known]
    mine = hit.saved_search_id == check.search_id
    session.execute(
        update(hit).where(mine, hit.evse_id.in_(seen)).values(seen_at=at),
        execution_options={"synchronize_session": False},
    )
    new: list[dict[str, object]] = []
    for offer in shown:
        is_news = offer.charger_id in told
        before = known.get(offer.charger_id)
        values: dict[str, object] = {
            "total_minor": offer.total_minor,
            "currency": offer.currency,
            "energy_wh": offer.energy_wh,
            **({"news_at": at} if is_news else {}),
        }
        if before is None:
            key = {"saved_search_id": check.search_id, "evse_id": offer.charger_id}
            new.append({"seen_at": at, "news_at": None, **key, **values})
        elif is_news or _replaces(offer, before):
            this = update(hit).where(mine, hit.evse_id == offer.charger_id)
            session.execute(
                this.values(values), execution_options={"synchronize_session": False}
            )
    if new:
        session.execute(insert(hit), new)
