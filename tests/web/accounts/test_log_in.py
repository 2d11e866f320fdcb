"""Logging in and out through a browser."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.service import Person
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import PASSWORD, SignIn


def log_in(client: FlaskClient, email: str, password: str, path: str = "/login"):
    return client.post(path, data={"email": email, "password": password})


def test_a_plain_browser_logs_in_and_goes_back_to_where_it_came_from(
    client: CheckedClient, dario: Person
) -> None:
    answer = log_in(client, dario.email, PASSWORD, "/login?next=/u/K7Q2M6XW4T")

    assert answer.status_code == 303
    assert answer.location == "/u/K7Q2M6XW4T"


def test_htmx_logs_in_by_a_redirect_header(hx: HtmxClient, dario: Person) -> None:
    answer = log_in(hx, dario.email, PASSWORD)

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/"
