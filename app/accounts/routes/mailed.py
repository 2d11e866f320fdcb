"""Confirming an address and choosing a new password, both by a mailed link."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts import service, session
from app.accounts.forms import ForgotForm, ResetForm
from app.accounts.guards import current_person
from app.accounts.routes.parts import network_address, next_path, show
from app.config import Settings
from app.kernel.errors import DomainError
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render
from app.web.limits import count_use

_RESENDS_PER_HOUR = 30


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    both = ["GET", "POST"]
    bp.add_url_rule("/verify", view_func=verify)
    bp.add_url_rule("/verify/resend", view_func=resend, methods=["POST"])
    bp.add_url_rule("/verify/<token>", view_func=open_link)
    bp.add_url_rule("/verify/<token>", view_func=confirm, methods=["POST"])
    bp.add_url_rule("/forgot", view_func=forgot, methods=both)
    bp.add_url_rule("/reset/<token>", view_func=reset, methods=both)


def verify() -> Response:
    """Say that a mail is on its way, and offer to send it again."""
    person = current_person()
    if person and person.is_verified:
        return go_to(next_path() or url_for("accounts.account"))
    return render(
        "accounts/verify.html",
        email=person.email if person else session.email_signing_up(),
        shows_mails=_shows_mails(),
        next_path=next_path(),
    )


def resend() -> Response:
    """Mail the confirming link once more."""
    person, now = current_person(), clock.now()
    email = person.email if person else session.email_signing_up()
    key = f"resend:{network_address()}"
    count_use(key, limit=_RESENDS_PER_HOUR, window_s=3600, now=now)
    if email:
        service.ask_verification(email=email, now=now, next_path=next_path())
        flash("We sent it again. The newest link and older ones both work.", "success")
    return go_to(url_for("accounts.verify", next=next_path()))


def open_link(token: str) -> Response:
    """Show whose address the link confirms, with the one button that does it."""
    try:
        person = service.person_of_link(token, now=clock.now())
    except service.BadLink as error:
        return _dead(error)
    if not session.may_confirm(person) and not current_user.is_authenticated:
        flash("Please log in once, then confirm your address.", "info")
        here = url_for("accounts.open_link", token=token, next=next_path())
        return go_to(url_for("accounts.login", next=here))
    return render(
        "accounts/confirm.html",
        may_confirm=session.may_confirm(person),
        person=person,
        token=token,
        next_path=next_path(),
    )


def confirm(token: str) -> Response:
    """Confirm the address, and log in the browser that signed up."""
    now = clock.now()
    try:
        person = service.person_of_link(token, now=now)
        if not session.may_confirm(person):
            return open_link(token)
        service.verify_email(token, now=now)
    except service.BadLink as error:
        return _dead(error)
    if not current_user.is_authenticated:
        session.begin(service.start_login(person.id, now=now))
    flash("Your address is confirmed. Welcome!", "success")
    return go_to(next_path() or url_for("accounts.account"))


def forgot() -> Response:
    """Mail a link for a new password; the answer never tells who has an account."""
    form, now = ForgotForm(), clock.now()
    if not form.validate_on_submit():
        return show("forgot", form)
    key = f"forgot:{network_address()}"
    try:
        count_use(key, limit=_RESENDS_PER_HOUR, window_s=3600, now=now)
        service.ask_reset(form.email.data or "", now=now)
    except DomainError as error:
        show_refusal(form, error)
        return show("forgot", form, error)
    return render(
        "accounts/forgot_sent.html",
        fragment="accounts/_forgot_sent.html",
        email=form.email.data,
        shows_mails=_shows_mails(),
    )


def reset(token: str) -> Response:
    """Let the owner of the mailbox choose a new password."""
    form, now = ResetForm(), clock.now()
    try:
        service.check_reset_link(token, now=now)
        if not form.validate_on_submit():
            return show("reset", form, token=token)
        person = service.reset_password(token, form.password.data or "", now=now)
    except service.BadLink as error:
        return _dead(error)
    except DomainError as error:
        show_refusal(form, error)
        return show("reset", form, error, token=token)
    session.begin(service.start_login(person.id, now=now))
    flash("Your new password is set. Other browsers are logged out.", "success")
    return go_to("/")


def _dead(error: DomainError) -> Response:
    return render("accounts/dead_link.html", status=error.status, error=error)


def _shows_mails() -> bool:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return settings.is_embedded and settings.smtp_url is None
