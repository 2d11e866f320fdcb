"""Speaks to Nominatim or Photon through geopy, to one host and with a size limit."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeopyError,
)
from geopy.geocoders import Nominatim, Photon

from app.kernel.geo import Point
from app.search.geocode import Place
from app.search.online import LANGUAGE, AddressService, NoAnswer, plain_text

MOST_BYTES = 512 * 1024
MOST_PLACES = 5
_VIEW_DEGREES = 0.5
_LONGEST_NAME = 80
# Where the house number stands before the street's name.
_NUMBER_FIRST = {"AU", "CA", "FR", "GB", "IE", "IN", "LU", "NZ", "PH", "SG", "US", "ZA"}
_TOWNS = ("city", "town", "village", "municipality", "hamlet", "locality", "county")
_STREETS = ("street", "road", "pedestrian", "footway", "path", "square")


class OneHost(BaseSyncAdapter):  # type: ignore[misc]
    """Fetches JSON below one address: no redirects, no proxies, nothing large."""

    def __init__(self, base: str) -> None:
        """Keep the only address that may be asked."""
        super().__init__(proxies={}, ssl_context=None)
        self._base = base + "/"
        self._connection: http.client.HTTPConnection | None = None

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        """Return the parsed answer."""
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise GeocoderParseError("The answer is not JSON.") from fault
        # geopy takes anything empty for "no such place"; only an empty list says so.
        if not isinstance(found, list) and not (isinstance(found, dict) and found):
            raise GeocoderParseError("The answer has an unknown shape.")
        return found

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        """Return the answer's text."""
        if not url.startswith(self._base):
            raise GeocoderServiceError("Only the configured service may be asked.")
        deadline = time.monotonic() + timeout
        parts = urlsplit(url)
        kind: Any = http.client.HTTPConnection
        options: dict[str, Any] = {}
        if parts.scheme == "https":
            kind = http.client.HTTPSConnection
            options["context"] = ssl.create_default_context()
        connection = kind(parts.hostname, parts.port, timeout=timeout, **options)
        self._connection = connection
        try:
            connection.request(
                "GET",
                f"{parts.path}?{parts.query}",
                headers={**headers, "Accept": "application/json"},
            )
            return _body(connection.getresponse(), deadline)
        except (OSError, http.client.HTTPException) as fault:
            if isinstance(fault, AdapterHTTPError):
                raise
            raise GeocoderServiceError(type(fault).__name__) from fault
        finally:
            connection.close()

    def hang_up(self) -> None:
        """Cut a connection that is still open, so that a waiting thread ends."""
        line = self._connection and self._connection.sock
        if line:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # The other side was faster.


def _body(response: http.client.HTTPResponse, deadline: float) -> str:
    if response.status != 200:
        # A redirect ends here as well: who knows where it would lead.
        raise AdapterHTTPError(
            f"status {response.status}",
            status_code=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            text=None,
        )
    content = bytearray()
    while piece := response.read1(65_536):
        content += piece
        if len(content) > MOST_BYTES:
            raise GeocoderServiceError("The answer is too large.")
        if time.monotonic() > deadline:
            raise GeocoderTimedOut("The answer takes too long.")
    return content.decode("utf-8", "replace")


class Client:
    """One question to the configured service."""

    def __init__(self, service: AddressService) -> None:
        """Prepare geopy for the service; nothing is asked yet."""
        self._service = service
        self._host = OneHost(service.url)
        kind = {"nominatim": Nominatim, "photon": Photon}[service.provider]
        scheme, _, domain = service.url.partition("://")
        self._geocoder = kind(
            scheme=scheme,
            domain=domain,
            user_agent=service.agent,
            timeout=service.timeout_s,
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
        except GeocoderRateLimited as fault:
            raise NoAnswer("asked too often", fault.retry_after or 0) from fault
        except GeopyError as fault:
            is_refusal = isinstance(fault.__cause__, AdapterHTTPError)
            if is_refusal and isinstance(fault, GeocoderQueryError):
                return ()  # The service works; only this text it does not take.
            raise NoAnswer(str(fault)[:200]) from fault
        places = [_place(each) for each in (found or ())[:MOST_PLACES]]
        usable = tuple(place for place in places if place is not None)
        if places and not usable:
            raise NoAnswer("places without name or point")
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
