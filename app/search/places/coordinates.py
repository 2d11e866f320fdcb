"""Reads coordinates as people type or paste them. Pure."""

from __future__ import annotations

import re

from app.kernel.geo import Point

_LONGEST = 80
_SIGN = r"(?P<{0}>[+-]?)"
_NUMBER = r"{sign}(?P<{0}>\d{{1,3}}(?:{point}\d{{1,12}})?)\s*°?"
_SIDE_BEFORE = r"(?P<{0}>[{1}]?)\s*"
_SIDE_AFTER = r"\s*(?P<{0}>[{1}]?)"


def _pair(point: str, between: str) -> re.Pattern[str]:
    """Return the pattern of two decimal numbers, each with an optional side."""
    halves = [
        _SIDE_BEFORE.format(f"{name}_before", sides)
        + _NUMBER.format(name, sign=_SIGN.format(f"{name}_sign"), point=point)
        + _SIDE_AFTER.format(f"{name}_after", sides)
        for name, sides in (("lat", "NS"), ("lon", "EW"))
    ]
    return re.compile(
        r"(?:geo:)?\s*" + rf"\s*{between}\s*".join(halves), re.IGNORECASE | re.ASCII
    )


_DECIMAL = _pair(r"\.", r"[,;\s]")
# "52,52 13,405": a comma inside the numbers cannot part them as well.
_DECIMAL_COMMA = _pair(",", r"[;\s]")
_ANGLE = (
    r"(\d{{1,3}})\s*°\s*(\d{{1,2}})\s*['′’]\s*"  # noqa: RUF001 - typed as such
    r"(?:(\d{{1,2}}(?:\.\d{{1,6}})?)\s*(?:\"|″|''|”)\s*)?([{0}])"
)
_DEGREES = re.compile(
    _ANGLE.format("NS") + r"\s*[,;]?\s*" + _ANGLE.format("EW"), re.IGNORECASE | re.ASCII
)


def parse_coordinates(text: str) -> Point | None:
    """Return the point of typed coordinates, or None where the text is none.

    >>> parse_coordinates("55.67, 12.57"), parse_coordinates("55,67 12,57")
    (Point(lat=55.67, lon=12.57), Point(lat=55.67, lon=12.57))
    >>> parse_coordinates("33.9S 18.4E"), parse_coordinates("Paris, 7")
    (Point(lat=-33.9, lon=18.4), None)
    >>> parse_coordinates("52°30'N 13°24'36\\"E")
    Point(lat=52.5, lon=13.41)
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    match = _DECIMAL.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text)
    if match is not None:
        return _on_earth(_side(match, "lat", "S"), _side(match, "lon", "W"))
    match = _DEGREES.fullmatch(text)
    if match is None:
        return None
    lat, lon = (
        int(part[0]) + int(part[1]) / 60 + float(part[2] or 0) / 3600
        for part in (match.groups()[:3], match.groups()[4:7])
    )
    return _on_earth(
        -lat if match[4] in "sS" else lat, -lon if match[8] in "wW" else lon
    )


def _side(match: re.Match[str], name: str, negative: str) -> float:
    value = float(match[name].replace(",", "."))
    sides = (match[f"{name}_before"] + match[f"{name}_after"]).upper()
    return -value if (match[f"{name}_sign"] == "-") != (negative in sides) else value


def _on_earth(lat: float, lon: float) -> Point | None:
    return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None
