"""The owner's page of the box: pairing, live state, self-test."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.guards import signed_in, signed_in_person
from app.chargers import service as chargers
from app.devices import service
from app.devices.domain import words
from app.kernel.errors import DomainError, NotFound
from app.web import clock
from app.web.filters import ago
from app.web.htmx import go_to, render, wants_fragment

bp = Blueprint("devices", __name__, url_prefix="/host/chargers/<int:charger_id>/box")


@bp.get("")
@signed_in
def show(charger_id: int) -> Response:
    """Show the box, or how to pair one; polled by the page itself."""
    return _answer(charger_id)


@bp.post("/pair")
@signed_in
def pair(charger_id: int) -> BaseResponse:
    """Show a fresh pairing code."""
    return _do(charger_id, service.start_pairing)


@bp.post("/selftest")
@signed_in
def selftest(charger_id: int) -> BaseResponse:
    """Let the lock move and the meter answer."""
    return _do(charger_id, service.request_selftest)


@bp.post("/unpair")
@signed_in
def unpair(charger_id: int) -> BaseResponse:
    """Take the box off the charger."""
    return _do(charger_id, service.unpair)


@bp.post("/simulate")
@signed_in
def simulate(charger_id: int) -> BaseResponse:
    """Start a simulated box that pairs itself."""
    return _do(charger_id, service.start_simulated_box)


def _do(charger_id: int, use_case: Callable[..., object]) -> BaseResponse:
    now = clock.now()
    try:
        use_case(owner_id=signed_in_person().id, charger_id=charger_id, now=now)
    except NotFound:
        raise
    except DomainError as error:
        return _answer(charger_id, refusal=error.message, status=error.status)
    if wants_fragment():
        return _answer(charger_id)
    return go_to(url_for("devices.show", charger_id=charger_id))


def _answer(
    charger_id: int, *, refusal: str | None = None, status: int = 200
) -> Response:
    now, owner_id = clock.now(), signed_in_person().id
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    panel = service.panel(owner_id=owner_id, charger_id=charger_id, now=now)
    tag = _tag(panel, refusal, now)
    if status == 200 and wants_fragment() and request.headers.get("HX-PTag") == tag:
        return make_response("", 304)
    response = render(
        "devices/box.html",
        fragment="devices/_box.html",
        status=status,
        charger=charger,
        panel=panel,
        refusal=refusal,
        ptag=tag,
        **_words(),
    )
    response.headers["HX-PTag"] = tag
    return response


def _tag(panel: service.BoxPanel, refusal: str | None, now: datetime) -> str:
    """Return a mark that changes when the page would read differently."""
    device = panel.device
    seen = "" if device is None or panel.is_online else ago(device.last_seen_at, now)
    shown = (device and device.shown, panel.is_online, seen, panel.pairing)
    state = (panel.selftest, panel.selftest_pending, panel.broker_ok, refusal)
    return hashlib.sha256(repr((shown, state)).encode()).hexdigest()[:16]


def _words() -> dict[str, Any]:
    return {
        "fault_words": words.fault_words,
        "why_words": words.why_words,
        "lock_words": words.lock_words,
        "status_words": words.status_words,
    }
