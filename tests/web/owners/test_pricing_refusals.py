"""Wishes that cannot be: each is answered with 422 and the reason at its field."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.pricing import service as pricing
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.web.owners.test_pricing import fields, parts_of_the_day

Browsers = tuple[CheckedClient, HtmxClient]


@pytest.fixture
def page(app: Flask, hanna: Person, now: datetime) -> str:
    with app.app_context():
        charger = make_charger(hanna, now=now)
    return f"/host/chargers/{charger.id}/pricing"


@pytest.mark.parametrize(
    ("field", "changes", "reason"),
    [
        ("flat_price", {"flat_price": ""}, "Please give a number"),
        ("flat_price", {"flat_price": "-0.1"}, "cannot be negative"),
        ("flat_price", {"flat_price": "NaN"}, "Please give a number"),
        ("flat_price", {"flat_price": "1e30"}, "Please give a number"),
        ("flat_price", {"flat_price": "9" * 31}, "more than can be right"),
        ("flat_price", {"flat_price": "5000"}, "cannot be right"),
        ("margin", {"margin": "-1"}, "cannot be negative"),
        ("margin", {"margin": "2000"}, "cannot be right"),
        ("profit", {"aim_kind": "PROFIT"}, "Please give a number"),
        ("profit", {"aim_kind": "PROFIT", "profit": "0"}, "more than nothing"),
        ("profit", {"aim_kind": "PROFIT", "profit": "1e30"}, "Please give a number"),
        ("profit", {"aim_kind": "PROFIT", "profit": "99999999"}, "at most"),
        ("floor", {"floor": "4"}, "cannot be above the highest"),
        ("floor", {"floor": "-4"}, "cannot be negative"),
        ("ceiling", {"ceiling": ""}, "Please give a number"),
        ("ceiling", {"ceiling": "inf"}, "Please give a number"),
        ("own_cost", {"own_cost": "x"}, "Please give a number"),
        ("efficiency", {"efficiency": "ninety"}, "whole percent"),
        ("efficiency", {"efficiency": "0"}, "between 10 and 100"),
        ("efficiency", {"efficiency": "101"}, "between 10 and 100"),
        ("electricity_kind", {"electricity_kind": "COAL"}, "valid choice"),
        ("aim_kind", {"aim_kind": "FAME"}, "valid choice"),
        ("gate", {"gate": "1"}, "valid choice"),
        ("price_list", {"electricity_kind": "HOURLY"}, "The list is empty"),
        (
            "price_list",
            {"electricity_kind": "HOURLY", "price_list": "0.3\n\n0.3"},
            "There are 2 prices",
        ),
        (
            "price_list",
            {"electricity_kind": "HOURLY", "price_list": "0;0.3\n2;0.3"},
            "The hour 1 has no price",
        ),
    ],
)
def test_a_bad_field_is_refused_where_it_stands(
    app: Flask,
    browsers: Browsers,
    page: str,
    field: str,
    changes: dict[str, str],
    reason: str,
) -> None:
    for button in ("ask", "accept", "follow"):
        answer = browsers[0].post(page, data=fields(button=button, **changes))

        assert answer.status_code == 422
        found = re.search(rf'id="{field}-error"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
        assert found, f"no reason at {field}"
        assert reason in found[1]
        assert "Use these prices" not in answer.text
    with app.app_context():
        assert pricing.last_plan_of(int(page.split("/")[3])) is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "The hour from 00:00 has no price."),
        ([("6", "22", "0.3")], "The hour from 00:00 has no price."),
        ([("6", "6", "0.3"), ("7", "8", "0.2")], "The hour from 07:00 has two prices."),
        ([("", "8", "0.2")], "Please choose both hours."),
        ([("25", "8", "0.2")], "Please choose both hours."),
        ([("6", "6", "-1")], "This cannot be negative."),
        ([("6", "6", "NaN")], "Please give a number"),
        ([("6", "6", "100000")], "cannot be right"),
    ],
)
def test_parts_of_the_day_are_refused_where_they_stand(
    browsers: Browsers, page: str, rows: list[tuple[str, str, str]], reason: str
) -> None:
    wished = fields(electricity_kind="BY_TIME", **parts_of_the_day(*rows))

    for browser in browsers:
        answer = browser.post(page, data=wished)

        assert answer.status_code == 422
        assert reason in answer.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"", "The list is empty"),
        (b"0.3\n" * 25, "There are 25 prices"),
        (b"0.3\n" * 450_000, "too long"),
        (b"0.3\nNaN\n", "Line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    browsers: Browsers, page: str, content: bytes, reason: str
) -> None:
    upload = {
        "price_file": (io.BytesIO(content), "prices.csv"),
        **fields(electricity_kind="HOURLY"),
    }

    answer = browsers[0].post(page, data=upload, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert reason in answer.text


def test_an_empty_request_changes_nothing(browsers: Browsers, page: str) -> None:
    for browser in browsers:
        assert browser.post(page, data={}).status_code == 422
