"""Chargers that cannot be: refused at the field, and nothing is stored."""

from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.service import Charger
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_owners import charger_fields

NEW = "/host/chargers/new"


def chargers_of(app: Flask, person: Person) -> tuple[Charger, ...]:
    with app.app_context():
        return chargers.chargers_of(person.id)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "", "Please fill this in."),
        ("name", "x" * 81, "at most 80 characters"),
        ("address", " ", "Please give an address"),
        ("city", "", "Please fill this in."),
        ("country_code", "XX", "Not a valid choice"),
        ("time_zone", "Europe/Atlantis", "choose a time zone"),
        ("latitude", "", "Please fill this in."),
        ("latitude", "91", "between -90 and 90"),
        ("latitude", "NaN", "Please give degrees"),
        ("latitude", "1e1", "Please give degrees"),
        ("longitude", "-180.5", "between -180 and 180"),
        ("longitude", "inf", "Please give degrees"),
        ("parking_type", "ROOF", "Not a valid choice"),
        ("plug-0-standard", "TESLA_X", "choose a plug"),
        ("plug-0-format", "STRING", "a socket or a cable"),
        ("plug-0-power_type", "STEAM", "choose AC or DC"),
        ("plug-0-power_type", "DC", "carries AC only"),
        ("plug-0-max_power_w", "NaN", "Please give a number"),
        ("plug-0-max_power_w", "-11", "Please give a number"),
        ("plug-0-max_power_w", "0.4", "between 0.5 and"),
        ("plug-0-max_power_w", "101", "between 0.5 and"),
        ("plug-0-max_power_w", "11.0001", "Please give a number"),
        ("currency", "XXX", "Not a valid choice"),
        ("energy_price", "-0.10", "negative"),
        ("energy_price", "NaN", "Please give a number"),
        ("energy_price", "1e9", "Please give a number"),
        ("energy_price", "", "Please fill this in."),
        ("time_price", "Infinity", "Please give a number"),
        ("time_price", "99999", "cannot be right"),
        ("min_length_min", "31", "quarter hour"),
        ("max_length_min", "abc", "Not a valid choice"),
        ("horizon_days", "99", "between 1 and 28"),
        ("access_notes", "x" * 2001, "at most 2000 characters"),
    ],
)
def test_a_charger_that_cannot_be_is_refused_at_the_field_and_nothing_is_stored(
    app: Flask,
    browsers: tuple[CheckedClient, HtmxClient],
    hanna: Person,
    field: str,
    value: str,
    reason: str,
) -> None:
    fields = charger_fields(**{field: value})

    page, fragment = (browser.post(NEW, data=fields) for browser in browsers)

    assert (page.status_code, fragment.status_code) == (422, 422)
    for answer in (page, fragment):
        assert f'id="{field}-error"' in answer.text
        assert reason in answer.text
    assert "<!doctype" in page.text
    assert fragment.text.lstrip().startswith('<form id="charger-form"')
    assert chargers_of(app, hanna) == ()


@pytest.mark.parametrize(
    ("fields", "marked"),
    [
        ({"open-1-0-to": ""}, "open-1-0-error"),
        ({"open-1-0-from": "18:07"}, "open-1-0-error"),
        ({"open-1-0-from": "25:00"}, "open-1-0-error"),
        ({"open-2-0-from": "x", "open-2-0-to": "09:00"}, "open-2-0-error"),
        ({"except-0-date": "2026-02-30"}, "except-0-error"),
        ({"except-0-date": "", "except-0-reason": "Party"}, "except-0-error"),
        ({"except-0-date": "2026-06-12", "except-0-from": "10:00"}, "except-0-error"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_row(
    app: Flask,
    browsers: tuple[CheckedClient, HtmxClient],
    hanna: Person,
    fields: dict[str, str],
    marked: str,
) -> None:
    page, fragment = (
        browser.post(NEW, data=charger_fields(**fields)) for browser in browsers
    )

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert f'id="{marked}"' in page.text
    assert f'id="{marked}"' in fragment.text
    assert chargers_of(app, hanna) == ()


def test_a_charger_that_never_opens_is_refused(
    app: Flask, browsers: tuple[CheckedClient, HtmxClient], hanna: Person
) -> None:
    fields = charger_fields(**{"open-1-0-from": "", "open-1-0-to": ""})

    answers = [browser.post(NEW, data=fields) for browser in browsers]

    for answer in answers:
        assert answer.status_code == 422
        assert "open the charger for some time" in answer.text
    assert chargers_of(app, hanna) == ()


def test_what_was_typed_stays_in_a_refused_form(
    browsers: tuple[CheckedClient, HtmxClient],
) -> None:
    fields = charger_fields(
        name="", house_rules="Shoes <off>", **{"plug-0-max_power_w": "22,2"}
    )

    for browser in browsers:
        text = browser.post(NEW, data=fields).text

        assert "Shoes &lt;off&gt;" in text
        assert 'value="22,2"' in text
        assert 'value="18:00"' in text


def test_all_reasons_are_said_at_once(
    browsers: tuple[CheckedClient, HtmxClient],
) -> None:
    fields = charger_fields(
        name="", energy_price="x", **{"plug-0-max_power_w": "y", "open-1-0-to": ""}
    )

    for browser in browsers:
        text = browser.post(NEW, data=fields).text

        for name in ("name", "energy_price", "plug-0-max_power_w", "open-1-0"):
            assert f'id="{name}-error"' in text


def test_too_many_plugs_are_refused(
    app: Flask, browsers: tuple[CheckedClient, HtmxClient], hanna: Person
) -> None:
    fields = charger_fields()
    for index in range(1, 8):
        for name in ("standard", "format", "power_type", "max_power_w"):
            fields[f"plug-{index}-{name}"] = fields[f"plug-0-{name}"]

    answer = browsers[0].post(NEW, data=fields)

    assert answer.status_code == 422
    assert "at most 6 plugs" in answer.text
    assert chargers_of(app, hanna) == ()


@pytest.mark.parametrize("button", ["copy-monday", "add-date", "add-plug", "preset:1"])
def test_a_button_never_saves_even_where_everything_is_right(
    app: Flask,
    browsers: tuple[CheckedClient, HtmxClient],
    hanna: Person,
    button: str,
) -> None:
    for browser in browsers:
        answer = browser.post(NEW, data=charger_fields(change=button))
        assert answer.status_code == 200

    assert chargers_of(app, hanna) == ()
