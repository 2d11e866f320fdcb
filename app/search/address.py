"""The one address of a search: what `app.search.asked` reads, written back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from app.kernel.geo import Point
from app.search.asked import ANY_PLUG, CARDS, DEFAULT_RADIUS_KM, FLAGS, Asked
from app.search.domain import (
    DayWindow,
    Order,
    PriceLimit,
    Query,
    Span,
    UntilFull,
    Wish,
    clock_words,
)
from app.search.domain.days import DAY_MIN

_WALL = "%Y-%m-%dT%H:%M"
# What one gives up by each name of `Query.loosened`.
_LET_GO: dict[str, dict[str, Any]] = {
    "time": {"time": None},
    "plug": {"plug": ANY_PLUG},
    "min_kw": {"min_power_w": 0},
    "max_price": {"max_price": None},
    "max_total": {"max_total": None},
    "instant": {"instant": False},
    "accessible": {"accessible": False},
    "free_parking": {"free_parking": False},
    "night": {"night": False},
}


def let_go(asked: Asked, name: str, query: Query) -> Asked:
    """Return the search without one filter, as `Query.loosened` names it.

    :param query: the loosened query, which knows the wider circle
    """
    if name == "radius_km":
        return replace(asked, radius_km=query.radius_m // 1000)
    return replace(asked, **_LET_GO[name])


def address_of(asked: Asked, **changes: Any) -> str:
    """Return the shortest query string of this search, with something changed.

    Names come in one order and defaults are left out, so that the same search always
    has the same address.

    :param changes: new values by the names of `Asked`

    >>> address_of(Asked(text="Berlin", night=True), radius_km=10)
    'q=Berlin&radius_km=10&night=1'
    """
    return "&".join(filter(None, (_piece(*each) for each in _parts(asked, changes))))


def values_of(asked: Asked) -> dict[str, str]:
    """Return what the address holds, by name, without what is preset."""
    values: dict[str, str] = {}
    for name, value in _parts(asked, {}):
        values |= _written(name, value)
    return values


def _parts(asked: Asked, changes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return each part of the search that the address tells, in its order."""
    for name in _WRITERS:
        value = changes[name] if name in changes else getattr(asked, name)
        # What a plug is preset to depends on whether we know the driver's car.
        yield name, "" if name == "plug" and value == asked.preset_plug else value


# The dozen addresses on one page differ in one piece each.
@lru_cache(maxsize=4096)
def _piece(name: str, value: Any) -> str:
    return urlencode(_written(name, value), safe=":,/@")


def _written(name: str, value: Any) -> dict[str, str]:
    return {each: text for each, text in _WRITERS[name](value).items() if text}


def _point(point: Point | None) -> dict[str, str]:
    if point is None:
        return {}
    return {"lat": _short(point.lat), "lon": _short(point.lon)}


def _time(time: Span | DayWindow | UntilFull | None) -> dict[str, str]:
    match time:
        case None:
            return {}
        case UntilFull():
            return {"when": "now"}
        case Span():
            return {"from": f"{time.starts:{_WALL}}", "to": f"{time.ends:{_WALL}}"}
        case DayWindow():
            before = clock_words(time.before_min) if time.before_min < DAY_MIN else ""
            return {
                "when": "window",
                "day": time.day,
                "after": clock_words(time.after_min) if time.after_min else "",
                "before": before,
                "hours": _thousandth(int(time.length.total_seconds() / 3.6)),
            }


def _wish(wish: Wish | None) -> dict[str, str]:
    if wish is None:
        return {}
    if wish.energy_wh is not None:
        return {"kwh": _thousandth(wish.energy_wh)}
    return {"soc_from": str(wish.soc_from), "soc_to": str(wish.soc_to)}


def _limit(limit: PriceLimit | None) -> str:
    return "" if limit is None else _plain(limit.amount)


def _thousandth(number: int) -> str:
    return _plain(Decimal(number) / 1000)


def _short(degrees: float) -> str:
    return _plain(Decimal(f"{degrees:.5f}"))


def _plain(number: Decimal) -> str:
    """Return a number without an exponent and without zeros that say nothing."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _unless(value: object, preset: object) -> str:
    return "" if value == preset else str(value)


def _flag(name: str) -> Callable[[bool], dict[str, str]]:
    return lambda is_on: {name: "1" if is_on else ""}


# How each part of a search is told, in the order of the address.
_WRITERS: dict[str, Callable[[Any], dict[str, str]]] = {
    "text": lambda text: {"q": text},
    "point": _point,
    "radius_km": lambda km: {"radius_km": _unless(km, DEFAULT_RADIUS_KM)},
    "time": _time,
    "plug": lambda plug: {"plug": plug},
    "min_power_w": lambda w: {"min_kw": _thousandth(w) if w else ""},
    "max_price": lambda limit: {"max_price": _limit(limit)},
    "max_total": lambda limit: {"max_total": _limit(limit)},
    "wish": _wish,
    **{name: _flag(name) for name in FLAGS},
    "order": lambda order: {"sort": _unless(order.value, Order.NEAR.value)},
    "shown": lambda shown: {"shown": _unless(shown, CARDS)},
}
