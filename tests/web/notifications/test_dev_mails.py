"""The page with the mails of an installation that sends none."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Flask

from tests.support.checked_client import CheckedClient, HtmxClient

NEW = {
    "display_name": "Ada <b>",
    "email": "ada@example.org",
    "password": "green kettle lamp",
}


def test_the_link_in_the_mail_of_a_sign_up_can_be_clicked_and_works(
    client: CheckedClient,
) -> None:
    client.post("/register?next=/u/K7Q2M6XW4T", data=NEW)

    page = client.get("/dev/mails").text
    (link,) = re.findall(r'href="(/verify/[^"]+)"', page)
    answer = client.post(link)

    assert "Please confirm your e-mail address" in page
    assert "Hello Ada &lt;b&gt;," in page
    assert answer.location == "/u/K7Q2M6XW4T"


def test_the_link_for_a_new_password_works(client: CheckedClient) -> None:
    client.post("/register", data=NEW)
    client.post("/forgot", data={"email": NEW["email"]})

    page = client.get("/dev/mails").text
    (link,) = re.findall(r'href="(/reset/[^"]+)"', page)

    assert client.get(link).status_code == 200


def test_the_mails_of_known_addresses_and_changed_passwords_are_written(
    client: CheckedClient, hx: HtmxClient
) -> None:
    client.post("/register", data=NEW)
    (confirm,) = re.findall(r'href="(/verify/[^"]+)"', client.get("/dev/mails").text)
    client.post(confirm)
    hx.post("/register", data=NEW)
    client.post(
        "/account/password",
        data={"current": NEW["password"], "password": "another kettle"},
    )

    page = client.get("/dev/mails").text

    assert "You already have an account" in page
    assert "Your password was changed" in page


def test_the_page_says_so_when_there_is_no_mail(client: CheckedClient) -> None:
    assert "No mail yet" in client.get("/dev/mails").text


def test_an_installation_that_sends_mail_or_is_public_shows_none(
    app: Flask, client: CheckedClient
) -> None:
    settings = app.extensions["plugbid_settings"]
    answers = []

    for change in ({"mode": "production"}, {"smtp_url": "smtp://127.0.0.1:1"}):
        app.extensions["plugbid_settings"] = replace(settings, **change)
        answers.append(client.get("/dev/mails").status_code)

    assert answers == [404, 404]


def test_pages_point_to_the_kept_mails_only_where_they_are_shown(
    app: Flask, client: CheckedClient
) -> None:
    settings = app.extensions["plugbid_settings"]
    client.post("/register", data=NEW)

    shown = client.get("/verify").text
    app.extensions["plugbid_settings"] = replace(settings, smtp_url="smtp://x")
    hidden = client.get("/verify").text

    assert 'href="/dev/mails"' in shown
    assert "/dev/mails" not in hidden
