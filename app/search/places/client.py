"""Speaks to Nominatim or Photon through geopy, and understands what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.kernel.geo import Point
from app.search.places.geocode import LONGEST_QUERY, Place
from app.search.places.host import NoAnswer, OneHost, QuestionRefused

LANGUAGE = "en"
MOST_PLACES = 5
_VIEW_DEGREES = 0.5
_LONGEST_NAME = 80
# Where the house number stands before the street's name.
_NUMBER_FIRST = {"AU", "CA", "FR", "GB", "IE", "IN", "LU", "NZ", "PH", "SG", "US", "ZA"}
_TOWNS = ("city", "town", "village", "municipality", "hamlet", "locality", "county")
_STREETS = ("street", "road", "pedestrian", "footway", "path", "square")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressService:
    """Whom to ask, and as whom.

    :param provider: ``nominatim`` or ``photon``
    :param url: the only address that is ever asked, without a slash at the end
    :param agent: how the product introduces itself
    """

    provider: str
    url: str
    agent: str
    timeout_s: float


def plain_text(text: str) -> str:
    """Return the text as it may leave the house: one line, printable, not long.

    >>> plain_text("  Main  Street\\x00 5 ")
    'Main Street 5'
    """
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:LONGEST_QUERY].strip()


class Client:
    """One question to the configured service."""

    def __init__(self, service: AddressService) -> None:
        """Prepare geopy for the service; nothing is asked yet."""
        # It takes long to load, and only who has an address service needs it.
        from geopy.adapters import BaseSyncAdapter
        from geopy.geocoders import Nominatim, Photon

        BaseSyncAdapter.register(OneHost)
        self._service = service
        self._host = OneHost(service.url)
        kind = {"nominatim": Nominatim, "photon": Photon}[service.provider]
        scheme, _, domain = service.url.partition("://")
        self._geocoder = kind(
            scheme=scheme,
            domain=domain,
            user_agent=service.agent,
            timeout=service.timeout_s,
            proxies={},
            adapter_factory=lambda **_: self._host,
        )

    def hang_up(self) -> None:
        """Give up waiting."""
        self._host.hang_up()

    def places(self, text: str, bias: tuple[float, float] | None) -> tuple[Place, ...]:
        """Return the places found, likeliest first.

        :raises NoAnswer: if the service refuses or answers nonsense
        """
        options: dict[str, Any] = {"limit": MOST_PLACES, "language": LANGUAGE}
        if self._service.provider == "photon":
            options["location_bias"] = bias
        else:
            options["addressdetails"] = True
            options["viewbox"] = None if bias is None else _view(bias)
        try:
            found = self._geocoder.geocode(text, exactly_one=False, **options)
        except QuestionRefused:
            return ()
        places = [_place(each) for each in (found or ())[:MOST_PLACES]]
        usable = tuple(place for place in places if place is not None)
        if places and not usable:
            # The service is well, only this question is odd: others may ask on.
            raise NoAnswer("places without name or point", pause_s=None)
        return usable


def _view(bias: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    lat, lon = bias
    return (
        (max(-90.0, lat - _VIEW_DEGREES), max(-180.0, lon - _VIEW_DEGREES)),
        (min(90.0, lat + _VIEW_DEGREES), min(180.0, lon + _VIEW_DEGREES)),
    )


def _place(location: Any) -> Place | None:
    """Return the place of one result, or None where it has no name or point."""
    lat, lon = float(location.latitude), float(location.longitude)
    raw: dict[str, Any] = location.raw
    details: dict[str, Any] = raw.get("properties") or raw.get("address") or {}
    country_code = _text(details, "country_code", "countrycode").upper()[:2]
    name = _name(raw, details, country_code)
    town = _text(details, *_TOWNS)
    state = _text(details, "state") if country_code == "US" else ""
    admin = ", ".join(part for part in (town, state) if part and part != name)
    # geopy puts what has no coordinates where nobody lives.
    if not name or (lat, lon) == (0, 0):
        return None
    point = Point(round(lat, 5), round(lon, 5))
    return Place(
        name=name,
        admin=admin,
        country_code=country_code,
        country=_text(details, "country"),
        lat=point.lat,
        lon=point.lon,
        population=0,
    )


def _name(raw: dict[str, Any], details: dict[str, Any], country_code: str) -> str:
    street = _text(details, *_STREETS)
    number = _text(details, "house_number", "housenumber")
    if street and number:
        is_first = country_code in _NUMBER_FIRST
        return f"{number} {street}" if is_first else f"{street} {number}"
    named = _text(details, "name") or _text(raw, "name") or street
    return named or _text(raw, "display_name").split(",")[0].strip()


def _text(details: dict[str, Any], *names: str) -> str:
    """Return the first of these fields that holds words, on one line."""
    for name in names:
        value = details.get(name)
        if isinstance(value, str | int) and (text := plain_text(str(value))):
            return text[:_LONGEST_NAME]
    return ""
