"""Forgotten and changed passwords, through a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts import service
from app.accounts.events import PasswordChanged, PasswordResetAsked, PersonRegistered
from app.accounts.service import Person
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.heard import listen
from tests.support.people import PASSWORD, SignIn, make_person

NEW_PASSWORD = "green kettle lamp"


def test_a_forgotten_password_is_replaced_by_a_mailed_link_and_old_log_ins_die(
    app: Flask, client: CheckedClient, hx: HtmxClient, dario: Person, sign_in: SignIn
) -> None:
    mails, changed = listen(app, PasswordResetAsked), listen(app, PasswordChanged)
    sign_in(dario, hx)

    client.post("/forgot", data={"email": "Dario@PLUGBID.test"})
    page = client.get(f"/reset/{mails[0].token}")
    answer = client.post(f"/reset/{mails[0].token}", data={"password": NEW_PASSWORD})

    assert page.status_code == 200
    assert answer.status_code == 303
    assert client.get("/account").status_code == 200
    assert hx.get("/account").headers["HX-Redirect"].startswith("/login")
    assert [event.email for event in changed] == [dario.email]


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(
    client: CheckedClient, hx: HtmxClient, dario: Person
) -> None:
    known = client.post("/forgot", data={"email": dario.email})
    unknown = client.post("/forgot", data={"email": "nobody@plugbid.test"})
    fragment = hx.post("/forgot", data={"email": "nobody@plugbid.test"})

    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(dario.email, "X") == unknown.text.replace(
        "nobody@plugbid.test", "X"
    )
    assert fragment.text.lstrip().startswith('<div id="forgot-sent"')


def test_a_link_for_a_new_password_works_once_and_for_one_hour(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    now: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    mails = listen(app, PasswordResetAsked)
    client.post("/forgot", data={"email": dario.email})
    client.post("/forgot", data={"email": dario.email})
    first, second = (f"/reset/{mail.token}" for mail in mails)
    client.post(first, data={"password": NEW_PASSWORD})

    again = client.post(first, data={"password": "another green kettle"})
    overtaken = client.get(second)
    client.post("/forgot", data={"email": dario.email})
    set_clock(now + timedelta(hours=1))
    late = client.get(f"/reset/{mails[2].token}")

    assert [again.status_code, overtaken.status_code, late.status_code] == [404] * 3
    assert "was used" in again.text
    assert "too old" in late.text


def test_a_link_that_confirms_an_address_sets_no_password(
    app: Flask, client: CheckedClient
) -> None:
    mails = listen(app, PersonRegistered)
    client.post(
        "/register",
        data={
            "display_name": "Ada",
            "email": "a@example.org",
            "password": NEW_PASSWORD,
        },
    )

    answer = client.get(f"/reset/{mails[0].token}")

    assert answer.status_code == 404


def test_a_new_password_that_is_too_easy_is_refused_at_the_field(
    app: Flask, client: CheckedClient, hx: HtmxClient, dario: Person
) -> None:
    mails = listen(app, PasswordResetAsked)
    client.post("/forgot", data={"email": dario.email})
    link = f"/reset/{mails[0].token}"

    page = client.post(link, data={"password": "short"})
    fragment = hx.post(link, data={"password": dario.email})

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert "at least 8 characters" in page.text
    assert 'id="password-error"' in fragment.text
    assert fragment.text.lstrip().startswith('<form id="reset-form"')


def test_the_mailed_link_also_confirms_the_address(
    app: Flask, client: CheckedClient, now: datetime
) -> None:
    mails = listen(app, PasswordResetAsked)
    with app.app_context():
        owner = service.find_or_create_owner(
            email="stations@example.org", display_name="Stations", now=now
        )
    client.post("/forgot", data={"email": owner.email})

    client.post(f"/reset/{mails[0].token}", data={"password": NEW_PASSWORD})

    with app.app_context():
        assert service.get_person(owner.id).is_verified


def test_an_imported_owner_cannot_be_taken_over_by_signing_up(
    app: Flask, client: CheckedClient, now: datetime
) -> None:
    mails = listen(app, PasswordResetAsked)
    with app.app_context():
        owner = service.find_or_create_owner(
            email="stations@example.org", display_name="Stations", now=now
        )

    client.post(
        "/register",
        data={
            "display_name": "Mallory",
            "email": owner.email,
            "password": NEW_PASSWORD,
        },
    )
    answer = client.post(
        "/login", data={"email": owner.email, "password": NEW_PASSWORD}
    )

    assert answer.status_code == 422
    assert len(mails) == 1


def test_asking_for_links_is_limited_for_each_mailbox(
    client: CheckedClient, hx: HtmxClient
) -> None:
    answers = [
        client.post("/forgot", data={"email": "nobody@plugbid.test"}).status_code
        for _ in range(6)
    ]
    fragment = hx.post("/forgot", data={"email": "nobody@plugbid.test"})

    assert answers == [200] * 5 + [429]
    assert fragment.status_code == 429


def test_an_odd_address_is_refused_at_the_field(
    client: CheckedClient, hx: HtmxClient
) -> None:
    page = client.post("/forgot", data={"email": "dario"})
    empty = hx.post("/forgot", data={"email": ""})

    assert (page.status_code, empty.status_code) == (422, 422)
    assert 'id="email-error"' in page.text
    assert 'id="email-error"' in empty.text


@pytest.mark.parametrize("kind", ["client", "hx"])
def test_a_changed_password_keeps_this_browser_and_ends_the_others(
    request: pytest.FixtureRequest,
    app: Flask,
    kind: str,
    dario: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    other = CheckedClient(app, app.response_class, use_cookies=True)
    sign_in(dario, browser)
    sign_in(dario, other)

    answer = browser.post(
        "/account/password", data={"current": PASSWORD, "password": NEW_PASSWORD}
    )

    assert answer.status_code in (303, 204)
    assert "/login" not in (browser.get("/account").location or "")
    assert (other.get("/account").location or "").startswith("/login")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"current": "wrong", "password": NEW_PASSWORD}, "current"),
        ({"current": PASSWORD, "password": "short"}, "password"),
        ({"current": "", "password": NEW_PASSWORD}, "current"),
    ],
)
def test_a_password_is_not_changed_without_the_current_one_or_to_an_easy_one(
    client: CheckedClient,
    hx: HtmxClient,
    dario: Person,
    sign_in: SignIn,
    data: dict[str, str],
    field: str,
) -> None:
    sign_in(dario, client)
    sign_in(dario, hx)

    page = client.post("/account/password", data=data)
    fragment = hx.post("/account/password", data=data)

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert f'id="{field}-error"' in page.text
    assert f'id="{field}-error"' in fragment.text
    assert client.get("/account").status_code == 200


def test_the_current_password_cannot_be_guessed_without_end(
    client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    data = {"current": "wrong", "password": NEW_PASSWORD}

    answers = [
        client.post("/account/password", data=data).status_code for _ in range(11)
    ]

    assert answers == [422] * 10 + [429]


def test_an_unconfirmed_person_sees_how_to_confirm_on_the_account_page(
    app: Flask, client: CheckedClient, now: datetime, sign_in: SignIn
) -> None:
    with app.app_context():
        sign_in(make_person("Ada", now=now, is_verified=False), client)

    assert "not confirmed" in client.get("/account").text


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_a_name_is_changed(
    request: pytest.FixtureRequest,
    kind: str,
    status: int,
    dario: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(dario, browser)

    answer = browser.post("/account/name", data={"display_name": "  Dario  R. "})

    assert answer.status_code == status
    assert "Dario R." in browser.get("/account").text


@pytest.mark.parametrize("name", ["", "x" * 81, "a\u202eb", "\x00"])
def test_a_name_that_cannot_be_is_refused_at_the_field(
    client: CheckedClient, hx: HtmxClient, dario: Person, sign_in: SignIn, name: str
) -> None:
    sign_in(dario, client)
    sign_in(dario, hx)

    page = client.post("/account/name", data={"display_name": name})
    fragment = hx.post("/account/name", data={"display_name": name})

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert 'id="display_name-error"' in page.text
    assert fragment.text.lstrip().startswith('<form id="name-form"')
