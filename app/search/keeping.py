"""Puts together what the pages about kept searches show, and keeps what they send."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from flask import current_app

from app.accounts import service as accounts
from app.config import Settings
from app.kernel.connectors import plug_name
from app.kernel.geo import Point
from app.search import service
from app.search.asked import ANY_PLUG, CAR_PLUG, CARDS, Asked
from app.search.asking import address_of, query_of, read_asked
from app.search.domain import SearchRefused
from app.search.domain.kept import is_rolling, since_words, suggested_name
from app.search.links import limit_words, wish_words
from app.search.service import kept
from app.search.service.kept import KeptSearch

_FLAGS = {
    "instant": "book at once",
    "accessible": "accessible",
    "free_parking": "free parking",
    "night": "open at night",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCard:
    """One kept search as its driver sees it.

    :ivar facts: what it asks for beyond its name
    :ivar is_rolling: whether its day moves on
    :ivar news: such as ``2 new since Tuesday``; empty without news
    """

    search: KeptSearch
    facts: tuple[str, ...]
    is_rolling: bool
    news: str


def keep(*, user_id: int, address: str, name: str, now: datetime) -> KeptSearch:
    """Keep the search at an address, under a name or a suggested one.

    :raises DomainError: if it is no search, or cannot be kept
    """
    vehicle = accounts.default_vehicle(user_id)
    query = address.removeprefix("/").removeprefix("?")
    question = query_of(query, vehicle=vehicle, now=now)
    asked = question.asked
    if not asked.text and asked.point is None:
        raise SearchRefused("Please search for a place first.", field="name")
    found = service.near(
        query=question.query,
        vehicle=vehicle,
        now=now,
        wish=asked.wish,
        cards=1,
        advice=False,
    )
    city = found.hits[0].city if found.hits else ""
    return kept.keep_search(
        user_id=user_id,
        query=address_of(_pinned(asked, question.center.point), shown=CARDS),
        name=name,
        suggested=suggested_name(
            asked.time, place=question.center.name.partition(",")[0] or city
        ),
        now=now,
    )


def _pinned(asked: Asked, point: Point) -> Asked:
    """Return the search by its point where an address service found the place.

    Asked again while the service is silent, the street would become its town.
    """
    settings: Settings = current_app.extensions["plugbid_settings"]
    if settings.geocoder == "offline":
        return asked
    return replace(asked, text="", point=point)


def cards_of(user_id: int, now: datetime) -> tuple[KeptCard, ...]:
    """Return everything the driver keeps, as cards."""
    return tuple(card_of(each, now) for each in kept.searches_of(user_id))


def card_of(search: KeptSearch, now: datetime) -> KeptCard:
    """Return one kept search as a card."""
    values = dict(parse_qsl(search.query))
    asked, _ = read_asked(values, has_car=True)
    return KeptCard(
        search=search,
        facts=_facts(asked),
        is_rolling=is_rolling(asked.time),
        news=_news(search, now),
    )


def _facts(asked: Asked) -> tuple[str, ...]:
    facts = [f"within {asked.radius_km} km"]
    if asked.wish:
        words = wish_words(asked.wish)
        facts.append(words[0].lower() + words[1:])
    if asked.plug not in {CAR_PLUG, ANY_PLUG}:
        facts.append(plug_name(asked.plug))
    if asked.min_power_w:
        facts.append(f"{asked.min_power_w / 1000:g} kW or more")
    if asked.max_price:
        facts.append(f"up to {limit_words(asked.max_price)} per kWh")
    if asked.max_total:
        facts.append(f"up to {limit_words(asked.max_total)} in total")
    facts += [words for name, words in _FLAGS.items() if getattr(asked, name)]
    return tuple(facts)


def _news(search: KeptSearch, now: datetime) -> str:
    if not search.news or search.news_zone is None:
        return ""
    place = ZoneInfo(search.news_zone)
    since = since_words(search.looked_at.astimezone(place), now.astimezone(place))
    return f"{search.news} new {since}"
