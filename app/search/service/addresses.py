"""Streets and house numbers, from the address service of the settings, if there is one.

The service is asked once for the same text, at most once a second by all processes
together, and not at all for a while after it failed. Only the text and the region of
the map leave the house, never where a person is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, has_request_context, request
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.service.links import derived_key
from app.config import VERSION, Settings
from app.database import db, dialect_name, writing
from app.kernel.errors import TooMany
from app.kernel.geo import Point
from app.schedules import service as schedules
from app.search.models import GeocodeAnswerRow, GeocodeTurnRow
from app.search.places import online
from app.search.places.client import AddressService
from app.search.places.geocode import Place
from app.search.places.host import LONGEST_PAUSE_S, NoAnswer
from app.web import limits

KEPT_FOR = timedelta(days=30)
# A new street appears on the map sooner than a known one moves.
NOTHING_KEPT_FOR = timedelta(days=1)
TURN = timedelta(seconds=1.1)
LONGEST_WAIT = timedelta(seconds=1.1)
# New questions of one visitor; what is kept costs nobody a turn.
MOST_QUESTIONS = 20
QUESTIONS_S = 600
_JOB = "geocode"
_FARTHEST = timedelta(seconds=LONGEST_PAUSE_S) + 2 * TURN
_log = logging.getLogger(__name__)


def is_online() -> bool:
    """Return whether this installation has an address service."""
    return _service() is not None


def online_places(
    text: str, *, near: Point | None, now: datetime
) -> tuple[Place, ...] | None:
    """This function will return what the address service knows, or None if it is mute.

    An empty answer means that the service knows no such address.

    :param near: the middle of the map; only its rounded position is sent
    """
    begun = time.monotonic()
    service = _service()
    if service is None:
        return None
    key = online.kept_under(text, near)
    kept = _kept(service.provider, key, now)
    if kept is not None:
        return kept
    if not _may_ask(now):
        return None
    wait_s = _claim_turn(service.provider, now)
    if wait_s is None:
        return None
    if wait_s:
        time.sleep(max(0.0, begun + wait_s - time.monotonic()))
        # Somebody who asked the same may have been served meanwhile.
        kept = _kept(service.provider, key, now)
        if kept is not None:
            return kept
    try:
        places = online.ask(service, text, near)
    except NoAnswer as fault:
        _log.warning("The address service gave no answer: %s.", fault)
        _pause(service.provider, now + timedelta(seconds=fault.pause_s))
        return None
    _keep(service.provider, key, places, now)
    return places


def forget_old_answers(*, now: datetime) -> None:
    """This function will delete, once a night, the answers that are too old to use."""
    today = now.astimezone(UTC).date()
    if schedules.is_done_tonight(_JOB, today):
        return
    with writing() as work:
        work.session.execute(
            delete(GeocodeAnswerRow).where(
                or_(
                    GeocodeAnswerRow.asked_at <= now - KEPT_FOR,
                    (GeocodeAnswerRow.answer == "[]")
                    & (GeocodeAnswerRow.asked_at <= now - NOTHING_KEPT_FOR),
                )
            )
        )
        schedules.note_done_in(work.session, _JOB, today, now)


def _service() -> AddressService | None:
    settings: Settings = current_app.extensions["plugbid_settings"]
    if settings.geocoder == "offline":
        return None
    contact = settings.geocoder_contact
    return AddressService(
        provider=settings.geocoder,
        url=settings.geocoder_url,
        agent=f"Plugbid/{VERSION}" + (f" (+{contact})" if contact else ""),
        timeout_s=settings.geocoder_timeout_s,
    )


def _kept(provider: str, key: str, now: datetime) -> tuple[Place, ...] | None:
    row = db.session.execute(
        select(GeocodeAnswerRow.answer, GeocodeAnswerRow.asked_at).where(
            GeocodeAnswerRow.provider == provider, GeocodeAnswerRow.asked == key
        )
    ).first()
    if row is None:
        return None
    try:
        places = tuple(Place(**each) for each in json.loads(row.answer))
    except TypeError:
        return None  # Kept by another version of the product.
    is_fresh = row.asked_at > now - (KEPT_FOR if places else NOTHING_KEPT_FOR)
    return places if is_fresh else None


def _may_ask(now: datetime) -> bool:
    """Return whether this visitor leaves the service to others as well.

    Nobody is named in what is kept; work without a visitor is not counted.
    """
    if not has_request_context():
        return True
    who = f"address {request.remote_addr or 'unknown'}".encode()
    digest = hmac.new(derived_key("geocode"), who, hashlib.sha256).hexdigest()[:32]
    try:
        limits.count_use(
            f"geocode:{digest}", limit=MOST_QUESTIONS, window_s=QUESTIONS_S, now=now
        )
    except TooMany:
        return False
    return True


def _claim_turn(provider: str, now: datetime) -> float | None:
    """Take the next turn of the whole installation; return how long to wait for it.

    The row is the queue of all processes: who moves it forward owns the time between.
    None is returned where the next turn is too far away, also because of a pause.
    """
    at = GeocodeTurnRow.provider == provider
    with writing() as work:
        work.session.execute(
            _insert()(GeocodeTurnRow)
            .values(provider=provider, next_at=now)
            .on_conflict_do_nothing()
        )
        next_at = work.session.scalar(
            select(GeocodeTurnRow.next_at).where(at).with_for_update()
        )
        turn_at = max(now, next_at or now)
        if turn_at > now + _FARTHEST:
            turn_at = now  # Nobody pauses that long: the clock was turned back.
        if turn_at - now > LONGEST_WAIT:
            return None
        work.session.execute(
            update(GeocodeTurnRow).where(at).values(next_at=turn_at + TURN)
        )
    return (turn_at - now).total_seconds()


def _pause(provider: str, until: datetime) -> None:
    """Ask nobody before this instant; a longer pause stays."""
    with writing() as work:
        work.session.execute(
            update(GeocodeTurnRow)
            .where(GeocodeTurnRow.provider == provider, GeocodeTurnRow.next_at < until)
            .values(next_at=until)
        )


def _keep(provider: str, key: str, places: tuple[Place, ...], now: datetime) -> None:
    answer = json.dumps([asdict(place) for place in places], ensure_ascii=False)
    with writing() as work:
        # Two people may have asked the same at once; both answers are good.
        work.session.execute(
            _insert()(GeocodeAnswerRow)
            .values(provider=provider, asked=key, answer=answer, asked_at=now)
            .on_conflict_do_update(
                index_elements=["provider", "asked"],
                set_={"answer": answer, "asked_at": now},
            )
        )


def _insert() -> Any:
    return sqlite.insert if dialect_name() == "sqlite" else postgresql.insert
