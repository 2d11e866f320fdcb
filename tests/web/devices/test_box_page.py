"""The owner's page of the box, for a plain browser and for htmx."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.devices import heartbeat, outbox, service
from tests.support import databases
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import FakeBox, make_online_box, state
from tests.support.people import SignIn


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger."""
    with app.app_context():
        return make_charger(hanna, now=now)


@pytest.fixture
def url(charger: Charger) -> str:
    """The page's address."""
    return f"/host/chargers/{charger.id}/box"


@pytest.fixture
def box(app: Flask, charger: Charger, now: datetime) -> FakeBox:
    """A paired box that is online."""
    with app.app_context():
        return make_online_box(app, now=now, evse_id=charger.id)


@pytest.fixture
def host(client: CheckedClient, hanna: Person, sign_in: SignIn) -> CheckedClient:
    """Hanna's plain browser."""
    sign_in(hanna, client)
    return client


@pytest.fixture
def hx_host(hx: HtmxClient, hanna: Person, sign_in: SignIn) -> HtmxClient:
    """Hanna's browser with htmx."""
    sign_in(hanna, hx)
    return hx


def told(box: FakeBox, app: Flask) -> str:
    """Send what waits; return the id of the last command the box was told."""
    with app.app_context():
        outbox.send_due(now=box.now)
    command_id: str = box.hears("cmd")[-1]["id"]
    return command_id


def test_a_charger_without_a_box_offers_to_pair_one(
    host: CheckedClient, url: str
) -> None:
    page = host.get(url).get_data(as_text=True)

    assert "No box yet" in page
    assert "Show a pairing code" in page
    assert "Start a simulated box" in page


def test_the_pairing_code_is_shown_large_with_the_steps(
    host: CheckedClient, url: str, app: Flask, charger: Charger, now: datetime
) -> None:
    answer = host.post(f"{url}/pair")
    page = host.get(url).get_data(as_text=True)

    assert (answer.status_code, answer.location) == (303, url)
    with app.app_context():
        panel = service.panel(owner_id=charger.owner_id, charger_id=charger.id, now=now)
    assert panel.pairing is not None
    code = panel.pairing.code
    assert f'<p class="big-code">{code[:4]}-{code[4:]}</p>' in page
    assert "Good until 10:22" in page
    assert "USB port" in page


def test_htmx_gets_the_panel_with_the_code(hx_host: HtmxClient, url: str) -> None:
    answer = hx_host.post(f"{url}/pair")

    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert page.lstrip().startswith('<div id="box"')
    assert "big-code" in page


def test_a_paired_box_shows_its_live_state(
    host: CheckedClient, url: str, box: FakeBox, app: Flask
) -> None:
    with app.app_context():
        box.says("state", state(lock="UNLOCKED", st="Charging", sid="S1", f=["weld"]))
    page = host.get(url).get_data(as_text=True)

    assert "Online" in page
    assert "Open" in page
    assert "Charging" in page
    assert "0.1.0" in page
    assert "Power stays on after switching off" in page
    assert box.id in page


