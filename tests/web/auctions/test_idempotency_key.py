"""A program names its request by a header instead of the form's hidden key."""

from __future__ import annotations

from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient
from tests.web.auctions.conftest import EVENING_FORM, WISH, landing_of


def test_a_header_can_hold_the_key_and_wins_over_the_form(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    path, header = f"/chargers/{charger.id}/bids", {"Idempotency-Key": "a-header"}

    first = browser.post(path, data={**EVENING_FORM, "key": ""}, headers=header)
    again = browser.post(path, data={**EVENING_FORM, "key": "other"}, headers=header)
    changed = browser.post(path, data={**EVENING_FORM, "maximum": "9"}, headers=header)
    long = browser.post(path, data=EVENING_FORM, headers={"Idempotency-Key": "k" * 65})

    assert landing_of(first) == landing_of(again)
    assert (changed.status_code, long.status_code) == (422, 422)
    with app.app_context():
        assert len(service.bids_of(dario.id, NOW)) == 1


def test_a_header_can_hold_the_key_of_a_wish(
    app: Flask, browser: CheckedClient, charger: Charger, dario: Person
) -> None:
    sent = [
        browser.post(
            "/follow",
            data={**WISH, "key": form_key, "charger": str(charger.id)},
            headers={"Idempotency-Key": "from-the-header"},
        )
        for form_key in ("one", "two", "")
    ]

    assert len({landing_of(answer) for answer in sent}) == 1
    with app.app_context():
        assert len(service.follows_of(dario.id)) == 1
