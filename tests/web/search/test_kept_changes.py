"""Saved searches are renamed, silenced and deleted by whom they belong to."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.search import alerts
from app.search.keeping import keep
from app.search.service import kept
from app.search.service.kept import KeptSearch
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.search.asking import address
from tests.web.search.keeping import FRIDAY, searches


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger in Berlin, always open."""
    with app.app_context():
        return make_charger(hanna, now=now)


@pytest.fixture
def kept_one(app: Flask, dario: Person, charger: Charger, now: datetime) -> KeptSearch:
    """Dario's saved search for Friday evenings, checked for the first time."""
    with app.app_context():
        search = keep(user_id=dario.id, address=address(**FRIDAY), name="", now=now)
        alerts.tick(now=now)
        return search


def test_letters_are_switched_off_and_on_without_javascript_and_with(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    dario: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
) -> None:
    path = f"/searches/{kept_one.id}/alert"
    sign_in(dario, client)
    sign_in(dario, hx)

    plain = client.post(path, data={"on": ""})
    off = searches(app, dario)[0].has_alert
    card = hx.post(path, data={"on": "1"})

    assert plain.status_code == 303
    assert not off
    assert card.text.startswith(
        f'<article class="card stack-s kept" id="search-{kept_one.id}"'
    )
    assert "Alerts on" in card.text
    assert searches(app, dario)[0].has_alert


def test_a_bad_name_is_refused_where_it_was_written(
    client: CheckedClient,
    hx: HtmxClient,
    dario: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
) -> None:
    path = f"/searches/{kept_one.id}/name"
    for browser, root in ((client, "<!doctype html>"), (hx, "<article")):
        sign_in(dario, browser)

        response = browser.post(path, data={"name": " "})

        assert response.status_code == 422
        assert response.text.startswith(root)
        assert "Please give the search a name." in response.text


def test_a_name_is_shown_as_text_whatever_is_in_it(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)

    client.post(
        f"/searches/{kept_one.id}/name", data={"name": "<script>1</script>\x00"}
    )

    assert "&lt;script&gt;1" in client.get("/searches").text


def test_a_saved_search_is_deleted_by_a_button(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)

    response = client.post(f"/searches/{kept_one.id}/delete")

    assert response.status_code == 303
    assert searches(app, dario) == ()


def test_somebody_elses_saved_search_is_not_there(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    nell: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
) -> None:
    sign_in(nell, client)
    path = f"/searches/{kept_one.id}"

    answers = [
        client.get(path),
        client.post(f"{path}/name", data={"name": "Mine"}),
        client.post(f"{path}/alert", data={"on": ""}),
        client.post(f"{path}/delete"),
    ]

    assert [each.status_code for each in answers] == [404] * 4
    assert kept_one.name not in client.get("/searches").text
    assert [each.name for each in searches(app, dario)] == [kept_one.name]


def test_nothing_is_changed_without_the_token_of_the_form(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    kept_one: KeptSearch,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)
    path = f"/searches/{kept_one.id}"

    for target in ("/searches", f"{path}/name", f"{path}/alert", f"{path}/delete"):
        data = {"search": address(), "name": "x"}
        assert client.post(target, data=data, csrf=False).status_code == 400

    (search,) = searches(app, dario)
    assert (search.name, search.has_alert) == (kept_one.name, True)


def test_a_letters_link_stops_the_letters_without_logging_in_once_pressed(
    app: Flask,
    client: CheckedClient,
    dario: Person,
    kept_one: KeptSearch,
    now: datetime,
) -> None:
    with app.app_context():
        path = f"/searches/off/{kept.off_token(kept_one.id, dario.id, now)}"

    asked = client.get(path)
    after_looking = searches(app, dario)[0].has_alert
    without_token = client.post(path, csrf=False)
    pressed = client.post(path)
    again = client.get(path)

    assert "Stop these letters?" in asked.text
    assert after_looking
    assert without_token.status_code == 400
    assert "are off" in pressed.text
    assert "are off" in again.text
    assert not searches(app, dario)[0].has_alert


@pytest.mark.parametrize("token", ["1-", "1-0123", "x", "999999999999-1", "%C3%A9"])
def test_a_made_up_link_stops_nothing(
    app: Flask, client: CheckedClient, dario: Person, kept_one: KeptSearch, token: str
) -> None:
    assert client.get(f"/searches/off/{token}").status_code == 404
    assert client.post(f"/searches/off/{token}").status_code == 404
    assert searches(app, dario)[0].has_alert
