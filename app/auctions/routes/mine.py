"""A driver's own bids: the list, one bid, raising it, taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, request, url_for
from flask import Response as PageResponse
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in, signed_in_person
from app.auctions import service
from app.auctions.forms import RaiseForm
from app.auctions.routes.bidding import count_bid
from app.auctions.routes.next_best import NextBest, next_best, search_near
from app.auctions.routes.panel import poll_s
from app.auctions.routes.polling import tag_of, unless_unchanged
from app.auctions.routes.words import ShownBid
from app.auctions.service import BidState, BidView
from app.kernel.errors import DomainError, NotFound, TooMany
from app.kernel.ids import parse_code
from app.web import clock
from app.web.fields import show_refusal
from app.web.htmx import go_to, render, wants_fragment


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    one = "/bids/<code>"
    bp.add_url_rule("/bids", view_func=index)
    bp.add_url_rule(one, view_func=show)
    bp.add_url_rule(f"{one}/raise", view_func=raise_bid, methods=["POST"])
    bp.add_url_rule(f"{one}/withdraw", view_func=withdraw, methods=["POST"])


@signed_in
def index() -> Response:
    """List the driver's bids: the undecided ones first, and how the others ended."""
    now, user_id = clock.now(), signed_in_person().id
    bids = tuple(ShownBid.of(each, now) for each in service.bids_of(user_id, now))
    pending = tuple(each for each in bids if each.bid.is_pending)
    wishes = service.follows_of(user_id)
    tag = tag_of(bids, wishes)
    if not wants_fragment():
        service.mark_seen(user_id)
    return unless_unchanged(
        tag,
        lambda: render(
            "auctions/index.html",
            fragment="auctions/_bids.html",
            active_tab="bookings",
            pending=pending,
            wishes=tuple(each for each in wishes if each.is_active),
            decided=tuple(each for each in bids if not each.bid.is_pending),
            poll_s=poll_s((each.bid.decides_at for each in pending), now),
            ptag=tag,
        ),
    )


@signed_in
def show(code: str) -> Response:
    """Show one bid to its bidder: how it stands now, or how it ended and why."""
    return _show(_bid(code), clock.now())


@signed_in
def raise_bid(code: str) -> Response:
    """Set another maximum, or say beside the field why not."""
    bid, now, form = _bid(code), clock.now(), RaiseForm(formdata=request.form)

    def change() -> None:
        amount = form.amount(bid.currency)
        is_less = amount < bid.maximum_minor
        use_case = service.lower_bid if is_less else service.raise_bid
        use_case(bidder_id=bid.bidder_id, code=bid.code, maximum_minor=amount, now=now)

    return _act(bid, change, form, now, "Your maximum is changed.")


@signed_in
def withdraw(code: str) -> Response:
    """Take the bid back, or say why that is not possible any more."""
    bid, now, form = _bid(code), clock.now(), RaiseForm(formdata=None)

    def change() -> None:
        service.withdraw(bidder_id=bid.bidder_id, code=bid.code, now=now)

    return _act(bid, change, form, now, "Your bid is withdrawn.")


def _act(
    bid: BidView,
    change: Callable[[], None],
    form: RaiseForm,
    now: datetime,
    done: str,
) -> Response:
    try:
        count_bid(bid.bidder_id, now)
        change()
    except NotFound:
        raise
    except DomainError as refusal:
        show_refusal(form, refusal)
        return _show(_bid(bid.code), now, form, refusal)
    flash(done, "success")
    return go_to(url_for("auctions.show", code=bid.code))


def _bid(code: str) -> BidView:
    known = parse_code(code)
    if known is None:
        raise NotFound
    return service.bid_for(signed_in_person().id, known)


def _show(
    bid: BidView,
    now: datetime,
    form: RaiseForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    shown = ShownBid.of(bid, now)
    if wants_fragment() and request.method == "GET":
        others = _others(bid, now)
        tag = tag_of(shown, others)
        is_new = request.args.get("shown") != shown.actions_key
        return unless_unchanged(
            tag, lambda: _render(shown, others, now, RaiseForm(formdata=None), is_new)
        )
    empty = RaiseForm(formdata=None)
    response = _render(shown, _others(bid, now), now, form or empty, False, refusal)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return response


def _others(bid: BidView, now: datetime) -> tuple[NextBest, ...]:
    """Return what a driver who did not get the time may want instead."""
    return next_best(bid, now) if _is_lost(bid) else ()


def _is_lost(bid: BidView) -> bool:
    return bid.state in {BidState.LOST, BidState.DROPPED}


def _render(
    shown: ShownBid,
    others: tuple[NextBest, ...],
    now: datetime,
    form: RaiseForm,
    oob: bool,
    refusal: DomainError | None = None,
) -> PageResponse:
    is_post = request.method == "POST"
    return render(
        "auctions/show.html",
        fragment="auctions/_bid_actions.html" if is_post else "auctions/_bid.html",
        status=refusal.status if refusal else 200,
        active_tab="bookings",
        shown=shown,
        bid=shown.bid,
        form=form,
        others=others,
        nearby_url=search_near(shown.bid, now) if _is_lost(shown.bid) else None,
        poll_s=poll_s((shown.bid.decides_at,), now),
        ptag=tag_of(shown, others),
        oob=oob,
    )
