"""Puts together what the search page shows: form, results, links and the map's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from app.accounts.service import Vehicle, default_vehicle
from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.search import links, service
from app.search.asked import MAX_TEXT, Asked
from app.search.asking import Question, question_of, read_asked, zone_at
from app.search.cards import Card, card_of, charger_url, photo_base
from app.search.fields import FormView, form_of, refused_form
from app.search.island import as_island, island_of
from app.search.links import Link, search_url
from app.search.service import Center, Hit, Results
from app.search.service.finding import MAX_PUBLIC
from app.web.links import url_for

__all__ = ["Found", "SearchPage", "charger_url", "search_page"]
# What the form sends while its filters are unfolded.
_OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found, in words; nothing is computed in templates.

    :ivar count: how many chargers, such as ``12`` or ``300+``
    :ivar in_vain: how many were looked at, such as ``20,000``, where none of them fits
        and there are more; else empty
    :ivar used: filters in use, each with the search without it
    :ivar more: the same search with a longer list, where there is more
    :ivar clears: whether the search without any filter would find something
    :ivar public: which public stations the map shows; empty without any
    :ivar beyond: the nearest match outside of the circle, where nothing is inside
    """

    results: Results
    center: Center
    count: str
    in_vain: str
    notes: tuple[str, ...]
    cards: tuple[Card, ...]
    beyond: Card | None
    beyond_url: str
    used: tuple[Link, ...]
    without_all: str
    clears: bool
    quick: tuple[Link, ...]
    orders: tuple[Link, ...]
    others: tuple[Link, ...]
    loosened: tuple[Link, ...]
    more: Link | None
    ends_here: bool
    follow: dict[str, Any] | None
    public: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Everything the templates need.

    :ivar found: None where the search was refused
    :ivar url: the shortest address of this search, to share and to come back to
    :ivar replaces_form: whether the form in the browser must change as well
    :ivar filters_used: how many filters stand behind the folded part
    :ivar place_was: the place's name that the results belong to
    """

    form: FormView
    found: Found | None
    asked: Asked
    island: str
    url: str
    replaces_form: bool
    filters_used: int
    place_was: str

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 422 if self.found is None else 200


def search_page(
    raw: Mapping[str, str], person_id: int | None, now: datetime
) -> SearchPage:
    """Return the page for what an address holds.

    :param raw: the address's names and texts; besides the search itself ``q_was``,
        what the place field held when the shown results were found, and ``with_form``
    """
    vehicle = None if person_id is None else default_vehicle(person_id)
    asked, refusals = read_asked(raw, has_car=vehicle is not None)
    if refusals:
        return _refused(raw, asked, vehicle, refusals, now)
    sent = asked
    asked, moved = _place_or_point(sent, raw.get("q_was", ""))
    try:
        question = question_of(asked, vehicle=vehicle, now=now)
        results = service.near(
            query=question.query,
            vehicle=vehicle,
            now=now,
            wish=asked.wish,
            cards=asked.shown,
            with_public=asked.public,
        )
    except DomainError as error:
        return _refused(raw, sent, vehicle, (error,), now)
    base = url_for("search.index")
    found = _found_or_clear(base, question, vehicle, results, now)
    wants_form = raw.get("with_form", "")
    return SearchPage(
        form=form_of(asked, vehicle, is_open=wants_form == _OPEN),
        found=found,
        asked=asked,
        island=island_of(results),
        url=search_url(base, asked, shown=asked.shown),
        replaces_form=moved or bool(wants_form),
        # Public stations come on top: that choice hides nothing.
        filters_used=len(found.used) - asked.public,
        place_was=asked.text,
    )


def _found_or_clear(
    base: str,
    question: Question,
    vehicle: Vehicle | None,
    results: Results,
    now: datetime,
) -> Found:
    """Return what was found, or whether letting go of every filter would help."""
    found = _found(base, question, results, now)
    if results.hits or results.loosened or not found.used:
        return found
    return replace(found, clears=_clears(question, vehicle, now))


def _refused(
    raw: Mapping[str, str],
    asked: Asked,
    vehicle: Vehicle | None,
    refusals: tuple[DomainError, ...],
    now: datetime,
) -> SearchPage:
    """Return the page that says what is wrong, beside a map without pins.

    :param asked: what could be read; its circle is the one that is shown
    """
    place_was = raw.get("q_was", "")
    middle = asked.point or _middle_of(place_was, now)
    return SearchPage(
        form=refused_form(raw, asked, vehicle, refusals),
        found=None,
        asked=asked,
        island=as_island(middle, asked.radius_km * 1000),
        url="",
        replaces_form=True,
        filters_used=0,
        place_was=place_was,
    )


def _middle_of(place: str, now: datetime) -> Point:
    """Return where the results before were, so that the map stays there."""
    try:
        return service.find_center(text=place[:MAX_TEXT], point=None, now=now).point
    except DomainError:
        return service.start_point(now)


def _clears(question: Question, vehicle: Vehicle | None, now: datetime) -> bool:
    """Return whether anything is there at all, for advice that leads somewhere."""
    bare = replace(
        links.without_all(question.asked), text="", point=question.center.point
    )
    query = question_of(bare, vehicle=vehicle, now=now).query
    return bool(service.listed(query=query, now=now, limit=1))


def _place_or_point(asked: Asked, shown: str) -> tuple[Asked, bool]:
    """Keep what the driver changed last where both a place and a point came.

    :param shown: the place's name that the form showed for the last results
    :returns: the search with one of both, and whether the other was dropped
    """
    if asked.point is None or not asked.text:
        return asked, False
    if asked.text == shown:
        return replace(asked, text=""), True
    return replace(asked, point=None), True


def _found(base: str, question: Question, results: Results, now: datetime) -> Found:
    asked, center = question.asked, question.center
    listed, beyond = results.hits, results.beyond
    in_words = partial(
        card_of,
        car=results.car,
        photo_base=photo_base(),
        is_exact=asked.span is not None,
    )
    more = links.more(base, asked, len(listed), results.total)
    return Found(
        results=results,
        center=center,
        count=f"{results.total}{'+' if results.has_more else ''}",
        in_vain=_in_vain(results),
        notes=_notes(asked, center),
        cards=tuple(map(in_words, listed)),
        beyond=in_words(beyond) if beyond else None,
        beyond_url=_go_there(base, asked, beyond),
        used=links.used(base, asked),
        without_all=search_url(base, links.without_all(asked)),
        clears=True,
        quick=links.quick_times(base, asked, zone=_zone(results), now=now),
        orders=links.orders(base, asked) if results.total > 1 else (),
        others=tuple(
            Link(place.label, search_url(base, asked, text=place.label, point=None))
            for place in center.others
        ),
        loosened=links.loosened(base, asked, results.loosened),
        more=more,
        ends_here=more is None and (len(listed) < results.total or results.has_more),
        follow=_follow(listed, asked),
        public=_public(len(results.public)),
    )


def _in_vain(results: Results) -> str:
    return f"{results.looked:,}" if results.has_more and not results.total else ""


def _zone(results: Results) -> str:
    """Return whose clock counts: the first charger's, or that of the place."""
    if results.hits:
        return results.hits[0].time_zone
    return zone_at(results.query.center)


def _public(count: int) -> str:
    if not count:
        return ""
    words = f"{count} public {'station' if count == 1 else 'stations'}"
    # Beyond this many nobody has counted.
    return f"The {count} nearest public stations" if count >= MAX_PUBLIC else words


def _go_there(base: str, asked: Asked, beyond: Hit | None) -> str:
    if beyond is None:
        return ""
    return search_url(base, asked, text="", point=beyond.point)


def _notes(asked: Asked, center: Center) -> tuple[str, ...]:
    return (*asked.notes, center.note) if center.note else asked.notes


def _follow(listed: tuple[Hit, ...], asked: Asked) -> dict[str, Any] | None:
    """Return what a bid over several auctioned chargers of the list begins with."""
    auctioned = [hit.charger_id for hit in listed if hit.is_auctioned]
    if not auctioned:
        return None
    times: dict[str, Any] = {"charger": auctioned[:5]}
    if asked.span is not None:
        times["from"] = f"{asked.span.starts:%Y-%m-%dT%H:%M}"
        times["to"] = f"{asked.span.ends:%Y-%m-%dT%H:%M}"
    return times
