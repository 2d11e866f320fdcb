"""Places by name: while somebody types, and for a pressed button of another room."""

from __future__ import annotations

from flask import Response, jsonify, request

from app.search import service
from app.search.places.geocode import Place, find_places
from app.web import clock


def places() -> Response:
    """List places by name while somebody types, as JSON: never asked of a service."""
    found = find_places(request.args.get("q", ""))
    return jsonify(
        [
            {
                "label": place.label,
                "lat": place.lat,
                "lon": place.lon,
                "is_exact": place.is_exact,
            }
            for place in found
        ]
    )


def find_for_pin(text: str, *, limit: int = 5) -> tuple[Place, ...]:
    """Return places for a pressed button of another room, streets included."""
    return service.look_up(text, near=None, now=clock.now(), limit=limit).places
