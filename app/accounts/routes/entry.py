"""Signing up, logging in, logging out."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts import service, session
from app.accounts.forms import LogInForm, RegisterForm
from app.accounts.routes.parts import network_address, next_path, show
from app.kernel.errors import DomainError
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to
from app.web.limits import count_use

_SIGN_UPS_PER_HOUR = 60


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    bp.add_url_rule("/login", view_func=login, methods=["GET", "POST"])
    bp.add_url_rule("/logout", view_func=logout, methods=["POST"])
    bp.add_url_rule("/register", view_func=register, methods=["GET", "POST"])


def login() -> Response:
    """Log in and go back to where one came from."""
    form = LogInForm()
    if request.method == "GET" and current_user.is_authenticated:
        return go_to(next_path() or "/")
    if not form.validate_on_submit():
        return show("login", form)
    try:
        token = service.log_in(
            email=form.email.data or "",
            password=form.password.data or "",
            address=network_address(),
            now=clock.now(),
        )
    except DomainError as error:
        show_refusal(form, error)
        return show("login", form, error)
    session.begin(token)
    return go_to(next_path() or "/")


def logout() -> Response:
    """End this browser's log-in."""
    session.end()
    flash("You are logged out.", "success")
    return go_to("/")


def register() -> Response:
    """Sign up; the address is confirmed by a mailed link."""
    form, now = RegisterForm(), clock.now()
    if not form.validate_on_submit():
        return show("register", form)
    key = f"register:{network_address()}"
    try:
        count_use(key, limit=_SIGN_UPS_PER_HOUR, window_s=3600, now=now)
        person = service.register(
            email=form.email.data or "",
            display_name=form.display_name.data or "",
            password=form.password.data or "",
            next_path=next_path(),
            now=now,
        )
    except DomainError as error:
        show_refusal(form, error)
        return show("register", form, error)
    # A visitor who was logged in signs up as somebody else.
    session.end()
    session.remember_sign_up(form.email.data or "", person)
    return go_to(url_for("accounts.verify", next=next_path()))
