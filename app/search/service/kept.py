"""The searches a driver keeps: save, list, rename, switch letters, delete.

A kept search is its address and nothing more; where the driver was is not stored
beyond what that address says.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.service import lock_in
from app.accounts.service.links import derived_key
from app.database import db, writing
from app.kernel.errors import NotFound
from app.search.columns import EVSE, LOCATION
from app.search.domain import SearchRefused
from app.search.domain.kept import MAX_KEPT, MAX_QUERY, check_kept_name
from app.search.models import SavedSearchHitRow, SavedSearchRow

CHECK_EVERY = timedelta(minutes=15)
# News that the search has not found any more for so long is not counted.
_STILL_THERE = 2 * CHECK_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSearch:
    """A search that a driver keeps.

    :ivar query: the query string of its address
    :ivar is_over: whether its date has passed
    :ivar is_checked: whether a first check has been made
    :ivar news: how many chargers are new or cheaper since the driver looked
    :ivar news_zone: time zone of one of them; None without news
    """

    id: int
    user_id: int
    name: str
    query: str
    has_alert: bool
    is_over: bool
    is_checked: bool
    checked_at: datetime
    looked_at: datetime
    news: int = 0
    news_zone: str | None = None

    @property
    def url(self) -> str:
        """The search's own address."""
        return f"/?{self.query}"


def keep_search(
    *, user_id: int, query: str, name: str, suggested: str, now: datetime
) -> KeptSearch:
    """Keep a search, or rename it where the driver keeps it already.

    :param query: the canonical query string of its address
    :param name: empty to take the suggested name, or leave the one it has
    :raises SearchRefused: if the name will not do, or the search is too long, or the
        driver keeps too many
    """
    chosen = check_kept_name(name or suggested)
    if len(query) > MAX_QUERY:
        raise SearchRefused("This search is too long to be kept.", field="name")
    with writing() as work:
        lock_in(work.session, user_id)
        row = work.session.scalar(
            select(SavedSearchRow).where(
                SavedSearchRow.user_id == user_id, SavedSearchRow.query == query
            )
        )
        if row is None:
            _require_room(work.session, user_id)
            row = SavedSearchRow(
                user_id=user_id,
                name=chosen,
                query=query,
                created_at=now,
                looked_at=now,
                has_alert=True,
                is_over=False,
            )
            _begin_checks(work.session, row, now)
            work.session.add(row)
        elif name:
            row.name = chosen
        work.session.flush()
        return _view(row)


def searches_of(user_id: int) -> tuple[KeptSearch, ...]:
    """Return what the driver keeps, news first and then the newest."""
    rows = db.session.scalars(
        select(SavedSearchRow).where(SavedSearchRow.user_id == user_id)
    ).all()
    news = _news_of(rows)
    found = [_view(row, *news.get(row.id, (0, None))) for row in rows]
    found.sort(key=lambda each: (each.is_over, not each.news, -each.id))
    return tuple(found)


def news_count(user_id: int) -> int:
    """Return how many kept searches have news for the driver."""
    return sum(each.news > 0 for each in searches_of(user_id))


def get_search(*, user_id: int, search_id: int) -> KeptSearch:
    """Return a search that the driver keeps.

    :raises NotFound: if there is none, or it is somebody else's
    """
    return _view(_own(db.session(), user_id, search_id))


def open_search(*, user_id: int, search_id: int, now: datetime) -> KeptSearch:
    """Return a kept search whose results the driver is about to see.

    :raises NotFound: if there is none, or it is somebody else's
    """
    with writing() as work:
        row = _own(work.session, user_id, search_id)
        row.looked_at = now
        return _view(row)


def rename_search(*, user_id: int, search_id: int, name: str) -> KeptSearch:
    """Change the name of a kept search.

    :raises NotFound: if there is none, or it is somebody else's
    :raises SearchRefused: if the name will not do
    """
    with writing() as work:
        row = _own(work.session, user_id, search_id)
        row.name = check_kept_name(name)
        return _view(row)


def switch_alert(
    *, user_id: int, search_id: int, has_alert: bool, now: datetime
) -> KeptSearch:
    """Switch the letters about a kept search on or off.

    Switched on again, it tells what comes from then on.

    :raises NotFound: if there is none, or it is somebody else's
    """
    with writing() as work:
        row = _own(work.session, user_id, search_id)
        if has_alert and not row.has_alert:
            _begin_checks(work.session, row, now)
        row.has_alert = has_alert
        return _view(row)


