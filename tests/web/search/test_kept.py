"""Saving a search: one press on the results, and the page that lists them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.search import alerts
from app.search.keeping import keep
from app.search.service.kept import CHECK_EVERY, KeptSearch
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn, make_person
from tests.web.search.asking import address
from tests.web.search.keeping import FRIDAY, searches


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger in Berlin, always open."""
    with app.app_context():
        return make_charger(hanna, now=now)


@pytest.fixture
def kept_one(app: Flask, dario: Person, charger: Charger, now: datetime) -> KeptSearch:
    """Dario's saved search for Friday evenings, checked for the first time."""
    with app.app_context():
        search = keep(user_id=dario.id, address=address(**FRIDAY), name="", now=now)
        alerts.tick(now=now)
        return search


def test_the_results_offer_to_save_and_one_press_does(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    dario: Person,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)
    page = client.get(address(**FRIDAY)).text
    found = re.search(r'name="search" value="([^"]+)"', page)
    assert found is not None

    response = client.post("/searches", data={"search": found[1].replace("&amp;", "&")})

    (search,) = searches(app, dario)
    assert response.status_code == 303
    assert response.headers["Location"] == f"/searches#search-{search.id}"
    assert search.name == "Friday 18–23, 2 h near Berlin"
    listed = client.get("/searches").text
    assert "Friday 18–23, 2 h near Berlin" in listed
    assert "The day moves on" in listed


def test_htmx_saves_beside_the_results_and_renames_there(
    app: Flask, hx: HtmxClient, charger: Charger, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, hx)

    saved = hx.post("/searches", data={"search": address(**FRIDAY)})
    (search,) = searches(app, dario)
    renamed = hx.post(
        f"/searches/{search.id}/name", data={"name": "After work", "beside": "results"}
    )

    for response in (saved, renamed):
        assert response.status_code == 200
        assert response.text.startswith('<div id="save-search"')
    assert 'value="After work"' in renamed.text
    assert searches(app, dario)[0].name == "After work"


def test_a_visitor_is_asked_to_log_in_and_comes_back_to_the_search(
    client: CheckedClient, charger: Charger
) -> None:
    page = client.get(address()).text

    assert 'action="/searches"' not in page
    found = re.search(r'href="/login\?next=([^"]+)">(?:(?!</a>).)*Log in to save', page)
    assert found is not None
    assert unquote(found[1]).startswith("/?lat=52.5384")
    for path in ("/searches", "/searches/1"):
        assert client.get(path).headers["Location"].startswith("/login")


def test_what_cannot_be_saved_is_refused_in_words(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    charger: Charger,
    dario: Person,
    sign_in: SignIn,
) -> None:
    for browser in (client, hx):
        sign_in(dario, browser)
        for wrong in ("/", "", address(lat="91"), address(radius_km="-1"), "x" * 5000):
            response = browser.post("/searches", data={"search": wrong})

            assert response.status_code == 422
            assert "role=" in response.text

    assert searches(app, dario) == ()


def test_the_twenty_first_is_refused_with_what_to_do(
    app: Flask, hx: HtmxClient, charger: Charger, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, hx)
    for number in range(1, 21):
        assert (
            hx.post(
                "/searches", data={"search": address(radius_km=str(number))}
            ).status_code
            == 200
        )

    response = hx.post("/searches", data={"search": address(radius_km="30")})

    assert response.status_code == 422
    assert "Please delete one first." in response.text


def test_nothing_kept_yet_says_how_to_begin(
    client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)

    page = client.get("/searches").text

    assert "No saved search yet" in page


def test_opening_a_saved_search_goes_to_its_results_and_makes_news_old(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    dario: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
    set_clock: Callable[[datetime], None],
    now: datetime,
) -> None:
    sign_in(dario, client)
    with app.app_context():
        make_charger(hanna, now=now)
        alerts.tick(now=now + CHECK_EVERY)
    set_clock(now + timedelta(days=1))
    with_news = client.get("/searches").text
    ahead = client.get(f"/searches/{kept_one.id}", headers={"Sec-Purpose": "prefetch"})
    still = searches(app, dario)[0].news

    response = client.get(f"/searches/{kept_one.id}")

    assert "1 new since yesterday" in with_news
    assert (ahead.status_code, still) == (302, 1)
    assert response.headers["Location"] == kept_one.url
    assert searches(app, dario)[0].news == 0


def test_what_is_over_or_waits_for_a_confirmed_address_says_so(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    sign_in: SignIn,
    now: datetime,
) -> None:
    times = {"from": "2026-06-10T18:00", "to": "2026-06-10T20:00"}
    filters = {
        "plug": "IEC_62196_T2",
        "min_kw": "11",
        "max_price": "0.6",
        "max_total": "9",
        "instant": "1",
    }
    with app.app_context():
        sam = make_person("Sam", now=now, is_verified=False)
        keep(user_id=sam.id, address=address(**times), name="Once", now=now)
        keep(user_id=sam.id, address=address(**filters), name="Cheap", now=now)
        alerts.tick(now=now + timedelta(days=1))
    sign_in(sam, client)

    page = client.get("/searches").text

    assert "Its time has passed" in page
    assert "as soon as your e-mail address is confirmed" in page
    for fact in (
        "Type 2",
        "11 kW or more",
        "up to 0.60 per kWh",
        "up to 9.00 in total",
        "book at once",
    ):
        assert fact in page


def test_the_account_leads_to_the_saved_searches(
    client: CheckedClient, dario: Person, kept_one: KeptSearch, sign_in: SignIn
) -> None:
    sign_in(dario, client)

    assert 'href="/searches"' in client.get("/account").text
