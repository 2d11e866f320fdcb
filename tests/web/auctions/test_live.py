"""Pages of bids that ask for news: cheap, quick at the end, and then quiet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions.domain.rules import GRACE_S
from tests.conftest import NOW
from tests.support.checked_client import HtmxClient
from tests.support.factories_auctions import EVENING, decide
from tests.support.people import SignIn
from tests.web.auctions.conftest import Bid

GATE = EVENING - timedelta(hours=2)
SetClock = Callable[[datetime], None]


def test_an_unchanged_bid_costs_an_empty_304_and_a_change_is_told(
    hx: HtmxClient, bid_for: Bid, dario: Person, nell: Person, sign_in: SignIn
) -> None:
    mine = bid_for(dario, maximum_minor=219)
    sign_in(dario, hx)
    tag = hx.get(f"/bids/{mine.code}").headers["HX-PTag"]

    again = hx.get(f"/bids/{mine.code}", headers={"HX-PTag": tag})
    bid_for(nell, maximum_minor=437)
    changed = hx.get(f"/bids/{mine.code}", headers={"HX-PTag": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200
    assert "You are outbid" in changed.get_data(as_text=True)


def test_the_list_too_answers_304_while_nothing_changed(
    hx: HtmxClient, bid_for: Bid, dario: Person, sign_in: SignIn
) -> None:
    bid_for(dario)
    sign_in(dario, hx)
    tag = hx.get("/bids").headers["HX-PTag"]

    assert hx.get("/bids", headers={"HX-PTag": tag}).status_code == 304


def test_a_poll_leaves_the_form_alone_until_other_buttons_are_due(
    hx: HtmxClient,
    bid_for: Bid,
    dario: Person,
    sign_in: SignIn,
    set_clock: SetClock,
) -> None:
    mine = bid_for(dario)
    sign_in(dario, hx)
    first = hx.get(f"/bids/{mine.code}").get_data(as_text=True)
    poll = first.split('hx-get="')[1].split('"')[0]

    calm = hx.get(poll).get_data(as_text=True)
    set_clock(NOW + timedelta(seconds=GRACE_S))
    later = hx.get(poll).get_data(as_text=True)

    assert "bid-actions" in first
    assert "bid-actions" not in calm
    assert 'hx-swap-oob="true"' in later


@pytest.mark.parametrize(("before_s", "every"), [(61, "5s"), (60, "1s"), (1, "1s")])
def test_the_page_asks_every_second_in_the_last_minute(
    hx: HtmxClient,
    bid_for: Bid,
    dario: Person,
    sign_in: SignIn,
    set_clock: SetClock,
    before_s: int,
    every: str,
) -> None:
    mine = bid_for(dario)
    sign_in(dario, hx)
    set_clock(GATE - timedelta(seconds=before_s))

    page = hx.get(f"/bids/{mine.code}").get_data(as_text=True)

    assert f'hx-trigger="every {every}"' in page


def test_a_decided_bid_is_asked_for_no_more(
    app: Flask,
    hx: HtmxClient,
    bid_for: Bid,
    dario: Person,
    sign_in: SignIn,
    set_clock: SetClock,
) -> None:
    mine = bid_for(dario)
    sign_in(dario, hx)
    with app.app_context():
        decide(now=GATE)
    set_clock(GATE)

    page = hx.get(f"/bids/{mine.code}").get_data(as_text=True)

    assert "hx-trigger" not in page.split('id="bid-actions"')[0]