def drop_search(*, user_id: int, search_id: int) -> KeptSearch:
    """Keep a search no longer.

    :raises NotFound: if there is none, or it is somebody else's
    """
    with writing() as work:
        row = _own(work.session, user_id, search_id)
        view = _view(row)
        work.session.delete(row)
        return view


def off_token(search_id: int, user_id: int, created_at: datetime) -> str:
    """Return what switches one search's letters off, without logging in.

    It holds no name and never expires: a letter may be read years later. A search
    that takes the number of a deleted one has another token.
    """
    content = f"{search_id}\n{user_id}\n{created_at.isoformat()}".encode()
    key = derived_key("search-alerts")
    return f"{search_id}-{hmac.new(key, content, hashlib.sha256).hexdigest()[:32]}"


def search_of_token(token: str) -> KeptSearch:
    """Return the search whose letters the token switches off.

    :raises NotFound: if the token is not ours, or its search is gone
    """
    number = token.partition("-")[0]
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    row = db.session.get(SavedSearchRow, int(number)) if is_number else None
    # As bytes: the comparison refuses letters beyond ASCII.
    if row is None or not hmac.compare_digest(token.encode(), _token_of(row).encode()):
        raise NotFound("This link does not work. The search may be deleted already.")
    return _view(row)


def switch_off_by_token(token: str, *, now: datetime) -> KeptSearch:
    """Switch off the letters of the token's search.

    :raises NotFound: if the token is not ours, or its search is gone
    """
    search = search_of_token(token)
    return switch_alert(
        user_id=search.user_id, search_id=search.id, has_alert=False, now=now
    )


def _token_of(row: SavedSearchRow) -> str:
    return off_token(row.id, row.user_id, row.created_at)


def _require_room(session: Session, user_id: int) -> None:
    kept = session.scalar(
        select(func.count())
        .select_from(SavedSearchRow)
        .where(SavedSearchRow.user_id == user_id)
    )
    if (kept or 0) >= MAX_KEPT:
        raise SearchRefused(
            f"You keep {MAX_KEPT} searches already. Please delete one first.",
            field="name",
        )


def _begin_checks(session: Session, row: SavedSearchRow, now: datetime) -> None:
    """Let the next check come at once and fill the memory without a letter."""
    row.basis, row.checked_at = None, now - CHECK_EVERY
    if row.id is not None:
        session.execute(
            delete(SavedSearchHitRow).where(SavedSearchHitRow.saved_search_id == row.id)
        )


def _own(session: Session, user_id: int, search_id: int) -> SavedSearchRow:
    row = session.scalar(
        select(SavedSearchRow).where(
            SavedSearchRow.id == search_id, SavedSearchRow.user_id == user_id
        )
    )
    if row is None:
        raise NotFound
    return row


def _news_of(rows: Sequence[SavedSearchRow]) -> dict[int, tuple[int, str | None]]:
    """Return by search how many hits are news to its driver, and where."""
    searches = {row.id: row for row in rows}
    if not searches:
        return {}
    hit = SavedSearchHitRow
    found = db.session.execute(
        select(hit.saved_search_id, hit.news_at, hit.seen_at, LOCATION.c.time_zone)
        .join(EVSE, EVSE.c.id == hit.evse_id)
        .join(LOCATION, LOCATION.c.id == EVSE.c.location_id)
        .where(hit.saved_search_id.in_(searches), hit.news_at.is_not(None))
    ).all()
    news: dict[int, tuple[int, str | None]] = {}
    for search_id, news_at, seen_at, zone in found:
        search = searches[search_id]
        is_there = seen_at >= search.checked_at - _STILL_THERE
        if news_at > search.looked_at and is_there and not search.is_over:
            news[search_id] = (news.get(search_id, (0, None))[0] + 1, zone)
    return news


def _view(
    row: SavedSearchRow, news: int = 0, news_zone: str | None = None
) -> KeptSearch:
    return KeptSearch(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        query=row.query,
        has_alert=row.has_alert,
        is_over=row.is_over,
        is_checked=row.basis is not None,
        checked_at=row.checked_at,
        looked_at=row.looked_at,
        news=news,
        news_zone=news_zone,
    )
