"""Pages for signing up, logging in and out, and confirming an address."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts import service, session
from app.accounts.forms import LogInForm, RegisterForm
from app.kernel.errors import DomainError, TooMany
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, is_safe_path, render
from app.web.limits import count_use

bp = Blueprint("accounts", __name__)
_SIGN_UPS_PER_HOUR = 60


def _next_path() -> str | None:
    wanted = request.values.get("next")
    return wanted if is_safe_path(wanted) else None


def _address() -> str:
    return request.remote_addr or "unknown"


def _shown(template: str, form: object, error: DomainError | None = None) -> Response:
    """Render one of the small forms, with the status of its refusal."""
    refused = error is not None or getattr(form, "errors", None)
    response = render(
        f"accounts/{template}.html",
        fragment=f"accounts/_{template}_form.html",
        status=error.status if error else 422 if refused else 200,
        form=form,
        next_path=_next_path(),
    )
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


@bp.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """Log in and go back to where one came from."""
    form = LogInForm()
    if request.method == "GET" and current_user.is_authenticated:
        return go_to(_next_path() or "/")
    if not form.validate_on_submit():
        return _shown("login", form)
    try:
        token = service.log_in(
            email=form.email.data or "",
            password=form.password.data or "",
            address=_address(),
            now=clock.now(),
        )
    except DomainError as error:
        show_refusal(form, error)
        return _shown("login", form, error)
    session.begin(token)
    return go_to(_next_path() or "/")


@bp.post("/logout")
def logout() -> Response:
    """End this browser's log-in."""
    session.end()
    flash("You are logged out.", "success")
    return go_to("/")


@bp.route("/register", methods=["GET", "POST"])
def register() -> Response:
    """Sign up; the address is confirmed by mail."""
    form, now = RegisterForm(), clock.now()
    if not form.validate_on_submit():
        return _shown("register", form)
    try:
        count_use(
            f"register:{_address()}", limit=_SIGN_UPS_PER_HOUR, window_s=3600, now=now
        )
        person = service.register(
            email=form.email.data or "",
            display_name=form.display_name.data or "",
            password=form.password.data or "",
            next_path=_next_path(),
            now=now,
        )
    except DomainError as error:
        show_refusal(form, error)
        return _shown("register", form, error)
    session.remember_sign_up(person)
    return go_to(url_for("accounts.verify", next=_next_path()))


@bp.get("/verify")
def verify() -> Response:
    """Say that a mail is on its way, and offer to send it again."""
    return render("accounts/verify.html", next_path=_next_path())


@bp.get("/account")
def account() -> Response:
    """Show the person's own account."""
    return render("accounts/account.html")
