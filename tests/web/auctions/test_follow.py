"""Follow me: one maximum over several chargers and a window of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain.rules import GRACE_S
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import make_bid
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.auctions.conftest import WISH, landing_of


def test_the_form_offers_the_chargers_of_its_address(
    browser: CheckedClient, charger: Charger, other: Charger
) -> None:
    page = browser.get(f"/follow?charger={charger.id}&charger={other.id}&charger=x")

    text = page.get_data(as_text=True)
    assert charger.name.replace("'", "&#39;") in text
    assert "Garage next door" in text
    assert text.count('type="checkbox"') == 2


def test_a_charger_is_added_by_its_address_or_its_code(
    browser: CheckedClient, charger: Charger, other: Charger
) -> None:
    path = f"/follow?charger={charger.id}"

    by_address = browser.get(f"{path}&add=https://x.test/chargers/{other.id}?a=b")
    by_code = browser.get(f"{path}&add={other.code}")
    unknown = browser.get(f"{path}&add=nothing")

    assert "Garage next door" in by_address.get_data(as_text=True)
    assert "Garage next door" in by_code.get_data(as_text=True)
    assert unknown.status_code == 422
    assert "no such charger" in unknown.get_data(as_text=True)


def test_a_wish_places_one_bid_at_the_best_place(
    app: Flask, browser: CheckedClient, charger: Charger, other: Charger, dario: Person
) -> None:
    answer = browser.post(
        "/follow", data={**WISH, "charger": [str(charger.id), str(other.id)]}
    )

    with app.app_context():
        (wish,) = service.follows_of(dario.id)
        (bid,) = service.bids_of(dario.id, NOW)
    assert landing_of(answer) == f"/follow/{wish.code}"
    assert bid.charger_id == other.id
    page = browser.get(f"/follow/{wish.code}").get_data(as_text=True)
    assert "Following for you" in page
    assert "Garage next door" in page
    listed = browser.get("/bids").get_data(as_text=True)
    assert "2 h at one of 2 chargers" in listed


def test_the_same_form_twice_makes_one_wish(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    data = {**WISH, "charger": str(charger.id)}

    first, second = (browser.post("/follow", data=data) for _ in range(2))

    assert landing_of(first) == landing_of(second)
    with app.app_context():
        assert len(service.follows_of(dario.id)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"charger": []}, "at least one charger"),
        ({"from": "2026-06-10T18:07"}, "on the quarter hour"),
        ({"to": "2026-06-10T18:00"}, "after the start"),
        ({"to": "2026-06-12T18:00"}, "at most 24 hours"),
        ({"to": "2026-06-10T19:00"}, "shorter than the time you want"),
        ({"length": "121"}, "one of the lengths"),
        ({"length": "lots"}, "one of the lengths"),
        ({"maximum": "NaN"}, "give a number"),
        ({"maximum": "1e30"}, "give a number"),
        ({"currency": "USD"}, "EUR"),
        ({"key": ""}, "reload the page"),
    ],
)
def test_a_bad_wish_is_422_with_the_reason_and_stores_nothing(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    dario: Person,
    change: dict[str, object],
    words: str,
) -> None:
    data = {**WISH, "charger": [str(charger.id)], **change}

    answer = browser.post("/follow", data=data)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422, text
    assert re.search(rf'role="alert">.*{re.escape(words)}', text, re.DOTALL), text
    with app.app_context():
        assert not service.follows_of(dario.id)
        assert not service.bids_of(dario.id, NOW)


def test_a_wish_can_be_taken_back_with_its_bid(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    browser.post("/follow", data={**WISH, "charger": str(charger.id)})
    with app.app_context():
        (wish,) = service.follows_of(dario.id)

    answer = browser.post(f"/follow/{wish.code}/withdraw")

    assert landing_of(answer) == f"/follow/{wish.code}"
    assert "You withdrew this wish" in browser.get(f"/follow/{wish.code}").get_data(
        as_text=True
    )
    with app.app_context():
        (bid,) = service.bids_of(dario.id, NOW)
        assert not bid.is_pending


def test_nell_may_not_see_or_end_darios_wish(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)
    client.post("/follow", data={**WISH, "charger": str(charger.id)})
    with app.app_context():
        (wish,) = service.follows_of(dario.id)
    sign_in(nell, client)

    assert client.get(f"/follow/{wish.code}").status_code == 404
    assert client.post(f"/follow/{wish.code}/withdraw").status_code == 404
    with app.app_context():
        assert service.follows_of(dario.id)[0].is_active


def test_the_bid_of_a_wish_is_changed_through_the_wish(
    app: Flask, client: CheckedClient, charger: Charger, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    client.post("/follow", data={**WISH, "charger": str(charger.id)})
    with app.app_context():
        (bid,) = service.bids_of(dario.id, NOW)

    answer = client.post(f"/bids/{bid.code}/raise", data={"maximum": "9"})

    assert answer.status_code == 422
    assert "several chargers" in answer.get_data(as_text=True)


def test_an_outbid_wish_that_moved_shows_its_new_place(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    other: Charger,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)
    data = {**WISH, "to": "2026-06-10T20:00", "charger": [charger.id, other.id]}
    client.post("/follow", data=data)
    with app.app_context():
        make_bid(nell, other, 18, 20, 900, now=NOW)
        service.move_all(now=NOW)
        (wish,) = service.follows_of(dario.id)

    page = client.get(f"/follow/{wish.code}").get_data(as_text=True)

    assert wish.bid is not None
    assert wish.bid.charger_id == charger.id
    assert f"/bids/{wish.bid.code}" in page
    assert "you are leading" in page


def test_a_leading_wish_cannot_be_taken_back_after_ten_minutes(
    app: Flask,
    browser: CheckedClient,
    charger: Charger,
    dario: Person,
    set_clock: Callable[[datetime], None],
) -> None:
    browser.post("/follow", data={**WISH, "charger": str(charger.id)})
    with app.app_context():
        (wish,) = service.follows_of(dario.id)
    set_clock(NOW + timedelta(seconds=GRACE_S))

    answer = browser.post(f"/follow/{wish.code}/withdraw")

    assert answer.status_code == 409
    assert "others count on it" in answer.get_data(as_text=True)
    with app.app_context():
        assert service.follows_of(dario.id)[0].is_active


def test_a_charger_without_a_price_cannot_be_followed(
    app: Flask, browser: CheckedClient, hanna: Person, dario: Person
) -> None:
    with app.app_context():
        bare = make_charger(hanna, now=NOW, tariff=None)

    answer = browser.post("/follow", data={**WISH, "charger": str(bare.id)})

    assert answer.status_code == 422
    assert "not set a price" in answer.get_data(as_text=True)
    with app.app_context():
        assert not service.follows_of(dario.id)
