"""Ties Flask-Login to stored log-ins: the cookie holds a token, the table decides."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, flash, request, session, url_for
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from app.accounts import service
from app.accounts.domain import Person
from app.extensions import login_manager
from app.web import clock
from app.web.htmx import go_to, is_safe_path, wants_fragment

_SIGNING_UP = "signing_up"


class LoginUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login and the page frame see of a logged-in person."""

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token
        self.id = person.id
        self.email = person.email
        self.display_name = person.display_name
        self.is_verified = person.is_verified

    def get_id(self) -> str:
        """Return what the cookie holds: the log-in's token, not the person's id."""
        return self.token


def init_app(_app: Flask) -> None:
    """Tell Flask-Login how to find people and where to send strangers."""
    # A phone changes its network address on the way; the stored row is the check.
    login_manager.session_protection = None
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(_send_to_log_in)


def begin(token: str) -> None:
    """Put a new log-in into this browser, and nothing of what was there before."""
    person = service.person_of_login(token, now=clock.now())
    assert person is not None
    session.clear()
    session.permanent = True
    login_user(LoginUser(person, token))


def end() -> None:
    """End this browser's log-in, in the table and in the cookie."""
    if current_user.is_authenticated:
        service.log_out(current_user.token)
    logout_user()
    session.clear()


def remember_sign_up(email: str, person: Person | None) -> None:
    """Note which sign-up happened in this browser, and proof that it was here."""
    session[_SIGNING_UP] = [email, service.sign_up_proof(person)]


def email_signing_up() -> str | None:
    """Return the address that was just used to sign up in this browser, if any."""
    email: str | None = session.get(_SIGNING_UP, [None])[0]
    return email


def may_confirm(person: Person) -> bool:
    """Return whether this browser knows the password of the account.

    Opening the mailed link is not enough: somebody else may have signed up with this
    address, and would get in with a password of theirs.
    """
    if current_user.is_authenticated:
        return bool(current_user.id == person.id)
    if _SIGNING_UP not in session:
        return False
    return service.is_sign_up_proof(person, session[_SIGNING_UP][1])


def path_to_return_to() -> str:
    """Return the page that a person was on or asked for, as a path of this site."""
    address = request.full_path.rstrip("?") if request.method == "GET" else ""
    if wants_fragment() or not address:
        address = request.headers.get("HX-Current-URL") or request.referrer or ""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    same_site = not parts.netloc or parts.netloc == request.host
    return path if same_site and is_safe_path(path) else "/"


def _load(token: str) -> LoginUser | None:
    person = service.person_of_login(token, now=clock.now())
    return LoginUser(person, token) if person else None


def _send_to_log_in() -> Response:
    flash("Please log in first.", "info")
    return go_to(url_for("accounts.login", next=path_to_return_to()))
