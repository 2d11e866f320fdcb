"""Puts together what the search page shows: form, results, links and the map's data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from app.accounts.service import Vehicle, default_vehicle
from app.kernel.connectors import plug_name
from app.kernel.errors import DomainError
from app.kernel.money import format_minor
from app.search import service
from app.search.asking import address_of, let_go, question_of
from app.search.domain import Car, Span, usual_spans
from app.search.forms import DEFAULT_RADIUS_KM, Asked, SearchForm
from app.search.service import Center, Loosened, Results

_LOOSENED = {
    "time": "Any time",
    "plug": "Any plug",
    "min_kw": "Any power",
    "max_price": "Any price",
    "max_total": "Any total",
    "instant": "Also on request",
    "accessible": "Accessible or not",
    "free_parking": "Also with paid parking",
    "night": "Also closed at night",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Another search, one tap away."""

    words: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Everything the templates need; nothing is computed there.

    :ivar results: None where the search was refused
    :ivar url: the shortest address of this search, to share and to come back to
    :ivar replaces_form: whether the form in the browser must change as well
    """

    form: SearchForm
    car: Car
    center: Center | None
    results: Results | None
    notes: tuple[str, ...]
    quick: tuple[Link, ...]
    others: tuple[Link, ...]
    loosened: tuple[Link, ...]
    span: Span | None
    island: dict[str, Any]
    url: str
    replaces_form: bool
    filters_used: int

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 422 if self.results is None else 200


def search_page(form: SearchForm, person_id: int | None, now: datetime) -> SearchPage:
    """Return the page for what the form holds."""
    vehicle = None if person_id is None else default_vehicle(person_id)
    form.offer_plugs(_car_words(vehicle))
    asked = form.to_command()
    if asked is None:
        return _refused(form, vehicle, now)
    asked, moved = _place_or_point(asked, form.q_was.data or "")
    try:
        question = question_of(asked, vehicle=vehicle, now=now)
        center = question.center
        results = service.near(query=question.query, vehicle=vehicle, now=now)
    except DomainError as error:
        form.refuse(error)
        return _refused(form, vehicle, now)
    form.show_place(asked)
    return SearchPage(
        form=form,
        car=results.car,
        center=center,
        results=results,
        notes=_notes(asked, center),
        quick=_quick(asked, results, now),
        others=tuple(
            Link(place.label, _url(asked, q=place.label)) for place in center.others
        ),
        loosened=tuple(_loosened_link(asked, each) for each in results.loosened),
        span=asked.span,
        island=_island(results, asked.span),
        url=_url(asked),
        replaces_form=moved or bool(form.with_form.data),
        filters_used=_filters_used(asked),
    )


def _refused(form: SearchForm, vehicle: Vehicle | None, now: datetime) -> SearchPage:
    """Return the page that says what is wrong, beside a map without pins."""
    point = service.start_point(now)
    return SearchPage(
        form=form,
        car=service.car_of(vehicle),
        center=None,
        results=None,
        notes=(),
        quick=(),
        others=(),
        loosened=(),
        span=None,
        island={
            "center": [point.lat, point.lon],
            "radius_m": DEFAULT_RADIUS_KM * 1000,
            "points": [],
            "counts": [],
            "selected": None,
        },
        url="",
        replaces_form=True,
        filters_used=0,
    )


def _car_words(vehicle: Vehicle | None) -> str | None:
    if vehicle is None:
        return None
    plugs = ", ".join(plug_name(standard) for standard in vehicle.standards)
    return f"Fits {vehicle.name} ({plugs})"


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


def _notes(asked: Asked, center: Center) -> tuple[str, ...]:
    notes = list(asked.notes)
    if center.note:
        notes.append(center.note)
    return tuple(notes)


def _quick(asked: Asked, results: Results, now: datetime) -> tuple[Link, ...]:
    """Return one-tap times, in the zone of the nearest charger."""
    if not results.hits:
        return ()
    zone = ZoneInfo(results.hits[0].time_zone)
    spans = usual_spans(now.astimezone(zone).replace(tzinfo=None))
    return (
        Link("Any time", _url(asked, time=None), asked.time is None),
        *(
            Link(name, _url(asked, time=span), asked.span == span)
            for name, span in spans
        ),
    )


def _loosened_link(asked: Asked, found: Loosened) -> Link:
    count = f"{found.count}+" if found.is_more else str(found.count)
    words = _LOOSENED.get(found.name, f"Within {found.query.radius_m // 1000} km")
    return Link(f"{words}: {count}", _url(let_go(asked, found.name, found.query)))


def _url(asked: Asked, q: str | None = None, **changes: Any) -> str:
    """Return the address of this search with something changed, defaults left out."""
    if q is not None:
        changes |= {"text": q, "point": None}
    query = address_of(asked, **changes)
    return f"{url_for('search.index')}?{query}" if query else url_for("search.index")


def _filters_used(asked: Asked) -> int:
    return sum(
        (
            asked.time is not None,
            asked.plug != asked.preset_plug,
            bool(asked.min_power_w),
            asked.max_price is not None,
            asked.max_total is not None,
            asked.instant,
            asked.accessible,
            asked.free_parking,
            asked.night,
        )
    )


def _island(results: Results, span: Span | None) -> dict[str, Any]:
    """Return what the map draws; the list above it shows the same chargers."""
    center = results.query.center
    return {
        "center": [center.lat, center.lon],
        "radius_m": results.query.radius_m,
        "points": [
            {
                "id": each.charger_id,
                "lat": each.point.lat,
                "lon": each.point.lon,
                "label": format_minor(each.total_minor, each.currency),
                "name": each.name,
                "free": each.is_free,
                "url": charger_url(each.charger_id, span),
            }
            for each in results.points
        ],
        "counts": [
            {"lat": each.point.lat, "lon": each.point.lon, "n": each.count}
            for each in results.counts
        ],
        "selected": None,
    }


def charger_url(charger_id: int, span: Span | None) -> str:
    """Return the charger's page, with the wanted time filled in."""
    # Hundreds of addresses are made for one answer, and url_for is slow.
    url = f"/chargers/{charger_id}"
    if span is None:
        return url
    return f"{url}?from={span.starts:%Y-%m-%dT%H:%M}&to={span.ends:%Y-%m-%dT%H:%M}"
