"""Template filters: the only place where integers become words for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask

from app.kernel.connectors import plug_name
from app.kernel.ids import spaced
from app.kernel.money import format_milli, format_minor


def init_app(app: Flask) -> None:
    """Register every filter of this module."""
    functions: dict[str, Callable[..., Any]] = {
        "money": format_minor,
        "rate": format_milli,
        "kwh": kwh,
        "kw": kw,
        "distance": distance,
        "local": local,
        "local_time": local_time,
        "local_date": local_date,
        "local_span": local_span,
        "duration": duration,
        "ago": ago,
        "spaced": spaced,
        "plug": plug_name,
        "iso": iso,
    }
    for name, function in functions.items():
        app.add_template_filter(function, name)


def kwh(energy_wh: int, decimals: int = 1) -> str:
    """Return energy in kWh, such as ``12.4 kWh``."""
    return f"{energy_wh / 1000:.{decimals}f} kWh"


def kw(power_w: int) -> str:
    """Return power in kW without a needless decimal, such as ``11 kW``."""
    text = f"{power_w / 1000:.1f}".removesuffix(".0")
    return f"{text} kW"


def distance(meters: float) -> str:
    """Return a straight-line distance, such as ``350 m`` or ``1.3 km``."""
    if meters < 950:
        return f"{round(meters / 50) * 50 or 50} m"
    return f"{meters / 1000:.1f} km"


def local(at: datetime, zone: str) -> str:
    """Return date and time in the place's own zone, such as ``Mon 3 Aug, 18:15``."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%b}, {there:%H:%M}"


def local_time(at: datetime, zone: str) -> str:
    """Return the time of day in the place's own zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def local_date(at: datetime, zone: str) -> str:
    """Return the date in the place's own zone, such as ``Mon 3 Aug``."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%a} {there.day} {there:%b}"


def local_span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Return a span, with the second date only where it differs."""
    if local_date(starts_at, zone) == local_date(ends_at, zone):
        return f"{local(starts_at, zone)}–{local_time(ends_at, zone)}"
    return f"{local(starts_at, zone)} – {local(ends_at, zone)}"


def duration(seconds: int) -> str:
    """Return a length of time, such as ``1 h 30 min``."""
    minutes = max(0, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago an instant was, in words."""
    if at is None:
        return "never"
    seconds = int((now - at).total_seconds())
    if seconds < 5:
        return "just now"
    if seconds < 90:
        return f"{seconds} s ago"
    if seconds < 5400:
        return f"{seconds // 60} min ago"
    if seconds < 36 * 3600:
        return f"{seconds // 3600} h ago"
    return f"{seconds // 86400} days ago"


def iso(at: datetime) -> str:
    """Return the instant for a ``datetime`` attribute."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