def test_an_offline_box_is_explained(
    host: CheckedClient,
    url: str,
    box: FakeBox,
    app: Flask,
    now: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    set_clock(now + timedelta(minutes=3))

    page = host.get(url).get_data(as_text=True)
    assert "The link to the boxes is down" in page  # The worker is silent, too.
    assert "Not known now" in page
    assert "Offline" not in page
    with app.app_context():
        heartbeat.beat(is_connected=True, now=now + timedelta(minutes=3))
    page = host.get(url).get_data(as_text=True)

    assert "Offline" in page
    assert "Last heard of 3 min ago" in page


def test_a_link_that_is_down_is_said_at_once(
    host: CheckedClient, url: str, box: FakeBox, app: Flask, now: datetime
) -> None:
    assert "The link to the boxes is down" not in host.get(url).get_data(as_text=True)
    with app.app_context():
        heartbeat.beat(is_connected=False, now=now)

    assert "The link to the boxes is down" in host.get(url).get_data(as_text=True)
    refused = host.post(f"{url}/selftest")
    assert refused.status_code == 503
    assert "Nothing was sent" in refused.get_data(as_text=True)


def test_a_selftest_shows_how_fast_the_lock_moved(
    host: CheckedClient, url: str, box: FakeBox, app: Flask
) -> None:
    assert host.post(f"{url}/selftest").status_code == 303
    assert "The box is moving its lock" in host.get(url).get_data(as_text=True)
    with app.app_context():
        reading = {"dV": 2307, "mA": 0, "dW": 12, "wh": 38_012}
        box.answers(told(box, app), "selftest", res={"lock_ms": 126, "meter": reading})

    page = host.get(url).get_data(as_text=True)

    assert "126 ms" in page
    assert "230.7 V" in page
    assert "1.2 W" in page
    assert "Passed" in page


def test_a_failed_selftest_says_why(
    hx_host: HtmxClient, url: str, box: FakeBox, app: Flask
) -> None:
    assert "moving its lock" in hx_host.post(f"{url}/selftest").get_data(as_text=True)
    with app.app_context():
        box.answers(told(box, app), "selftest", ok=False, why="jammed")

    page = hx_host.get(url).get_data(as_text=True)

    assert "The self-test failed" in page
    assert "The lock did not move" in page


def test_a_selftest_without_an_answer_does_not_spin_for_ever(
    host: CheckedClient,
    url: str,
    box: FakeBox,
    app: Flask,
    now: datetime,
    set_clock: Callable[[datetime], None],
) -> None:
    host.post(f"{url}/selftest")
    told(box, app)
    set_clock(now + timedelta(seconds=20))

    page = host.get(url).get_data(as_text=True)

    assert "The box did not answer" in page
    assert "moving its lock" not in page


def test_nothing_is_sent_while_nothing_changed(
    hx_host: HtmxClient, url: str, box: FakeBox, app: Flask
) -> None:
    first = hx_host.get(url)
    tag = first.headers["HX-PTag"]

    assert hx_host.get(url, headers={"HX-PTag": tag}).status_code == 304
    with app.app_context():
        box.says("state", state(lock="UNLOCKED"))
    changed = hx_host.get(url, headers={"HX-PTag": tag})
    assert changed.status_code == 200
    assert changed.headers["HX-PTag"] != tag


@pytest.mark.parametrize("kind", ["client", "hx"])
def test_a_box_in_a_session_stays_paired(
    request: pytest.FixtureRequest,
    kind: str,
    hanna: Person,
    sign_in: SignIn,
    url: str,
    box: FakeBox,
    app: Flask,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(hanna, browser)
    with app.app_context():
        box.says("state", state(sid="S1"))

    refused = browser.post(f"{url}/unpair")

    assert refused.status_code == 409
    assert "A charging session is running" in refused.get_data(as_text=True)


def test_a_box_is_unpaired(host: CheckedClient, url: str, box: FakeBox) -> None:
    answer = host.post(f"{url}/unpair")

    assert answer.status_code == 303
    assert "No box yet" in host.get(url).get_data(as_text=True)


def test_a_simulated_box_starts_waiting_for_its_first_word(
    host: CheckedClient, url: str
) -> None:
    assert host.post(f"{url}/simulate").status_code == 303
    assert "Waiting for the box" in host.get(url).get_data(as_text=True)


def test_production_offers_no_simulated_box(
    host: CheckedClient, url: str, app: Flask
) -> None:
    settings = app.extensions["plugbid_settings"]
    app.extensions["plugbid_settings"] = databases.settings_for(
        settings.database_url, settings.instance_dir, mode="production"
    )

    assert "simulated" not in host.get(url).get_data(as_text=True)
    assert host.post(f"{url}/simulate").status_code == 404


@pytest.mark.parametrize("kind", ["client", "hx"])
def test_nell_may_not_know_hannas_box(
    request: pytest.FixtureRequest, kind: str, nell: Person, sign_in: SignIn, url: str
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(nell, browser)

    assert browser.get(url).status_code == 404
    for action in ("pair", "selftest", "unpair", "simulate"):
        assert browser.post(f"{url}/{action}").status_code == 404


def test_visitors_are_asked_to_log_in(client: CheckedClient, url: str) -> None:
    assert "/login" in client.get(url).location
    assert "/login" in client.post(f"{url}/pair").location


def test_a_post_without_a_token_changes_nothing(
    host: CheckedClient, url: str, box: FakeBox
) -> None:
    assert host.post(f"{url}/unpair", csrf=False).status_code == 400
    assert box.id in host.get(url).get_data(as_text=True)
