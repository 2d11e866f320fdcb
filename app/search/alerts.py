"""Checks kept searches by the clock, through the very service that the page asks.

It decides nothing itself: what is news is a rule, what was told is stored, and the
letters are written elsewhere.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.accounts import service as accounts
from app.database import db
from app.kernel.errors import DomainError
from app.schedules import service as schedules
from app.search import service
from app.search.asking import Question, query_of, zone_at
from app.search.cards import cap_wh, charger_url, energy_words
from app.search.domain.kept import is_past
from app.search.domain.news import News, Offer
from app.search.events import MatchedCharger, SavedSearchMatched
from app.search.service import checks, unmet
from app.search.service.checks import Check
from app.search.service.views import Results

_log = logging.getLogger(__name__)
CHECKS_A_TICK = 25
# Decisions wait for no more work than this and the check that is under way.
SECONDS_A_TICK = 1.0
MAX_TOLD = 5


def tick(*, now: datetime) -> int:
    """Check some of the searches that are due, and once a night forget old wishes.

    What there is no time for stays due, and comes first next time.

    :returns: how many searches had news
    """
    _forget_unmet(now)
    due = checks.due_searches(now, limit=CHECKS_A_TICK)
    db.session.rollback()
    ends = time.monotonic() + SECONDS_A_TICK
    with_news = 0
    for each in due:
        with_news += _check_safely(each)
        if time.monotonic() >= ends:
            break
    return with_news


def is_search_over(question: Question, now: datetime) -> bool:
    """Return whether the search's date has passed at its place."""
    place = ZoneInfo(zone_at(question.query.center))
    local_now = now.astimezone(place).replace(tzinfo=None)
    return is_past(question.asked.time, local_now)


def _check_safely(check: Check) -> bool:
    """Check one search; one that cannot be checked does not stop the others."""
    try:
        return checks.claim(check) and _check(check)
    except DomainError as refusal:
        # Such as "today" late in the evening; it may make sense again tomorrow.
        _log.info("Kept search %d found nothing: %s", check.search_id, refusal)
    except Exception:
        _log.exception("Kept search %d could not be checked.", check.search_id)
    db.session.rollback()
    return False


def _check(check: Check) -> bool:
    now = check.claimed_at
    vehicle = accounts.default_vehicle(check.user_id)
    question = query_of(check.query, vehicle=vehicle, now=now)
    if is_search_over(question, now):
        checks.mark_over(check)
        return False
    found = service.near(
        query=question.query,
        vehicle=vehicle,
        now=now,
        wish=question.asked.wish,
        advice=False,
    )
    shown = [
        Offer(each.charger_id, each.total_minor, each.currency, each.energy_wh)
        for each in found.points
    ]
    news = checks.remember(
        check,
        basis=checks.basis_of(vehicle),
        shown=shown,
        is_complete=not found.has_more,
        tell=lambda news: _matched(check, found, news),
    )
    return bool(news)


def _matched(
    check: Check, found: Results, news: tuple[News, ...]
) -> SavedSearchMatched:
    lines = _lines(found)
    return SavedSearchMatched(
        user_id=check.user_id,
        search_id=check.search_id,
        name=check.name,
        path=f"/searches/{check.search_id}",
        off_path=check.off_path,
        hits=tuple(
            replace(lines[each.offer.charger_id], is_cheaper=each.is_cheaper)
            for each in news[:MAX_TOLD]
        ),
        count=len(news),
    )


def _lines(found: Results) -> dict[int, MatchedCharger]:
    """Return what a letter says of each charger that the check found."""
    free = {hit.charger_id: hit.free_text for hit in found.hits}
    return {
        each.charger_id: MatchedCharger(
            charger_id=each.charger_id,
            name=each.name,
            total_minor=each.total_minor,
            currency=each.currency,
            energy_text=energy_words(each.energy_wh, found.car.usual_wh),
            is_part=each.energy_wh < found.car.usual_wh,
            is_request=each.is_request,
            is_cheaper=False,
            when_text=free.get(each.charger_id, ""),
            path=charger_url(each.charger_id, each.span, cap_wh(found.car)),
        )
        for each in found.points
    }


def _forget_unmet(now: datetime) -> None:
    today = now.astimezone(UTC).date()
    if not schedules.is_done_tonight("unmet", today):
        unmet.forget_old(today, now)
