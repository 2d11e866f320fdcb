"""One decision (page or fragment), one renderer, one way to answer a POST."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from app.extensions import htmx

_VARY = "HX-Request, HX-Boosted, HX-History-Restore-Request, Cookie, Accept-Language"


def wants_fragment() -> bool:
    """Return whether the request wants only a piece of the page.

    A boosted link and a restored history entry need the whole page, though both
    carry ``HX-Request``.
    """
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render(
    page: str, *, fragment: str | None = None, status: int = 200, **context: object
) -> Response:
    """Render the page, or only its fragment where HTMX asked for one.

    :param page: template of the whole page, which includes the fragment's file
    :param fragment: template of the fragment; None where the page has none
    """
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    response.headers["Vary"] = _VARY
    return response


def go_to(url: str) -> BaseResponse:
    """Send the browser to another page after a POST: 303, or HX-Redirect."""
    if wants_fragment():
        response = make_response("", 204)
        # htmx follows this header on an answer it does not swap.
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, code=303)


def is_safe_path(target: str | None) -> bool:
    """Return whether a ``next`` value stays on this site (a plain absolute path)."""
    return bool(
        target
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not any(ord(character) < 32 for character in target)
    )
