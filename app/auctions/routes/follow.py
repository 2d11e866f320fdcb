"""Follow me: one maximum for any of several chargers, at any time of a window."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts import service as accounts
from app.accounts.guards import signed_in, signed_in_person, verified_required
from app.auctions import service
from app.auctions.domain.follow import MAX_CHARGERS
from app.auctions.forms import FollowForm, key_of
from app.auctions.routes.bidding import count_bid, currency_of, required_currency
from app.auctions.routes.outlook import outlook_of
from app.auctions.routes.words import ShownBid
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.errors import DomainError, NotFound
from app.kernel.ids import parse_code
from app.schedules.wall_time import local_date, wall_time
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render

# When most people want to charge at home; a form starts with it.
EVENING = ("18:00", "22:00")
_ADDRESS = re.compile(r"/chargers/([0-9]{1,9})(?![0-9])")
# The form's names of what the rules call otherwise.
_FIELDS = {"currency": "maximum", "charger_ids": "add"}


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    bp.add_url_rule("/follow", view_func=new_follow)
    bp.add_url_rule("/follow", view_func=start_follow, methods=["POST"])
    bp.add_url_rule("/follow/<code>", view_func=show_follow)
    withdraw = "/follow/<code>/withdraw"
    bp.add_url_rule(withdraw, view_func=withdraw_follow, methods=["POST"])


@signed_in
def new_follow() -> Response:
    """Ask for the chargers, the window and the maximum of a wish."""
    form, refusal = _form(request.args), None
    chosen = _chosen(request.args.getlist("charger"))
    if form.add.data:
        try:
            chosen = _with_added(chosen, form.add.data)
            form.add.data = ""
        except DomainError as error:
            refusal = error
    if not form.has_time:
        zone = chosen[0].time_zone if chosen else "UTC"
        form.starts_at.data, form.ends_at.data = _next_evening(clock.now(), zone)
    return _show(form, chosen, refusal)


@verified_required
def start_follow() -> Response:
    """Place the bid of the wish, or say why not beside its field."""
    form, now, person = _form(request.form), clock.now(), signed_in_person()
    form.key.data = key_of(form.key.data)
    chosen = _chosen(request.form.getlist("charger"))
    try:
        count_bid(person.id, now)
        if not chosen:
            raise DomainError("Please choose at least one charger.", field="add")
        wish = form.to_command(
            bidder_id=person.id,
            charger_ids=tuple(each.id for each in chosen),
            zone=chosen[0].time_zone,
            currency=required_currency(chosen[0].id),
        )
        made = service.start_follow(wish, now=now)
    except NotFound:
        raise
    except DomainError as refusal:
        return _show(form, chosen, refusal)
    flash("Your wish is in. It moves by itself when it is outbid.", "success")
    return go_to(url_for("auctions.show_follow", code=made.code))


@signed_in
def show_follow(code: str) -> Response:
    """Show where a wish sits now, or how it ended."""
    return _show_one(code, clock.now())


@signed_in
def withdraw_follow(code: str) -> Response:
    """End the wish and take its bid back, or say why that is not possible."""
    now, user_id = clock.now(), signed_in_person().id
    try:
        service.withdraw_follow(bidder_id=user_id, code=_known(code), now=now)
    except NotFound:
        raise
    except DomainError as refusal:
        return _show_one(code, now, refusal)
    flash("Your wish is withdrawn.", "success")
    return go_to(url_for("auctions.show_follow", code=code))


def _next_evening(now: datetime, zone: str) -> tuple[str, str]:
    """Return the next evening at the chargers that has not begun, as written."""
    day = local_date(now, zone)
    if f"{day.isoformat()}T{EVENING[0]}" <= wall_time(now, zone):
        day += timedelta(days=1)
    begin, end = (f"{day.isoformat()}T{clock_time}" for clock_time in EVENING)
    return begin, end


def _known(code: str) -> str:
    known = parse_code(code)
    if known is None:
        raise NotFound
    return known


def _show_one(code: str, now: datetime, refusal: DomainError | None = None) -> Response:
    wish = service.follow_for(signed_in_person().id, _known(code))
    known = chargers.chargers_by_ids(wish.charger_ids)
    return render(
        "auctions/follow_one.html",
        fragment="auctions/_follow_one.html",
        status=refusal.status if refusal else 200,
        active_tab="bookings",
        wish=wish,
        chargers=known,
        shown=ShownBid.of(wish.bid, now) if wish.bid else None,
        outlook=outlook_of(wish, known, now),
        refusal=refusal,
    )


def _form(values: object) -> FollowForm:
    form = FollowForm(formdata=values)
    form.offer_cars(accounts.vehicles_of(signed_in_person().id))
    return form


def _chosen(ids: list[str]) -> tuple[Charger, ...]:
    """Return the chargers of the form, in order; what is no charger is left out."""
    numbers = [
        int(text)
        for text in dict.fromkeys(ids[: 2 * MAX_CHARGERS])
        if re.fullmatch("[0-9]{1,9}", text)
    ]
    known = chargers.chargers_by_ids(numbers)
    return tuple(known[number] for number in numbers if number in known)


def _with_added(chosen: tuple[Charger, ...], text: str) -> tuple[Charger, ...]:
    """Return the chargers with one more, named by its address or its label's code.

    :raises DomainError: at ``add``, if there is no such charger
    """
    address, code = _ADDRESS.search(text), parse_code(text)
    try:
        if address:
            found = chargers.get_charger(int(address[1]))
        elif code:
            found = chargers.get_by_code(code)
        else:
            raise NotFound
    except NotFound as error:
        raise DomainError("There is no such charger.", field="add") from error
    return (*(each for each in chosen if each.id != found.id), found)


def _show(
    form: FollowForm, chosen: tuple[Charger, ...], refusal: DomainError | None
) -> Response:
    form.key.data = secrets.token_urlsafe(18)
    form.currency.data = currency_of(chosen[0].id) if chosen else ""
    if refusal:
        field = _FIELDS.get(refusal.field or "", refusal.field)
        show_refusal(form, DomainError(refusal.message, field=field))
    return render(
        "auctions/follow.html",
        fragment="auctions/_follow_form.html",
        status=refusal.status if refusal else 200,
        active_tab="search",
        form=form,
        chosen=chosen,
        most=MAX_CHARGERS,
    )
