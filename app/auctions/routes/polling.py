"""Answers for pages that ask again and again: nothing at all while nothing changed."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, make_response, request

from app.web.htmx import wants_fragment


def tag_of(*facts: object) -> str:
    """Return a mark of everything that a fragment shows."""
    return sha256(repr(facts).encode()).hexdigest()[:16]


def unless_unchanged(response: Response, tag: str) -> Response:
    """Answer 304 where a polling page shows these very facts already."""
    response.headers["HX-PTag"] = tag
    if wants_fragment() and request.headers.get("HX-PTag") == tag:
        return make_response("", 304)
    return response
