"""Describing a charger, new and stored, through a browser."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.schedules.domain import OpeningException, OpeningRule
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.factories_owners import charger_fields
from tests.support.people import SignIn, make_person

NEW = "/host/chargers/new"


def chargers_of(app: Flask, person: Person) -> tuple[Charger, ...]:
    with app.app_context():
        return chargers.chargers_of(person.id)


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_hanna_lists_a_charger_with_hours_and_prices(
    request: pytest.FixtureRequest,
    app: Flask,
    kind: str,
    status: int,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(hanna, browser)
    fields = charger_fields(
        **{
            "open-6-0-from": "09:00",
            "open-6-0-to": "12:00",
            "open-6-1-from": "14:00",
            "open-6-1-to": "00:00",
            "except-0-date": "2026-12-24",
            "except-0-kind": "CLOSED",
            "except-1-date": "2026-06-12",
            "except-1-kind": "OPEN",
            "except-1-from": "10:00",
            "except-1-to": "16:30",
            "except-1-reason": "Home office",
            "except-2-date": "",
            "energy_price": "0,385",
        }
    )

    answer = browser.post(NEW, data=fields)

    assert answer.status_code == status
    (charger,) = chargers_of(app, hanna)
    target = answer.location or answer.headers.get("HX-Redirect")
    assert target == f"/host/chargers/{charger.id}"
    assert (charger.name, charger.time_zone) == ("Hanna's driveway", "Europe/Berlin")
    assert charger.connectors[0].max_power_w == 11000
    with app.app_context():
        opening = schedules.opening_of(charger.id)
        tariff = pricing.tariff_of(charger.id)
    assert opening.rules == (
        OpeningRule(1, 1080, 480),
        OpeningRule(6, 540, 720),
        OpeningRule(6, 840, 1440),
    )
    assert opening.exceptions == (
        OpeningException(date(2026, 6, 12), "OPEN", 600, 990, "Home office"),
        OpeningException(date(2026, 12, 24), "CLOSED", 0, 1440, ""),
    )
    assert (tariff.energy_milli_per_kwh, tariff.time_milli_per_hour) == (38500, 100000)
    assert browser.get(f"/host/chargers/{charger.id}").status_code == 200


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("add-plug", 'name="plug-1-standard"'),
        ("add-window:1", 'name="open-1-1-from"'),
        ("add-date", 'name="except-0-date"'),
        ("preset:2", 'name="open-5-0-to" id="open-5-0-to" value="17:00"'),
        ("copy-monday", 'name="open-7-0-to" id="open-7-0-to" value="08:00"'),
    ],
)
def test_the_small_buttons_change_the_rows_and_store_nothing(
    app: Flask,
    browsers: tuple[CheckedClient, HtmxClient],
    hanna: Person,
    button: str,
    expected: str,
) -> None:
    fields = charger_fields(change=button, name="")

    answers = [browser.post(NEW, data=fields) for browser in browsers]

    for answer in answers:
        assert answer.status_code == 200
        assert expected in answer.text
    assert chargers_of(app, hanna) == ()


def test_rows_are_removed_by_their_buttons(
    browsers: tuple[CheckedClient, HtmxClient],
) -> None:
    fields = charger_fields(
        **{
            "plug-1-standard": "DOMESTIC_F",
            "plug-1-format": "SOCKET",
            "plug-1-power_type": "AC_1_PHASE",
            "plug-1-max_power_w": "2.3",
            "open-1-1-from": "10:00",
            "open-1-1-to": "12:00",
            "except-0-date": "2026-06-12",
        }
    )
    client, hx = browsers

    no_plug = client.post(NEW, data={**fields, "change": "drop-plug:0"}).text
    no_window = hx.post(NEW, data={**fields, "change": "drop-window:1:0"}).text
    no_date = client.post(NEW, data={**fields, "change": "drop-date:0"}).text

    assert 'value="2.3"' in no_plug
    assert "plug-1-standard" not in no_plug
    assert 'name="open-1-0-from" id="open-1-0-from" value="10:00"' in no_window
    assert "except-0-date" not in no_date


@pytest.mark.parametrize(
    "button",
    ["", "x", "preset:9", "preset:x", "drop-plug:7", "drop-window:9:1", "add-window:0"],
)
def test_an_odd_button_breaks_nothing(
    browsers: tuple[CheckedClient, HtmxClient], button: str
) -> None:
    fields = charger_fields(change=button, name="")

    assert {browser.post(NEW, data=fields).status_code for browser in browsers} <= {
        200,
        422,
    }


def test_the_time_zone_follows_the_country_where_it_has_only_one(
    app: Flask, browsers: tuple[CheckedClient, HtmxClient], hanna: Person
) -> None:
    client, hx = browsers

    austria = client.post(NEW, data=charger_fields(time_zone="", country_code="AT"))
    states = hx.post(NEW, data=charger_fields(time_zone="", country_code="US"))

    assert austria.status_code == 303
    assert chargers_of(app, hanna)[0].time_zone == "Europe/Vienna"
    assert states.status_code == 422
    assert 'id="time_zone-error"' in states.text


def test_a_new_form_suggests_the_country_of_the_browser(
    browsers: tuple[CheckedClient, HtmxClient],
) -> None:
    page = browsers[0].get(NEW, headers={"Accept-Language": "en-GB,en;q=0.9"})

    assert '<option selected value="GB">' in page.text
    assert 'value="Europe/London"' in page.text
    assert '<option selected value="GBP">' in page.text


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_hanna_changes_her_charger(
    request: pytest.FixtureRequest,
    app: Flask,
    now: datetime,
    kind: str,
    status: int,
    hanna: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(hanna, browser)
    with app.app_context():
        charger = make_charger(hanna, now=now, min_length_min=75)
    path = f"/host/chargers/{charger.id}/edit"

    shown = browser.get(path).text
    fields = charger_fields(
        name="New name", energy_price="0.45", latitude="52.6", min_length_min="75"
    )
    answer = browser.post(path, data=fields)

    assert "1 h 15 min" in shown
    assert 'value="52.538400"' in shown
    assert 'value="0.39"' in shown
    assert 'value="1.00"' in shown
    assert answer.status_code == status
    (changed,) = chargers_of(app, hanna)
    assert (changed.name, changed.min_length_min) == ("New name", 75)
    assert changed.latitude == 52.6
    assert changed.code == charger.code
    with app.app_context():
        assert pricing.tariff_of(charger.id).energy_milli_per_kwh == 45000
        assert schedules.opening_of(charger.id).rules == (OpeningRule(1, 1080, 480),)


def test_a_refused_change_leaves_the_charger_as_it_was(
    app: Flask,
    now: datetime,
    browsers: tuple[CheckedClient, HtmxClient],
    hanna: Person,
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)
        opening = schedules.opening_of(charger.id)
    path = f"/host/chargers/{charger.id}/edit"

    page, fragment = (
        browser.post(path, data=charger_fields(name="X", energy_price="-1"))
        for browser in browsers
    )
    button = browsers[0].post(path, data=charger_fields(name="X", change="preset:0"))

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert button.status_code == 200
    assert chargers_of(app, hanna) == (charger,)
    with app.app_context():
        assert schedules.opening_of(charger.id) == opening


@pytest.mark.parametrize("suffix", ["", "/edit", "/delete"])
def test_nell_may_not_see_or_change_the_charger_of_hanna(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    now: datetime,
    hanna: Person,
    nell: Person,
    sign_in: SignIn,
    suffix: str,
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now)
    path = f"/host/chargers/{charger.id}{suffix}"
    for browser in (client, hx):
        sign_in(nell, browser)

        assert browser.get(path).status_code == 404
        if suffix:
            data = charger_fields(confirm="y", codes="")
            assert browser.post(path, data=data).status_code == 404
    assert chargers_of(app, hanna) == (charger,)


def test_an_unconfirmed_person_may_not_list_a_charger(
    app: Flask, client: CheckedClient, hx: HtmxClient, now: datetime, sign_in: SignIn
) -> None:
    with app.app_context():
        ada = make_person("Ada", now=now, is_verified=False)
    sign_in(ada, client)
    sign_in(ada, hx)

    page = client.post(NEW, data=charger_fields())
    fragment = hx.post(NEW, data=charger_fields())

    assert page.location.startswith("/verify")
    assert fragment.headers["HX-Redirect"].startswith("/verify")
    assert chargers_of(app, ada) == ()


def test_a_visitor_is_sent_to_log_in_first(client: CheckedClient) -> None:
    assert client.get(NEW).location == "/login?next=/host/chargers/new"


def test_a_form_without_the_token_of_the_page_is_refused(
    app: Flask, client: CheckedClient, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    answer = client.post(NEW, data=charger_fields(), csrf=False)

    assert answer.status_code == 400
    assert chargers_of(app, hanna) == ()


def test_the_whole_form_and_its_buttons_go_to_the_page_itself(
    browsers: tuple[CheckedClient, HtmxClient],
) -> None:
    page = browsers[0].get(NEW).text

    assert f'action="{NEW}" hx-post="{NEW}"' in page
    assert page.count(f'hx-post="{NEW}"') > 10
