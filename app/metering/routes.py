"""Pages at the plug: the code on the label, the running session, the scanner."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.guards import current_person, signed_in, signed_in_person
from app.config import Settings
from app.kernel.errors import DomainError, NotFound
from app.metering import service
from app.metering.domain.words import countdown
from app.web import clock
from app.web.htmx import go_to, render, wants_fragment
from app.web.limits import count_use

bp = Blueprint("metering", __name__)
# Taps on one lock by one person; more is a stuck finger or a script.
TAPS_A_MINUTE = 20


@bp.after_request
def keep_out_of_indexes(response: Response) -> Response:
    """Ask search engines to leave codes and sessions alone."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/u/<code>")
def unlock_page(code: str) -> BaseResponse:
    """Show the lock that a label's code names; opening it takes a POST."""
    charger = service.charger_at(code)
    if charger.code != code:
        return go_to(url_for("metering.unlock_page", code=charger.code))
    person = current_person()
    if person is None:
        return render("metering/visitor.html", charger=charger)
    door = service.unlock_gate(user_id=person.id, code=code, now=clock.now())
    return _door(door)


@bp.get("/u/<code>/state")
@signed_in
def unlock_state(code: str) -> BaseResponse:
    """Show how the opening goes; the page asks again and again."""
    if not wants_fragment():
        return go_to(url_for("metering.unlock_page", code=code))
    user_id = signed_in_person().id
    return _door(service.unlock_gate(user_id=user_id, code=code, now=clock.now()))


@bp.post("/u/<code>")
@signed_in
def unlock(code: str) -> BaseResponse:
    """Ask the box to open, or say why it stays closed."""
    user_id, now = signed_in_person().id, clock.now()
    count_use(f"unlock:{user_id}", limit=TAPS_A_MINUTE, window_s=60, now=now)
    status = 200
    try:
        service.unlock(user_id=user_id, code=code, now=now)
    except service.UnlockRefused as refused:
        status = refused.status
    if status == 200 and not wants_fragment():
        return go_to(url_for("metering.unlock_page", code=code))
    door = service.unlock_gate(user_id=user_id, code=code, now=now)
    return _door(door, status=status)


def _door(door: service.Door, *, status: int = 200) -> Response:
    response = render(
        "metering/unlock.html",
        fragment="metering/_unlock_state.html",
        status=status,
        door=door,
        now=clock.now(),
    )
    return _unless_unchanged(response, door.stage, door.gate.reason, door.refusal)


def _unless_unchanged(response: Response, *parts: object) -> Response:
    """Answer 304 where a polling page shows these very facts already."""
    tag = "|".join(str(part) for part in parts)
    response.headers["HX-PTag"] = tag
    is_poll = request.method == "GET" and wants_fragment()
    if is_poll and request.headers.get("HX-PTag") == tag:
        return make_response("", 304)
    return response


@bp.get("/sessions/<code>")
@signed_in
def session(code: str) -> BaseResponse:
    """Show a session as it runs, and how it ended."""
    now = clock.now()
    view = service.session_view(user_id=signed_in_person().id, code=code, now=now)
    return _session(view)


def _session(view: service.SessionView, *, status: int = 200) -> Response:
    # The buttons are sent along only when they change, so that a tap is never lost
    # to a swap.
    shown = request.args.get("shown")
    return render(
        "metering/session.html",
        fragment="metering/_session.html",
        status=status,
        session=view,
        left=countdown(view.time_left_s),
        now=clock.now(),
        oob=wants_fragment() and shown != view.buttons_key,
        refusal=None,
    )


@bp.post("/sessions/<code>/stop")
@signed_in
def stop(code: str) -> BaseResponse:
    """Ask the box to end the session."""
    return _act(code, service.stop)


@bp.post("/sessions/<code>/relock")
@signed_in
def relock(code: str) -> BaseResponse:
    """Ask the box to lock while charging goes on."""
    return _act(code, service.relock)


def _act(code: str, use_case: service.Act) -> BaseResponse:
    user_id, now = signed_in_person().id, clock.now()
    refused: DomainError | None = None
    try:
        use_case(user_id=user_id, session_code=code, now=now)
    except NotFound:
        raise
    except DomainError as error:
        refused = error
    if refused is None and not wants_fragment():
        return go_to(url_for("metering.session", code=code))
    view = service.session_view(user_id=user_id, code=code, now=now)
    return render(
        "metering/session.html",
        fragment="metering/_session_actions.html",
        status=refused.status if refused else 200,
        session=view,
        left=countdown(view.time_left_s),
        now=now,
        oob=False,
        refusal=refused.message if refused else None,
    )


@bp.get("/scan")
def scan() -> BaseResponse:
    """Read a label's code by camera, or take it typed, and go to its lock."""
    typed = request.args.get("code", "").strip()[:200]
    if not typed:
        return _scanner("", None, 200)
    try:
        # A whole link may be pasted as well.
        charger = service.charger_at(typed.rstrip("/").rsplit("/", 1)[-1])
    except NotFound:
        why = "No charger has this code. It has ten letters and digits (2 to 7)."
        return _scanner(typed, why, 422)
    return go_to(url_for("metering.unlock_page", code=charger.code))


def _scanner(typed: str, why: str | None, status: int) -> Response:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return render(
        "metering/scan.html",
        fragment="metering/_code_form.html",
        status=status,
        typed=typed,
        why=why,
        origin=settings.public_url,
    )
