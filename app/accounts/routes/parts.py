"""What the pages of accounts share: where to go next, and forms that say no."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from app.kernel.errors import DomainError, TooMany
from app.web.htmx import is_safe_path, render


def next_path() -> str | None:
    """Return the page to go to afterwards, if it is one of this site."""
    wanted = request.values.get("next")
    return wanted if is_safe_path(wanted) else None


def network_address() -> str:
    """Return from where the request comes, for counting tries."""
    return request.remote_addr or "unknown"


def show(
    template: str, form: object, error: DomainError | None = None, **context: object
) -> Response:
    """Render one of the small forms with the status it deserves.

    ``accounts/<template>.html`` is the page, ``accounts/_<template>_form.html`` its
    fragment.
    """
    status = 422 if getattr(form, "errors", None) else 200
    response = render(
        f"accounts/{template}.html",
        fragment=f"accounts/_{template}_form.html",
        status=error.status if error else status,
        form=form,
        next_path=next_path(),
        **context,
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response
