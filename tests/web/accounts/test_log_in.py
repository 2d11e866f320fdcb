"""Logging in and out through a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.service import Person
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import PASSWORD, SignIn

WRONG = "The e-mail address or the password is not right."


def log_in(
    client: FlaskClient, email: str, password: str, path: str = "/login"
) -> TestResponse:
    return client.post(path, data={"email": email, "password": password})


def test_a_plain_browser_logs_in_and_goes_back_to_where_it_came_from(
    client: CheckedClient, dario: Person
) -> None:
    answer = log_in(client, dario.email, PASSWORD, "/login?next=/u/K7Q2M6XW4T")

    assert answer.status_code == 303
    assert answer.location == "/u/K7Q2M6XW4T"
    assert client.get("/account").status_code == 200


def test_htmx_logs_in_by_a_redirect_header(hx: HtmxClient, dario: Person) -> None:
    answer = log_in(hx, dario.email, PASSWORD)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%00",
    ],
)
def test_next_never_leads_to_another_site(
    client: CheckedClient, dario: Person, target: str
) -> None:
    answer = log_in(client, dario.email, PASSWORD, f"/login?next={target}")

    assert answer.location == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("dario@plugbid.test", "wrong"),
        ("nobody@plugbid.test", PASSWORD),
        ("not an address", PASSWORD),
    ],
)
def test_a_refused_log_in_says_the_same_whatever_was_wrong(
    client: CheckedClient, hx: HtmxClient, dario: Person, email: str, password: str
) -> None:
    page = log_in(client, email, password)
    fragment = log_in(hx, email, password)

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert WRONG in page.text
    assert WRONG in fragment.text
    assert "<!doctype" in page.text
    assert fragment.text.lstrip().startswith('<form id="login-form"')


def test_an_account_is_tried_ten_times_in_a_quarter_of_an_hour_and_then_waits(
    client: CheckedClient,
    dario: Person,
    now: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    tries = [log_in(client, dario.email, "wrong").status_code for _ in range(10)]

    locked = log_in(client, dario.email, PASSWORD)
    set_clock(now + timedelta(minutes=15))
    later = log_in(client, dario.email, PASSWORD)

    assert tries == [422] * 10
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 900
    assert "Too many attempts" in locked.text
    assert later.status_code == 303


def test_an_address_without_an_account_is_limited_just_the_same(
    client: CheckedClient,
) -> None:
    tries = [
        log_in(client, "nobody@plugbid.test", "wrong").status_code for _ in range(11)
    ]

    assert tries == [422] * 10 + [429]


def test_a_network_address_is_limited_across_accounts(client: CheckedClient) -> None:
    tries = [
        log_in(client, f"n{number}@plugbid.test", "wrong").status_code
        for number in range(61)
    ]

    assert tries == [422] * 60 + [429]


def test_a_copied_cookie_is_dead_after_the_log_out(
    app: Flask, client: CheckedClient, dario: Person
) -> None:
    log_in(client, dario.email, PASSWORD)
    cookie = client.get_cookie("plugbid")
    assert cookie
    thief = CheckedClient(app, app.response_class, use_cookies=True)
    thief.set_cookie("plugbid", cookie.value)
    assert thief.get("/account").status_code == 200

    answer = client.post("/logout")

    assert answer.status_code == 303
    thief.set_cookie("plugbid", cookie.value)
    assert thief.get("/account").status_code == 303


def test_the_cookie_of_a_visitor_is_worth_nothing_after_somebody_logs_in_with_it(
    app: Flask, client: CheckedClient, dario: Person
) -> None:
    client.get("/login")
    fixed = client.get_cookie("plugbid")
    assert fixed

    log_in(client, dario.email, PASSWORD)

    attacker = CheckedClient(app, app.response_class, use_cookies=True)
    attacker.set_cookie("plugbid", fixed.value)
    assert attacker.get("/account").status_code == 303
    logged_in = client.get_cookie("plugbid")
    assert logged_in
    assert logged_in.value != fixed.value


def test_a_log_in_ends_after_thirty_days(
    client: CheckedClient,
    dario: Person,
    now: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    log_in(client, dario.email, PASSWORD)

    set_clock(now + timedelta(days=30, seconds=1))

    assert client.get("/account").status_code == 303


def test_htmx_logs_out_by_a_redirect_header(
    hx: HtmxClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, hx)

    answer = hx.post("/logout")

    assert answer.headers["HX-Redirect"] == "/"
    assert hx.get("/account").headers["HX-Redirect"].startswith("/login")


def test_a_visitor_is_sent_to_log_in_and_back(
    client: CheckedClient, hx: HtmxClient
) -> None:
    page = client.get("/account?a=1&b=2")
    fragment = hx.get(
        "/account", headers={"HX-Current-URL": "http://localhost/bookings?x=1"}
    )
    post = client.post("/account/name", headers={"Referer": "http://localhost/account"})
    elsewhere = client.post("/account/name", headers={"Referer": "https://evil.test/x"})

    assert page.location == "/login?next=/account?a%3D1%26b%3D2"
    assert fragment.headers["HX-Redirect"] == "/login?next=/bookings?x%3D1"
    assert post.location == "/login?next=/account"
    assert elsewhere.location == "/login?next=/"


def test_somebody_logged_in_does_not_see_the_log_in_form(
    client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)

    answer = client.get("/login?next=/account")

    assert (answer.status_code, answer.location) == (303, "/account")


@pytest.mark.parametrize("path", ["/login", "/logout", "/register", "/forgot"])
def test_a_post_without_the_token_of_the_page_is_refused(
    app: Flask, client: CheckedClient, path: str
) -> None:
    answer = client.post(path, csrf=False)

    assert answer.status_code == 400


def test_the_log_in_page_keeps_where_to_go_next_in_every_link(
    client: CheckedClient,
) -> None:
    page = client.get("/login?next=/u/K7Q2M6XW4T")

    assert 'action="/login?next=/u/K7Q2M6XW4T"' in page.text
    assert 'href="/register?next=/u/K7Q2M6XW4T"' in page.text
