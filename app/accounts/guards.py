"""Who may pass: decorators and the current person for the routes of every room."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import flash, url_for
from flask_login import current_user, login_required

from app.accounts.domain import Person
from app.accounts.session import path_to_return_to
from app.web.htmx import go_to

F = TypeVar("F", bound=Callable[..., Any])


def current_person() -> Person | None:
    """Return who is logged in, or None."""
    return current_user.person if current_user.is_authenticated else None


def signed_in_person() -> Person:
    """Return who is logged in, inside a route that ``signed_in`` guards."""
    person = current_person()
    assert person is not None
    return person


def signed_in(view: F) -> F:
    """Send visitors who are not logged in to the log-in page, and back afterwards."""
    return cast("F", login_required(view))


def verified_required(view: F) -> F:
    """Like ``signed_in``, and ask for the e-mail address to be confirmed first."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not signed_in_person().is_verified:
            flash("Please confirm your e-mail address first.", "info")
            return go_to(url_for("accounts.verify", next=path_to_return_to()))
        return view(*args, **kwargs)

    return cast("F", login_required(guarded))
