"""Answers for pages that ask again and again: nothing at all while nothing changed."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from flask import Response, current_app, make_response, request

from app.web.htmx import wants_fragment


def tag_of(*facts: object) -> str:
    """Return a mark of everything that a fragment shows.

    Only we can make it, so nobody can guess facts and ask whether they are true.
    """
    key = str(current_app.secret_key).encode()
    return hmac.digest(key, repr(facts).encode(), "sha256").hex()[:16]


def shows_already(tag: str) -> bool:
    """Return whether the polling page shows the part that has this mark already."""
    return tag in request.headers.get("HX-PTag", "").split(".")


def unless_unchanged(tag: str, show: Callable[[], Response]) -> Response:
    """Answer 304 where a polling page shows these very facts already, without work."""
    if wants_fragment() and request.headers.get("HX-PTag") == tag:
        response = make_response("", 304)
    else:
        response = show()
    response.headers["HX-PTag"] = tag
    return response
