"""An owner's prices through a browser: ask, accept, let it run, go back."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import writing
from app.pricing import service as pricing
from app.pricing.domain.wish import MonthlyProfit
from app.schedules.domain import OpeningRule
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn

Browsers = tuple[CheckedClient, HtmxClient]
WEEKDAYS = tuple(OpeningRule(day, 17 * 60, 23 * 60) for day in range(1, 5))


def fields(**changes: object) -> dict[str, object]:
    """Return what the form sends, with some of it changed."""
    return {
        "electricity_kind": "FLAT",
        "flat_price": "0.27",
        "price_list": "",
        "aim_kind": "MARGIN",
        "margin": "0.05",
        "profit": "",
        "floor": "0.10",
        "ceiling": "3",
        "own_cost": "0",
        "efficiency": "90",
        "gate": "240",
        "button": "ask",
        **changes,
    }


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    with app.app_context():
        return make_charger(hanna, now=now, rules=WEEKDAYS)


@pytest.fixture
def page(charger: Charger) -> str:
    return f"/host/chargers/{charger.id}/pricing"


def shown(answer: TestResponse) -> str:
    """Return the word for the prices on the page, which accepting needs."""
    found = re.search(r'name="shown" value="([0-9a-f]+)"', answer.text)
    assert found
    return found[1]


def as_words(text: str) -> str:
    """Return a page's text without tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_first_look_already_suggests_a_week_of_prices(
    browsers: Browsers, page: str
) -> None:
    for browser in browsers:
        answer = browser.get(page)

        assert answer.status_code == 200
        assert answer.text.count('name="hour"') == 168
        assert answer.text.count("is-closed") == 168 - 4 * 6
        assert "Energy, passed on" in answer.text
    host = page.removesuffix("/pricing")
    assert f'href="{page}"' in browsers[0].get(host).text


def test_a_margin_is_put_on_the_energy(browsers: Browsers, page: str) -> None:
    answer = browsers[0].post(page, data=fields())

    assert answer.status_code == 200
    assert "€0.35 per kWh" in answer.text
    assert "Likely between" in answer.text


def test_htmx_gets_only_the_form(browsers: Browsers, page: str) -> None:
    answer = browsers[1].post(page, data=fields())

    assert answer.text.lstrip().startswith('<form id="pricing-form"')


def test_an_hour_without_a_lowest_price_says_so(browsers: Browsers, page: str) -> None:
    words = as_words(
        browsers[0].post(page, data=fields(floor="0", margin="0.40", hour="18")).text
    )

    assert "no minimum for bids: free" in words
    assert "Mon 18:00–19:00 no minimum for bids" in words
    assert "bids from 0.00" not in words


def test_an_hour_that_is_pressed_says_why(browsers: Browsers, page: str) -> None:
    answer = browsers[0].post(page, data=fields(hour="18"))

    words = as_words(answer.text)
    assert "Mon 18:00–19:00 bids from €" in words
    assert "want this hour, and" in words
    dear, cheap = re.search(
        r"book at once €(\S+) at short notice from €(\S+)", words
    ).groups()
    assert float(cheap) < float(dear)
    closed = as_words(browsers[0].post(page, data=fields(hour="100")).text)
    assert "Fri 04:00–05:00 Closed; open, it should add about €" in closed


@pytest.mark.parametrize("hour", ["168", "-1", "x", "١", "99999"])
def test_an_hour_that_does_not_exist_is_the_dearest_one(
    browsers: Browsers, page: str, hour: str
) -> None:
    answer = browsers[0].post(page, data=fields(hour=hour))

    assert answer.status_code == 200
    assert re.search(
        r"(Mon|Tue|Wed|Thu) (17|18|19|20|21|22):00–", as_words(answer.text)
    )


def test_an_unreachable_profit_names_the_most_and_what_to_open(
    browsers: Browsers, page: str
) -> None:
    answer = browsers[0].post(page, data=fields(aim_kind="PROFIT", profit="500"))

    words = as_words(answer.text)
    assert answer.status_code == 200
    assert "€500.00 a month is not reachable. At most €" in words
    assert re.search(r"Opening (Fri|Sat|Sun) \d+–\d+ adds most: about €", words)


def test_a_reachable_profit_is_expected(browsers: Browsers, page: str) -> None:
    answer = browsers[0].post(page, data=fields(aim_kind="PROFIT", profit="5"))

    assert "€5.00 a month is reachable. Expect" in as_words(answer.text)


