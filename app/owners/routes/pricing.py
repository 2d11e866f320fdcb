"""An owner's prices: a wish in, a suggestion out, and how it is put into force."""

from __future__ import annotations

import hashlib
from datetime import datetime

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in_person, verified_required
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.errors import DomainError
from app.owners.forms.pricing import PricingForm
from app.pricing import service as pricing
from app.pricing.domain.suggestion import Suggestion
from app.pricing.domain.week_view import HEATS, week_rows
from app.pricing.domain.words import DAYS, best_opening, why
from app.schedules.domain import HOURS_A_WEEK
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render

_OTHER_PRICES = (
    "These are the prices for what the form says now. Please look, then press again."
)
_ACCEPTED = {
    "accept": "From now on your time is sold at these prices.",
    "follow": "From now on the prices follow demand, at most 10 % a day, within "
    "your limits.",
}


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    one = "/chargers/<int:charger_id>/pricing"
    bp.add_url_rule(one, view_func=show_pricing)
    bp.add_url_rule(one, view_func=ask_pricing, methods=["POST"])
    bp.add_url_rule(f"{one}/fixed", view_func=use_fixed_price, methods=["POST"])


@verified_required
def show_pricing(charger_id: int) -> Response:
    """Show what would be suggested for the wish accepted last, or a usual one."""
    charger = _own(charger_id)
    return _answered(charger, _stored_form(charger), clock.now())


@verified_required
def ask_pricing(charger_id: int) -> Response:
    """Suggest prices for a wish; put them into force where a button says so."""
    charger, now = _own(charger_id), clock.now()
    form = PricingForm.sent(pricing.tariff_of(charger_id).currency)
    button = request.form.get("button", "")
    if button not in _ACCEPTED:
        return _answered(charger, form, now)
    return _accepted(charger, form, button, now)


@verified_required
def use_fixed_price(charger_id: int) -> Response:
    """Go back to the tariff's one price."""
    charger = _own(charger_id)
    pricing.use_fixed(charger=charger, now=clock.now())
    flash("Your time is sold at one fixed price again.", "success")
    return _back(charger_id)


def _accepted(
    charger: Charger, form: PricingForm, button: str, now: datetime
) -> Response:
    """Put the prices into force, but only those that were on the page."""
    suggestion = _suggestion(charger, form, now)
    if suggestion is None:
        return _shown(charger, form, None, now)
    if request.form.get("shown") != _fingerprint(suggestion):
        form.form_errors = [_OTHER_PRICES]
        return _shown(charger, form, suggestion, now, status=409)
    try:
        pricing.accept(
            charger=charger,
            suggestion=suggestion,
            is_automatic=button == "follow",
            gate_min=form.gate_min,
            now=now,
        )
    except DomainError as error:
        show_refusal(form, error)
        return _shown(charger, form, suggestion, now, status=error.status)
    flash(_ACCEPTED[button], "success")
    return _back(charger.id)


def _answered(charger: Charger, form: PricingForm, now: datetime) -> Response:
    return _shown(charger, form, _suggestion(charger, form, now), now)


def _suggestion(
    charger: Charger, form: PricingForm, now: datetime
) -> Suggestion | None:
    """Return the suggestion for what the form says; None with reasons at its fields."""
    wish = form.read(max(1, charger.max_power_w))
    if wish is None:
        return None
    return pricing.suggest_for(charger, wish, now, form.gate_min)


def _shown(
    charger: Charger,
    form: PricingForm,
    suggestion: Suggestion | None,
    now: datetime,
    status: int = 200,
) -> Response:
    return render(
        "owners/pricing.html",
        fragment="owners/_pricing_form.html",
        status=422 if suggestion is None else status,
        charger=charger,
        form=form,
        form_url=url_for("owners.ask_pricing", charger_id=charger.id),
        plan=pricing.plan_of(charger.id),
        tariff=pricing.tariff_of(charger.id),
        days=DAYS,
        heats=HEATS,
        answer=None if suggestion is None else _answer(suggestion),
        now=now,
    )


def _answer(suggestion: Suggestion) -> dict[str, object]:
    """Return everything that the page says about a suggestion."""
    wish, hour = suggestion.wish, _chosen_hour(suggestion)
    return {
        "suggestion": suggestion,
        "opening": best_opening(suggestion.best_extra_hours),
        "rows": week_rows(
            wish.currency,
            suggestion.reserve_milli_per_hour,
            suggestion.book_now_milli_per_hour,
            wish.open_hours,
        ),
        "fingerprint": _fingerprint(suggestion),
        "hour": hour,
        "show": request.form.get("show", "reserve"),
        "why": why(suggestion, hour),
    }


def _chosen_hour(suggestion: Suggestion) -> int:
    """Return the hour whose reason is shown; the dearest one where none was chosen."""
    text = request.values.get("hour") or request.form.get("last_hour", "")
    if (
        text.isascii()
        and text.isdecimal()
        and len(text) < 4
        and int(text) < HOURS_A_WEEK
    ):
        return int(text)
    often, prices = suggestion.wish.open_hours, suggestion.book_now_milli_per_hour
    return max(range(HOURS_A_WEEK), key=lambda hour: (bool(often[hour]), prices[hour]))


def _fingerprint(suggestion: Suggestion) -> str:
    """Return a word for exactly these prices and the wish behind them."""
    words = (
        suggestion.wish.as_dict(),
        suggestion.reserve_milli_per_hour,
        suggestion.book_now_milli_per_hour,
        suggestion.by_lead,
        suggestion.energy_milli_per_kwh,
    )
    return hashlib.sha256(repr(words).encode()).hexdigest()[:16]


def _stored_form(charger: Charger) -> PricingForm:
    tariff, plan = pricing.tariff_of(charger.id), pricing.last_plan_of(charger.id)
    if plan is not None and plan.wish.currency == tariff.currency:
        return PricingForm.of_plan(plan)
    return PricingForm.usual(tariff, charger.max_power_w)


def _own(charger_id: int) -> Charger:
    return chargers.get_own_charger(
        owner_id=signed_in_person().id, charger_id=charger_id
    )


def _back(charger_id: int) -> Response:
    return go_to(url_for("owners.show_pricing", charger_id=charger_id))
