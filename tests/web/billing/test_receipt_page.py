"""The receipt on screen, on paper, and as the bytes behind its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.metering import service as metering
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import SignIn
from tests.support.plugs import Plug, make_plug


@pytest.fixture
def plug(app: Flask, hanna: Person, dario: Person, now: datetime) -> Iterator[Plug]:
    with app.app_context():
        yield make_plug(app, hanna, dario, now=now)


def test_the_receipt_prints_registers_lines_promise_and_hash(
    client: CheckedClient, plug: Plug, sign_in: SignIn
) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012, "UNPLUGGED")
    sign_in(plug.driver, client)

    answer = client.get(f"/receipts/{plug.booking.code}")

    assert answer.status_code == 200
    for words in (
        "Hanna",
        "Dario",
        "38.012 kWh",
        "43.012 kWh",
        "5.000 kWh",
        "5 kWh × €0.39 per kWh",
        "2 h × €1.00 per hour",
        "€3.95",
        "at most €10.58",
        "You pay €6.63 less.",
        "The car was unplugged.",
        "Wed 10 Jun, 12:01–12:31",
        "not verified for trade",
    ):
        assert words in answer.text, words
    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.sha256 in answer.text
    assert "was changed" not in answer.text


def test_the_sealed_bytes_have_the_printed_hash(
    client: CheckedClient, plug: Plug, sign_in: SignIn
) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012)
    sign_in(plug.driver, client)

    answer = client.get(f"/receipts/{plug.booking.code}.json")

    assert answer.mimetype == "application/json"
    digest = hashlib.sha256(answer.data).hexdigest()
    assert digest in client.get(f"/receipts/{plug.booking.code}").text


def test_a_charge_of_nothing_prints_no_bill(
    client: CheckedClient, plug: Plug, sign_in: SignIn
) -> None:
    asked = plug.opens()
    plug.after(minutes=15)
    plug.stops(asked, 38_050, "NO_ENERGY")
    sign_in(plug.driver, client)

    answer = client.get(f"/receipts/{plug.booking.code}")

    assert "No energy, no bill" in answer.text
    assert "<span>Total</span><span>€0.00</span>" in answer.text


def test_an_end_by_silence_says_when_the_last_reading_was(
    client: CheckedClient, plug: Plug, sign_in: SignIn
) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.at(plug.booking.ends_at + timedelta(hours=7), online=False)
    metering.tick(now=plug.now)
    sign_in(plug.driver, client)

    answer = client.get(f"/receipts/{plug.booking.code}")

    assert "The box fell silent; its last reading counts." in answer.text
    assert "Last reading" in answer.text
    assert "Wed 10 Jun, 12:31" in answer.text
    assert asked.session_code


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_nell_finds_neither_receipt_nor_record(
    client: CheckedClient,
    hx: HtmxClient,
    plug: Plug,
    nell: Person,
    sign_in: SignIn,
    suffix: str,
) -> None:
    asked = plug.opens()
    plug.stops(asked, 39_000)
    for browser in (client, hx):
        sign_in(nell, browser)

        answer = browser.get(f"/receipts/{plug.booking.code}{suffix}")

        assert answer.status_code == 404


def test_before_the_end_there_is_no_receipt(
    client: CheckedClient, plug: Plug, sign_in: SignIn
) -> None:
    plug.opens()
    sign_in(plug.driver, client)

    answer = client.get(f"/receipts/{plug.booking.code}")

    assert answer.status_code == 404
    assert "There is no receipt for this booking yet." in answer.text


def test_a_visitor_is_sent_to_log_in(client: CheckedClient, plug: Plug) -> None:
    answer = client.get(f"/receipts/{plug.booking.code}")

    assert answer.status_code == 303
    assert "/login?next=/receipts/" in answer.headers["Location"]
