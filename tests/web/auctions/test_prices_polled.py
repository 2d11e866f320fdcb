"""The strip as the open page asks for it again, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import EVENING, make_auction
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.auctions.conftest import Bid

WANTED = "from=2026-06-10T18:00&to=2026-06-10T20:00"
SetClock = Callable[[datetime], None]


@pytest.fixture(params=["plain", "htmx"])
def visitor(
    request: pytest.FixtureRequest, client: CheckedClient, hx: HtmxClient
) -> CheckedClient:
    """Somebody who is not logged in, with a plain browser and with htmx."""
    return hx if request.param == "htmx" else client


def test_an_unchanged_strip_is_an_empty_304_and_a_bid_changes_it(
    hx: HtmxClient, charger: Charger, bid_for: Bid, dario: Person, nell: Person
) -> None:
    path = f"/chargers/{charger.id}/prices?{WANTED}"
    tag = hx.get(path).headers["HX-PTag"]

    again = hx.get(path, headers={"HX-PTag": tag})
    bid_for(dario, maximum_minor=437)
    bid_for(nell, maximum_minor=219)
    changed = hx.get(path, headers={"HX-PTag": tag})

    assert (again.status_code, again.data) == (304, b"")
    text = changed.get_data(as_text=True)
    assert changed.status_code == 200
    assert 'id="prices"' in text
    assert 'id="bid-now" class="stack-s" hx-swap-oob' in text
    assert "<form" not in text


def test_the_strip_alone_is_no_page_of_its_own(
    client: CheckedClient, charger: Charger
) -> None:
    answer = client.get(f"/chargers/{charger.id}/prices")

    assert answer.status_code == 303
    assert answer.location == f"/chargers/{charger.id}/bidding"


def test_the_strip_asks_every_second_in_the_last_minute(
    hx: HtmxClient, charger: Charger, set_clock: SetClock
) -> None:
    path = f"/chargers/{charger.id}/prices?{WANTED}"

    calm = hx.get(path).get_data(as_text=True)
    set_clock(EVENING - timedelta(hours=2, seconds=30))
    last = hx.get(path).get_data(as_text=True)

    assert 'hx-trigger="every 5s"' in calm
    assert 'hx-trigger="every 1s"' in last


def test_my_own_bid_for_the_time_takes_the_place_of_the_form(
    client: CheckedClient,
    charger: Charger,
    bid_for: Bid,
    dario: Person,
    sign_in: SignIn,
) -> None:
    mine = bid_for(dario)
    sign_in(dario, client)

    page = client.get(f"/chargers/{charger.id}/bidding?{WANTED}").get_data(as_text=True)

    assert "Change your bid" in page
    assert f"/bids/{mine.code}" in page
    assert "Leading" in page
    assert 'id="bid-form"' not in page


def test_the_host_is_sent_to_the_order_book(
    client: CheckedClient, charger: Charger, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    page = client.get(f"/chargers/{charger.id}/bidding?{WANTED}").get_data(as_text=True)

    assert f"/host/chargers/{charger.id}/bids" in page
    assert 'id="bid-form"' not in page


def test_inside_the_charger_page_links_change_that_page(
    hx: HtmxClient, charger: Charger
) -> None:
    panel = hx.get(f"/chargers/{charger.id}/bidding?{WANTED}&in=offer").get_data(
        as_text=True
    )

    assert 'hx-target="#offer"' in panel
    assert 'hx-target="#bidding"' not in panel
    assert "Book now" not in panel


def test_a_charger_nobody_has_is_404(client: CheckedClient) -> None:
    assert client.get("/chargers/99/bidding").status_code == 404
    assert client.get("/chargers/99/prices").status_code == 404


def test_a_charger_with_a_fixed_price_has_no_strip(
    app: Flask, hx: HtmxClient, hanna: Person
) -> None:
    with app.app_context():
        fixed = make_charger(hanna, now=NOW)

    assert hx.get(f"/chargers/{fixed.id}/prices").status_code == 404


def test_a_charger_that_is_never_open_offers_no_time(
    app: Flask, client: CheckedClient, hanna: Person
) -> None:
    with app.app_context():
        shut = make_auction(hanna, now=NOW, rules=())

    page = client.get(f"/chargers/{shut.id}/bidding").get_data(as_text=True)

    assert "Nothing is on offer on this day." in page
    assert "Nothing as long is open on this day" in page
    assert "nothing open" in page
