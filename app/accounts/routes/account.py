"""A person's own account: name, password, cars."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from app.accounts import service, session
from app.accounts.forms import NameForm, PasswordForm
from app.accounts.guards import signed_in, signed_in_person
from app.kernel.errors import DomainError
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    bp.add_url_rule("/account", view_func=account)
    bp.add_url_rule("/account/name", view_func=rename, methods=["POST"])
    bp.add_url_rule("/account/password", view_func=change_password, methods=["POST"])


@signed_in
def account() -> Response:
    """Show the person's own account."""
    return _shown()


@signed_in
def rename() -> Response:
    """Change the name that others see."""
    form = NameForm()
    try:
        if not form.validate_on_submit():
            return _shown("name", name_form=form, status=422)
        service.rename(
            person_id=signed_in_person().id, display_name=form.display_name.data or ""
        )
    except DomainError as error:
        show_refusal(form, error)
        return _shown("name", name_form=form, status=error.status)
    flash("Your name is changed.", "success")
    return go_to(url_for("accounts.account"))


@signed_in
def change_password() -> Response:
    """Set a new password and log every other browser out."""
    form = PasswordForm()
    try:
        if not form.validate_on_submit():
            return _shown("password", password_form=form, status=422)
        token = service.change_password(
            person_id=signed_in_person().id,
            current=form.current.data or "",
            password=form.password.data or "",
            now=clock.now(),
        )
    except DomainError as error:
        show_refusal(form, error)
        return _shown("password", password_form=form, status=error.status)
    session.begin(token)
    flash("Your password is changed. Other browsers are logged out.", "success")
    return go_to(url_for("accounts.account"))


def _shown(
    part: str = "",
    *,
    name_form: NameForm | None = None,
    password_form: PasswordForm | None = None,
    status: int = 200,
) -> Response:
    person = signed_in_person()
    return render(
        "accounts/account.html",
        fragment=f"accounts/_{part}_form.html" if part else None,
        status=status,
        person=person,
        vehicles=service.vehicles_of(person.id),
        name_form=name_form
        or NameForm(formdata=None, display_name=person.display_name),
        password_form=password_form or PasswordForm(formdata=None),
    )
