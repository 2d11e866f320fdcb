"""What the form of a wish starts with, and what a wish that leads nowhere says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import buy, evening, make_bid
from tests.support.people import SignIn
from tests.web.auctions.conftest import WISH


def test_a_wish_that_leads_nowhere_says_how_each_charger_stands(
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
        buy(other, evening(18, 20), now=NOW)
        make_bid(nell, charger, 18, 20, 900, now=NOW)
        service.move_all(now=NOW)
        (wish,) = service.follows_of(dario.id)

    page = client.get(f"/follow/{wish.code}").get_data(as_text=True)

    assert "No place leads right now" in page
    assert "Booked then" in page
    assert re.search(r"€[0-9.]+ right now for", page)
    assert "9.00" not in page


def test_a_wish_that_leads_tells_nothing_of_the_other_chargers(
    app: Flask, client: CheckedClient, charger: Charger, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    client.post("/follow", data={**WISH, "charger": str(charger.id)})
    with app.app_context():
        (wish,) = service.follows_of(dario.id)

    page = client.get(f"/follow/{wish.code}").get_data(as_text=True)

    assert "Your chargers right now" not in page


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (NOW, "2026-06-10"),
        (NOW.replace(hour=15, minute=59), "2026-06-10"),
        (NOW.replace(hour=16, minute=0), "2026-06-11"),
    ],
)
def test_a_new_wish_starts_with_the_next_evening_there(
    browser: CheckedClient,
    charger: Charger,
    set_clock: Callable[[datetime], None],
    at: datetime,
    day: str,
) -> None:
    set_clock(at)

    page = browser.get(f"/follow?charger={charger.id}").get_data(as_text=True)

    assert f'value="{day}T18:00"' in page
    assert f'value="{day}T22:00"' in page


def test_adding_a_charger_empties_its_field_and_keeps_the_times(
    browser: CheckedClient, charger: Charger, other: Charger
) -> None:
    path = f"/follow?charger={charger.id}&add={other.code}&from=2026-06-12T07:00"

    page = browser.get(path).get_data(as_text=True)

    (field,) = re.findall(r'<input[^>]*name="add"[^>]*>', page)
    assert other.code not in field
    assert 'value="2026-06-12T07:00"' in page
    assert 'T18:00"' not in page
    # A morph would leave the typed address where it stands.
    (button,) = re.findall(r"<button[^>]*hx-include[^>]*>", page)
    assert 'hx-swap="outerHTML"' in button
