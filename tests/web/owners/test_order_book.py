"""The owner sees which times are bid for, and never what anybody would pay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import EVENING, decide, make_auction, make_bid
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn

GATE = EVENING - timedelta(hours=2)


@pytest.fixture
def auctioned(app: Flask, hanna: Person) -> Charger:
    """Hanna's charger, auctioned at 40 cents an hour at least."""
    with app.app_context():
        return make_auction(hanna, now=NOW)


def test_an_owner_sees_times_and_standing_but_no_maximum_and_no_name(
    app: Flask,
    client: CheckedClient,
    auctioned: Charger,
    hanna: Person,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        make_bid(dario, auctioned, 18, 20, 437, now=NOW)
        make_bid(nell, auctioned, 18, 20, 219, now=NOW)
    sign_in(hanna, client)

    page = client.get(f"/host/chargers/{auctioned.id}/bids").get_data(as_text=True)

    assert page.count("Wed 10 Jun, 18:00–20:00") == 2
    assert "Leading" in page
    assert "Outbid" in page
    # Dario leads at what Nell offers; his own maximum shows nowhere.
    assert "€2.19" in page
    assert "4.37" not in page
    assert "Dario" not in page
    assert "Nell" not in page


def test_after_the_decision_the_owner_sees_what_it_was_sold_for(
    app: Flask,
    client: CheckedClient,
    auctioned: Charger,
    hanna: Person,
    dario: Person,
    sign_in: SignIn,
) -> None:
    with app.app_context():
        make_bid(dario, auctioned, 18, 20, 437, now=NOW)
        decide(now=GATE)
    sign_in(hanna, client)

    page = client.get(f"/host/chargers/{auctioned.id}/bids").get_data(as_text=True)

    assert "Won" in page
    assert "€0.80" in page
    assert "4.37" not in page


def test_without_bids_the_page_says_why_there_are_none(
    app: Flask,
    client: CheckedClient,
    auctioned: Charger,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    sign_in(hanna, client)
    with app.app_context():
        fixed = make_charger(hanna, now=NOW, name="The other one")

    empty = client.get(f"/host/chargers/{auctioned.id}/bids").get_data(as_text=True)
    other = client.get(f"/host/chargers/{fixed.id}/bids").get_data(as_text=True)

    assert "No bids at the moment" in empty
    assert "One fixed price" in other


def test_nell_may_not_see_hannas_order_book(
    client: CheckedClient, auctioned: Charger, nell: Person, sign_in: SignIn
) -> None:
    sign_in(nell, client)

    assert client.get(f"/host/chargers/{auctioned.id}/bids").status_code == 404


def test_the_host_page_leads_to_the_bids(
    client: CheckedClient, auctioned: Charger, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    page = client.get(f"/host/chargers/{auctioned.id}").get_data(as_text=True)

    assert f'href="/host/chargers/{auctioned.id}/bids"' in page
