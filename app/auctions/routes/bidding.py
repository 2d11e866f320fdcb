"""The bidding page of a charger: its prices by the quarter hour, and placing a bid."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import replace
from datetime import date, datetime

from flask import Blueprint, flash, request, url_for
from flask import Response as PageResponse
from werkzeug.wrappers import Response

from app.accounts import service as accounts
from app.accounts.guards import current_person, signed_in_person, verified_required
from app.auctions import service
from app.auctions.forms import BidForm, key_of
from app.auctions.routes.days import DAYS_SHOWN, usual_period, window_of
from app.auctions.routes.links import KEPT
from app.auctions.routes.panel import Found, Panel, Wanted, panel_of
from app.auctions.routes.polling import shows_already, tag_of, unless_unchanged
from app.auctions.routes.scale import read_scale
from app.auctions.service import AuctionQuote, BidView
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.kernel.errors import DomainError, NotFound, TooMany
from app.pricing import service as pricing
from app.schedules.wall_time import local_date, wall_time
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render, wants_fragment
from app.web.limits import count_use

BIDS_A_MINUTE, BIDS_A_DAY = 20, 200
DAY_S = 24 * 3600


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    one = "/chargers/<int:charger_id>"
    bp.add_url_rule(f"{one}/bidding", view_func=bidding)
    bp.add_url_rule(f"{one}/prices", view_func=prices)
    bp.add_url_rule(f"{one}/bids", view_func=place_bid, methods=["POST"])


def bidding(charger_id: int) -> Response:
    """Show what time costs at this charger, and take a maximum for it."""
    charger, now = chargers.get_charger(charger_id), clock.now()
    form = _form(request.args)
    if form.has_time:
        service.count_look(_looker(), now)
    panel = _panel(charger, form, now)
    return _show(charger, form, panel, panel.refusal if panel else None)


def prices(charger_id: int) -> Response:
    """Show the strip alone, as the open page asks for it again and again."""
    charger, now = chargers.get_charger(charger_id), clock.now()
    form = _form(request.args)
    if not wants_fragment():
        return go_to(url_for("auctions.bidding", charger_id=charger_id))
    panel = _panel(charger, form, now, is_day_enough=True)
    if panel is None:
        raise NotFound
    costs = tag_of(panel.poll_url, panel.quote, panel.strip)

    def show() -> PageResponse:
        # A page that waits for the end sees other words, but learns no other price.
        if form.has_time and not shows_already(costs):
            service.count_look(_looker(), now)
        fragment = "auctions/_prices.html"
        return render("auctions/bidding.html", fragment=fragment, view=panel, oob=True)

    return unless_unchanged(f"{tag_of(panel)}.{costs}", show)


@verified_required
def place_bid(charger_id: int) -> Response:
    """Place the bid, or say why not beside its field."""
    charger, now = chargers.get_charger(charger_id), clock.now()
    person, form = signed_in_person(), _form(request.form)
    form.key.data = key_of(form.key.data)
    try:
        count_bid(person.id, now)
        wish = form.to_command(
            bidder_id=person.id, charger=charger, currency=required_currency(charger.id)
        )
        bid = service.place(wish, now=now)
    except NotFound:
        raise
    except DomainError as refusal:
        panel = _panel(charger, form, now)
        if panel is None:
            raise
        return _show(charger, form, panel, refusal)
    # How it stands may change while this is read, and the page says so itself.
    flash("Your bid is in.", "success")
    return go_to(url_for("auctions.show", code=bid.code))


def count_bid(user_id: int, now: datetime) -> None:
    """Count one bid or change of a bid by this person.

    :raises TooMany: if these are more than a person has use for
    """
    key = f"bids:{user_id}"
    count_use(key, limit=BIDS_A_MINUTE, window_s=60, now=now)
    count_use(f"{key}:day", limit=BIDS_A_DAY, window_s=DAY_S, now=now)


def _looker() -> int | str | None:
    person = current_person()
    return person.id if person else request.remote_addr


def _form(values: object) -> BidForm:
    person = current_person()
    form = BidForm(formdata=values)
    form.offer_cars(accounts.vehicles_of(person.id) if person else ())
    return form


def currency_of(charger_id: int) -> str:
    """Return the currency in which a charger is paid; empty while it has no price."""
    tariff = pricing.tariffs_of((charger_id,)).get(charger_id)
    return tariff.currency if tariff else ""


def required_currency(charger_id: int) -> str:
    """Return the currency in which amounts for a charger are read.

    :raises BidRefused: if it has no price yet
    """
    currency = currency_of(charger_id)
    if not currency:
        raise service.BidRefused("The host has not set a price yet.")
    return currency


def _panel(
    charger: Charger, form: BidForm, now: datetime, *, is_day_enough: bool = False
) -> Panel | None:
    """Return what to show; None where time is not sold by auction."""
    today = local_date(now, charger.time_zone)
    wanted = _wanted(charger, form, today)
    shown = 1 if is_day_enough else DAYS_SHOWN
    window = window_of(wanted.day, today, charger.time_zone, shown)
    book = service.book_of(charger=charger, now=now, window=window)
    if book is None:
        return None
    if wanted.period is None and wanted.refusal is None:
        period = usual_period(charger, book, wanted.day, now)
        wanted = replace(wanted, period=period)
    quote, refusal = _quote(charger, wanted, now)
    wanted = replace(wanted, refusal=refusal)
    found = Found(
        charger=charger,
        book=book,
        quote=quote,
        my_bids=_my_bids(charger, now),
        now=now,
    )
    return panel_of(found, wanted, _kept())


def _kept() -> dict[str, str]:
    """Return what the links keep; a whole page stands in no other one."""
    kept = {name: request.values.get(name, "") for name in KEPT}
    return kept if wants_fragment() else {**kept, "in": ""}


def _quote(
    charger: Charger, wanted: Wanted, now: datetime
) -> tuple[AuctionQuote | None, DomainError | None]:
    """Return what the wanted time costs, or why it has no price."""
    if wanted.period is None:
        return None, wanted.refusal
    try:
        person = current_person()
        quote = service.quote(
            charger=charger,
            period=wanted.period,
            now=now,
            bidder_id=person.id if person else None,
        )
        return quote, None
    except DomainError as error:
        return None, error


def _wanted(charger: Charger, form: BidForm, today: date) -> Wanted:
    """Return the day and time that were asked for; today where none were."""
    zone, period, refusal = charger.time_zone, None, None
    if form.has_time:
        try:
            period = form.period(zone)
        except DomainError as error:
            refusal = error
    day = local_date(period.starts_at, zone) if period else today
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(request.values.get("day", ""))
    is_near = 0 <= (day - today).days <= charger.horizon_days
    return Wanted(
        day=day if is_near else today,
        period=period,
        scale=read_scale(request.values.get("scale", "")),
        refusal=refusal,
    )


def _my_bids(charger: Charger, now: datetime) -> tuple[BidView, ...]:
    person = current_person()
    if person is None:
        return ()
    return tuple(
        each
        for each in service.bids_of(person.id, now)
        if each.is_pending and each.charger_id == charger.id
    )


def _show(
    charger: Charger,
    form: BidForm,
    panel: Panel | None,
    refusal: DomainError | None,
) -> Response:
    is_post = request.method == "POST"
    _fill(form, panel, refusal)
    response = render(
        "auctions/bidding.html",
        fragment="auctions/_bid_form.html" if is_post else "auctions/_bidding.html",
        status=refusal.status if refusal else 200,
        active_tab="search",
        charger=charger,
        view=panel,
        form=form,
        person=current_person(),
        posted=is_post,
        oob=False,
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _fill(form: BidForm, panel: Panel | None, refusal: DomainError | None) -> None:
    """Write the shown time, the reason and a new key into the form."""
    # Every form that is shown has a key of its own: it makes at most one bid.
    form.key.data = secrets.token_urlsafe(18)
    if panel:
        form.currency.data = panel.currency
        zone = panel.charger.time_zone
        if panel.time.period:
            form.starts_at.data = wall_time(panel.time.period.starts_at, zone)
            form.ends_at.data = wall_time(panel.time.period.ends_at, zone)
    if refusal:
        field = "maximum" if refusal.field == "currency" else refusal.field
        show_refusal(form, DomainError(refusal.message, field=field))
