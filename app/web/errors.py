"""Turns refusals and faults into pages and fragments a person understands."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from app.kernel.errors import DomainError, TooMany
from app.web.htmx import render

_log = logging.getLogger(__name__)
_WORDS = {
    400: ("That did not work", "The request could not be understood."),
    403: ("Not allowed", "You may not do this."),
    404: ("Not here", "There is nothing at this address, or it is not yours."),
    405: ("Not like this", "This address cannot be used that way."),
    409: ("Too late", "Somebody else was first, or things have changed."),
    413: ("Too large", "The file is larger than we take (8 MB)."),
    422: ("Please check", "Something in the form is not right."),
    429: ("One moment", "Too many attempts. Please wait a little."),
    500: ("Our fault", "Something broke here. It has been noted; nothing was lost."),
    503: ("Not reachable", "A part we need cannot be reached right now."),
}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _refuse)
    app.register_error_handler(CSRFError, _refuse_csrf)
    app.register_error_handler(HTTPException, _explain)


def refusal(status: int, message: str | None = None) -> Response:
    """Return the page or fragment that says no with this status."""
    title, default = _WORDS.get(status, ("Sorry", "That did not work."))
    return render(
        "_layout/refused.html",
        fragment="_layout/_refused.html",
        status=status,
        title=title,
        message=message or default,
        code=status,
    )


def _refuse(error: DomainError) -> Response:
    response = refusal(error.status, error.message)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _refuse_csrf(_error: CSRFError) -> Response:
    return refusal(400, "This page was open for too long. Please reload it.")


def _explain(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    if isinstance(error, InternalServerError):
        _log.error("Failed: %s %s", request.method, request.path)
    # A 422 from an upload limit is how the product refuses a file that is too big.
    status = 422 if error.code == 413 else (error.code or 500)
    message = _WORDS[413][1] if error.code == 413 else None
    return refusal(status, message)
