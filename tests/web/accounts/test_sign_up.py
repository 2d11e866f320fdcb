"""Signing up and confirming the address, through a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts import service
from app.accounts.events import (
    KnownPersonRegistered,
    PasswordResetAsked,
    PersonRegistered,
)
from app.accounts.service import Person
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.heard import listen
from tests.support.people import PASSWORD, SignIn, make_person

NEW = {
    "display_name": "Ada",
    "email": "Ada@Example.org",
    "password": "green kettle lamp",
}


def browser(app: Flask) -> CheckedClient:
    return CheckedClient(app, app.response_class, use_cookies=True)


def test_signing_up_and_opening_the_link_logs_the_same_browser_in(
    app: Flask, client: CheckedClient
) -> None:
    mails = listen(app, PersonRegistered)

    answer = client.post("/register?next=/u/K7Q2M6XW4T", data=NEW)
    notice = client.get(answer.location)
    link = f"/verify/{mails[0].token}?next={mails[0].next_path}"
    shown = client.get(link)
    confirmed = client.post(link)

    assert answer.location == "/verify?next=/u/K7Q2M6XW4T"
    assert "Ada@Example.org" in notice.text
    assert "Is this your address?" in shown.text
    assert confirmed.location == "/u/K7Q2M6XW4T"
    assert "ada@example.org" in client.get("/account").text


def test_opening_the_link_by_get_confirms_nothing(
    app: Flask, client: CheckedClient
) -> None:
    mails = listen(app, PersonRegistered)
    client.post("/register", data=NEW)

    client.get(f"/verify/{mails[0].token}")

    with app.app_context():
        person = service.find_by_email("ada@example.org")
    assert person
    assert not person.is_verified


def test_on_another_device_the_link_asks_for_the_password_first(
    app: Flask, client: CheckedClient
) -> None:
    mails = listen(app, PersonRegistered)
    client.post("/register?next=/host", data=NEW)
    phone = browser(app)
    link = f"/verify/{mails[0].token}?next=/host"

    sent_away = phone.get(link)
    posted = phone.post(link)
    back = phone.post(
        sent_away.location,
        data={"email": NEW["email"], "password": NEW["password"]},
    )
    confirmed = phone.post(back.location)

    assert sent_away.location.startswith("/login?next=/verify/")
    assert posted.location.startswith("/login?next=/verify/")
    assert back.location == link
    assert confirmed.location == "/host"


def test_a_link_of_somebody_else_is_not_confirmed_by_who_is_logged_in(
    app: Flask, client: CheckedClient, nell: Person, sign_in: SignIn
) -> None:
    mails = listen(app, PersonRegistered)
    client.post("/register", data=NEW)
    other = browser(app)
    sign_in(nell, other)

    answer = other.post(f"/verify/{mails[0].token}")

    assert "another account" in answer.text
    with app.app_context():
        person = service.find_by_email("ada@example.org")
    assert person
    assert not person.is_verified


def test_signing_up_with_a_known_address_looks_the_same_and_mails_its_owner(
    app: Flask, client: CheckedClient, hx: HtmxClient, hanna: Person
) -> None:
    known = listen(app, KnownPersonRegistered)
    fresh = listen(app, PersonRegistered)

    taken = client.post("/register", data={**NEW, "email": hanna.email})
    taken_hx = hx.post("/register", data={**NEW, "email": hanna.email})
    free = browser(app).post("/register", data=NEW)

    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    assert taken_hx.headers["HX-Redirect"] == free.location
    assert [mail.email for mail in known] == [hanna.email] * 2
    assert [mail.email for mail in fresh] == ["ada@example.org"]
    assert "Send it again" in client.get("/verify").text


def test_signing_up_again_never_replaces_the_password_of_an_open_account(
    app: Flask, client: CheckedClient, now: datetime
) -> None:
    resets = listen(app, PasswordResetAsked)
    with app.app_context():
        make_person("Ada", email="ada@example.org", now=now, is_verified=False)

    client.post("/register", data=NEW)
    answer = client.post(
        "/login", data={"email": NEW["email"], "password": NEW["password"]}
    )

    assert answer.status_code == 422
    assert [mail.email for mail in resets] == ["ada@example.org"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("email", "ada", "Please give an e-mail address"),
        ("email", "ada@example", "Please give an e-mail address"),
        ("email", "a\nb@example.org", "Please give an e-mail address"),
        ("display_name", "", "Please fill this in."),
        ("display_name", " ", "Please give a name that others see."),
        ("display_name", "A" * 81, "at most 80 characters"),
        ("password", "short", "at least 8 characters"),
        ("password", "password", "among the first that anybody tries"),
        ("password", "a" * 129, "at most 128 characters"),
        ("password", "", "Please fill this in."),
    ],
)
def test_a_sign_up_that_cannot_be_says_why_at_the_field(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    field: str,
    value: str,
    reason: str,
) -> None:
    mails = listen(app, PersonRegistered)

    page = client.post("/register", data={**NEW, field: value})
    fragment = hx.post("/register", data={**NEW, field: value})

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert reason in page.text
    assert f'id="{field}-error"' in fragment.text
    assert mails == []


def test_a_link_dies_after_three_days_with_an_explanation(
    app: Flask,
    client: CheckedClient,
    now: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    mails = listen(app, PersonRegistered)
    client.post("/register", data=NEW)
    set_clock(now + timedelta(days=3))

    shown = client.get(f"/verify/{mails[0].token}")
    posted = client.post(f"/verify/{mails[0].token}")

    assert (shown.status_code, posted.status_code) == (404, 404)
    assert "too old" in shown.text


def test_a_forged_link_is_refused(client: CheckedClient) -> None:
    answer = client.get("/verify/WyJ2ZXJpZnkiXQ.AAAA")

    assert answer.status_code == 404
    assert "does not work" in answer.text


def test_the_mail_is_sent_again_five_times_an_hour_at_most(
    app: Flask, client: CheckedClient
) -> None:
    mails = listen(app, PersonRegistered)
    client.post("/register", data=NEW)

    answers = [client.post("/verify/resend").status_code for _ in range(5)]

    assert answers == [303] * 4 + [429]
    assert len(mails) == 5


def test_sending_again_tells_nothing_about_a_taken_address(
    app: Flask, client: CheckedClient, hx: HtmxClient, hanna: Person
) -> None:
    mails = listen(app, PersonRegistered)
    client.post("/register", data={**NEW, "email": hanna.email})
    hx.post("/register", data=NEW)

    taken = client.post("/verify/resend")
    free = hx.post("/verify/resend")

    assert taken.location == free.headers["HX-Redirect"]
    assert [mail.email for mail in mails] == ["ada@example.org"] * 2


def test_somebody_unconfirmed_may_look_but_is_kindly_stopped_at_a_guarded_page(
    app: Flask, client: CheckedClient, now: datetime, sign_in: SignIn
) -> None:
    with app.app_context():
        ada = make_person("Ada", now=now, is_verified=False)
    sign_in(ada, client)

    looking = client.get("/host")
    stopped = client.get("/host/chargers/new")
    notice = client.get(stopped.location)

    assert looking.status_code == 200
    assert stopped.location == "/verify?next=/host/chargers/new"
    assert ada.email in notice.text
    assert "Send it again" in notice.text


def test_a_confirmed_person_passes_through_the_notice(
    client: CheckedClient, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    assert client.get("/verify?next=/host").location == "/host"


def test_an_old_password_is_not_shown_back(client: CheckedClient) -> None:
    answer = client.post("/register", data={**NEW, "email": "x", "password": PASSWORD})

    assert PASSWORD not in answer.text


def test_a_stranger_who_asks_for_the_mail_again_gets_none(
    app: Flask, client: CheckedClient
) -> None:
    mails = listen(app, PersonRegistered)

    answer = client.post("/verify/resend")

    assert answer.status_code == 303
    assert mails == []
