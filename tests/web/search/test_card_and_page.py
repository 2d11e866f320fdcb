"""A price in the list is the price on the page that its card opens."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.pricing.domain import Tariff
from tests.support.checked_client import CheckedClient
from tests.support.factories_auctions import set_plan
from tests.support.factories_bookings import make_car
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.search.asking import address, island

FRIDAY = {"from": "2026-06-12T18:00", "to": "2026-06-12T20:00"}
_CARD = re.compile(
    r'<article class="card card--link charger".*?<h2 class="card-title"><a href="(.*?)"'
    r'.*?<p class="charger-price"><strong>(.*?)</strong>',
    re.DOTALL,
)
_LIKELY = re.compile(r'<p class="likely">.*?<b>(.*?)</b>', re.DOTALL)


@pytest.fixture
def _chargers(app: Flask, hanna: Person, now: datetime) -> tuple[Charger, ...]:
    """Chargers with a price of energy, of time as well, slow ones and auctioned."""
    by_time = Tariff(
        currency="EUR", energy_milli_per_kwh=20_000, time_milli_per_hour=300_000
    )
    with app.app_context():
        plain = make_charger(hanna, now=now)
        slow = make_charger(
            hanna,
            now=now,
            tariff=by_time,
            max_length_min=180,
            connectors=plain.connectors,
        )
        auctioned = make_charger(hanna, now=now, buffer_min=30)
        week = [100_000 + 1_000 * hour for hour in range(168)]
        set_plan(
            auctioned,
            now=now,
            reserve=[each // 2 for each in week],
            book_now=week,
            by_lead={120: 400_000},
            currency="EUR",
        )
    return plain, slow, auctioned


@pytest.fixture
def driver(
    app: Flask, client: CheckedClient, dario: Person, sign_in: SignIn
) -> CheckedClient:
    """Dario's browser; his car is known."""
    with app.app_context():
        make_car(dario)
    sign_in(dario, client)
    return client


def _cards(text: str) -> Iterator[tuple[str, str]]:
    """Yield the address and the total of each card."""
    for url, total in _CARD.findall(text):
        yield html.unescape(url), total


@pytest.mark.usefixtures("_chargers")
@pytest.mark.parametrize(
    "wish",
    [{}, {"kwh": "20"}, {"kwh": "50"}, {"soc_from": "35", "soc_to": "78"}],
    ids=["usual", "20 kWh", "50 kWh", "percent"],
)
@pytest.mark.parametrize(
    "time",
    [{}, FRIDAY, {"when": "now"}],
    ids=["any time", "friday", "now"],
)
def test_the_total_of_a_card_is_the_likely_one_of_its_page(
    driver: CheckedClient, wish: dict[str, str], time: dict[str, str]
) -> None:
    response = driver.get(address(**wish, **time))

    cards = list(_cards(response.text))
    pages = [driver.get(url).text for url, _ in cards]
    likely = [found[1] for page in pages if (found := _LIKELY.search(page))]
    assert len(cards) >= 2
    assert likely == [total for _, total in cards]


@pytest.mark.usefixtures("_chargers")
def test_a_pin_opens_the_same_page_as_the_card(driver: CheckedClient) -> None:
    response = driver.get(address(kwh="20"))

    drawn = island(response)
    times, points = drawn["times"], drawn["points"]
    assert isinstance(times, list)
    assert isinstance(points, list)
    pins = [
        f"/chargers/{row[0]}?{times[row[6] if len(row) > 6 else 0]}" for row in points
    ]
    assert pins == [url for url, _ in _cards(response.text)]
    assert all("cap_kwh=20" in url and "from=" in url for url in pins)


@pytest.mark.usefixtures("_chargers")
def test_a_visitor_who_wishes_pays_at_most_what_the_card_says(
    client: CheckedClient,
) -> None:
    cards = list(_cards(client.get(address(kwh="20", **FRIDAY)).text))

    pages = [client.get(url).text for url, _ in cards]
    most = [re.findall(r'<p class="price-amount">(.*?)</p>', page) for page in pages]
    assert len(cards) == 3
    assert most == [[total] for _, total in cards]


@pytest.mark.usefixtures("_chargers")
def test_a_card_says_where_it_is_not_the_whole_charge(driver: CheckedClient) -> None:
    text = driver.get(address(kwh="40", **FRIDAY)).text

    assert "22 of 40 kWh" in text