def test_an_accepted_week_is_in_force_as_it_was_shown(
    app: Flask, browsers: Browsers, page: str, charger: Charger
) -> None:
    for browser, button, status in zip(
        browsers, ("accept", "follow"), (303, 204), strict=True
    ):
        word = shown(browser.post(page, data=fields()))

        answer = browser.post(page, data=fields(button=button, shown=word))

        assert answer.status_code == status
        with app.app_context():
            plan = pricing.plan_of(charger.id)
            tariff = pricing.tariff_of(charger.id)
        assert plan
        assert plan.is_automatic == (button == "follow")
        assert plan.gate_min == 240
        assert tariff.energy_milli_per_kwh == 35_000
    words = as_words(browsers[0].get(page).text)
    assert "By auction The prices follow demand by themselves." in words
    assert "In force now: €" in words


def test_what_was_changed_since_is_shown_again_before_it_counts(
    app: Flask, browsers: Browsers, page: str, charger: Charger
) -> None:
    word = shown(browsers[0].post(page, data=fields()))

    changed = fields(button="accept", shown=word, margin="0.15")
    answer = browsers[0].post(page, data=changed)

    assert answer.status_code == 409
    assert "These are the prices for what the form says now." in answer.text
    with app.app_context():
        assert pricing.plan_of(charger.id) is None
    again = {**changed, "shown": shown(answer)}
    assert browsers[0].post(page, data=again).status_code == 303


def test_the_wish_is_there_again_when_the_owner_comes_back(
    app: Flask, browsers: Browsers, page: str, charger: Charger
) -> None:
    wished = fields(
        electricity_kind="BY_TIME",
        aim_kind="PROFIT",
        profit="5",
        **parts_of_the_day(("22", "6", "0.22"), ("6", "22", "0.31")),
    )
    word = shown(browsers[0].post(page, data=wished))
    browsers[0].post(page, data={**wished, "button": "accept", "shown": word})

    text = browsers[0].get(page).text

    assert 'name="span-0-price" value="0.22"' in text
    assert 'value="5.00"' in text
    with app.app_context():
        plan = pricing.plan_of(charger.id)
    assert plan
    assert plan.wish.aim == MonthlyProfit(500)


def test_back_to_one_fixed_price(
    app: Flask, browsers: Browsers, page: str, charger: Charger
) -> None:
    word = shown(browsers[0].post(page, data=fields()))
    browsers[0].post(page, data=fields(button="accept", shown=word))

    answer = browsers[0].post(f"{page}/fixed")

    assert answer.status_code == 303
    with app.app_context():
        assert pricing.plan_of(charger.id) is None
    assert "One fixed price" in browsers[0].get(page).text


def test_a_file_of_hourly_prices_stays_as_text(browsers: Browsers, page: str) -> None:
    lines = "hour;price\n" + "\n".join(f"{hour};0,{hour + 10}" for hour in range(24))

    for browser in browsers:
        upload = {
            "price_file": (io.BytesIO(lines.encode("utf-8-sig")), "prices.csv"),
            **fields(electricity_kind="HOURLY", margin="0"),
        }
        answer = browser.post(page, data=upload, content_type="multipart/form-data")

        assert answer.status_code == 200
        assert re.search(r"<textarea[^>]*>\s*0.10\n0.11\n", answer.text)
        # 19.. 22 hours are open: 0.27 to 0.32, over the efficiency.
        assert "€0.328 per kWh" in answer.text


def parts_of_the_day(*rows: tuple[str, str, str]) -> Mapping[str, object]:
    return {
        f"span-{n}-{name}": value
        for n, row in enumerate(rows)
        for name, value in zip(("from", "to", "price"), row, strict=True)
    }


def test_others_see_nothing_of_it(
    client: CheckedClient, page: str, nell: Person, sign_in: SignIn
) -> None:
    assert client.get(page).status_code == 303
    sign_in(nell, client)

    for answer in (
        client.get(page),
        client.post(page, data=fields()),
        client.post(f"{page}/fixed"),
    ):
        assert answer.status_code == 404


def test_a_wish_in_another_currency_starts_anew(
    app: Flask, browsers: Browsers, page: str, charger: Charger, now: datetime
) -> None:
    word = shown(browsers[0].post(page, data=fields()))
    browsers[0].post(page, data=fields(button="accept", shown=word))
    with app.app_context(), writing() as work:
        dollars = replace(pricing.tariff_of(charger.id), currency="USD")
        pricing.set_tariff_in(work.session, evse_id=charger.id, tariff=dollars, now=now)

    text = browsers[0].get(page).text

    assert "USD per kWh" in text
    assert "One fixed price" in text
