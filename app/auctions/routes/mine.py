"""A driver's own bids: the list, one bid, raising it, taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import signed_in, signed_in_person
from app.auctions import service
from app.auctions.forms import RaiseForm
from app.auctions.routes.bidding import count_bid
from app.auctions.routes.next_best import next_best
from app.auctions.routes.panel import poll_s
from app.auctions.routes.polling import tag_of, unless_unchanged
from app.auctions.routes.words import ShownBid
from app.auctions.service import BidView
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
    response = render(
        "auctions/index.html",
        fragment="auctions/_bids.html",
        active_tab="bookings",
        pending=pending,
        wishes=tuple(each for each in wishes if each.is_active),
        decided=tuple(each for each in bids if not each.bid.is_pending),
        poll_s=poll_s((each.bid.decides_at for each in pending), now),
        ptag=tag,
    )
    if not wants_fragment():
        service.mark_seen(user_id)
    return unless_unchanged(response, tag)


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
    is_poll = wants_fragment() and request.method == "GET"
    tag = tag_of(shown)
    response = render(
        "auctions/show.html",
        fragment="auctions/_bid.html" if is_poll else "auctions/_bid_actions.html",
        status=refusal.status if refusal else 200,
        active_tab="bookings",
        shown=shown,
        bid=bid,
        form=form or RaiseForm(formdata=None),
        others=next_best(bid, now) if bid.state.value in {"LOST", "DROPPED"} else (),
        poll_s=poll_s((bid.decides_at,), now),
        ptag=tag,
        oob=is_poll and request.args.get("shown") != shown.actions_key,
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after_s)
    return unless_unchanged(response, tag) if is_poll else response
