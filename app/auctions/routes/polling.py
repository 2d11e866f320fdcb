"""Answers for pages that ask again and again: nothing at all while nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from flask import Response, make_response, request

from app.web.htmx import wants_fragment


def tag_of(*facts: object) -> str:
    """Return a mark of everything that a fragment shows."""
    return sha256(repr(facts).encode()).hexdigest()[:16]


def unless_unchanged(tag: str, show: Callable[[], Response]) -> Response:
    """Answer 304 where a polling page shows these very facts already, without work."""
    if wants_fragment() and request.headers.get("HX-PTag") == tag:
        response = make_response("", 304)
    else:
        response = show()
    response.headers["HX-PTag"] = tag
    return response
