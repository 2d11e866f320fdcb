"""The page behind the code on the label, in a plain browser and with HTMX."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.service import Person
from app.bookings import service as bookings
from app.devices import heartbeat
from app.devices import service as devices
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_bookings import NOON
from tests.support.people import SignIn
from tests.support.plugs import Plug


@pytest.fixture
def url(plug: Plug) -> str:
    return f"/u/{plug.charger.code}"


@pytest.fixture
def browser(client: CheckedClient, plug: Plug, sign_in: SignIn) -> CheckedClient:
    sign_in(plug.driver, client)
    return client


@pytest.fixture
def hx_browser(hx: HtmxClient, plug: Plug, sign_in: SignIn) -> HtmxClient:
    sign_in(plug.driver, hx)
    return hx


def test_a_visitor_sees_the_name_and_the_way_in_and_back(
    client: CheckedClient, plug: Plug, url: str
) -> None:
    answer = client.get(url)

    assert answer.status_code == 200
    assert "Hanna&#39;s driveway" in answer.text
    assert f"/login?next=/u/{plug.charger.code}" in answer.text
    assert plug.charger.address not in answer.text
    assert "<form" not in answer.text.split("<main")[1].split("</main>")[0]


def test_search_engines_are_asked_to_stay_away(client: CheckedClient, url: str) -> None:
    assert "noindex" in client.get(url).headers["X-Robots-Tag"]


@pytest.mark.parametrize("path", ["/u/AAAAAAAAAA", "/u/x", "/u/%00"])
def test_a_code_of_nothing_is_not_found(client: CheckedClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_carelessly_typed_code_leads_to_the_real_one(
    client: CheckedClient, url: str
) -> None:
    answer = client.get(url.lower().replace("/u/", "/u/") + "-")

    assert answer.status_code == 303
    assert answer.headers["Location"] == url


def test_opening_by_a_mere_link_is_impossible(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    answer = browser.get(url)

    assert answer.status_code == 200
    assert "Open the lock" in answer.text
    assert plug.orders("unlock") == []


def test_a_tap_without_a_token_opens_nothing(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    plug.app.config["WTF_CSRF_ENABLED"] = True

    answer = browser.post(url, csrf=False)

    assert answer.status_code == 400
    assert plug.orders("unlock") == []


def test_the_plain_browser_taps_waits_and_is_let_in(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    tapped = browser.post(url)
    waiting = browser.get(url)
    (order,) = plug.orders("unlock")
    plug.box.answers(order["id"], "unlock", lock="UNLOCKED")
    opened = browser.get(url)

    assert tapped.status_code == 303
    assert tapped.headers["Location"] == url
    assert "Opening…" in waiting.text
    assert "Look again" in waiting.text
    assert "<h1>Open</h1>" in opened.text
    assert f"/sessions/{order['arg']['sid']}" in opened.text


def test_with_htmx_the_lock_is_polled_quickly_until_it_is_open(
    hx_browser: HtmxClient, plug: Plug, url: str
) -> None:
    tapped = hx_browser.post(url)
    (order,) = plug.orders("unlock")
    tag = tapped.headers["HX-PTag"]
    unchanged = hx_browser.get(f"{url}/state", headers={"HX-PTag": tag})
    plug.box.answers(order["id"], "unlock", lock="UNLOCKED")
    opened = hx_browser.get(f"{url}/state", headers={"HX-PTag": tag})

    assert tapped.status_code == 200
    assert tapped.text.lstrip().startswith('<div id="unlock-state"')
    assert 'hx-trigger="every 300ms"' in tapped.text
    assert unchanged.status_code == 304
    assert opened.status_code == 200
    assert "<h1>Open</h1>" in opened.text
    assert "hx-trigger" not in opened.text


def test_the_tag_in_the_page_is_the_tag_of_the_answer(
    hx_browser: HtmxClient, url: str
) -> None:
    tapped = hx_browser.post(url)

    assert f'hx-ptag="{tapped.headers["HX-PTag"]}"' in tapped.text


def test_a_refusal_of_the_box_is_said_with_another_try(
    hx_browser: HtmxClient, plug: Plug, url: str
) -> None:
    hx_browser.post(url)
    (order,) = plug.orders("unlock")
    plug.box.answers(order["id"], "unlock", ok=False, why="jammed", lock="JAMMED")

    answer = hx_browser.get(f"{url}/state")

    assert "It did not open" in answer.text
    assert "The lock is stuck" in answer.text
    assert "Try again" in answer.text
    assert "hx-trigger" not in answer.text


def test_too_early_is_told_with_the_local_time(
    browser: CheckedClient, hx: HtmxClient, plug: Plug, url: str, sign_in: SignIn
) -> None:
    sign_in(plug.driver, hx)
    plug.at(NOON - timedelta(minutes=30))

    page = browser.get(url)
    plain = browser.post(url)
    fragment = hx.post(url)

    assert "Wed 10 Jun, 11:50" in page.text
    assert 'hx-trigger="every 5s"' in page.text
    assert plain.status_code == fragment.status_code == 409
    assert "A little early" in plain.text
    assert "<!doctype" in plain.text[:20]
    assert fragment.text.lstrip().startswith('<div id="unlock-state"')
    assert plug.orders("unlock") == []


def test_nell_is_told_the_same_as_anybody_without_a_booking(
    client: CheckedClient, hx: HtmxClient, plug: Plug, nell: Person, sign_in: SignIn
) -> None:
    url = f"/u/{plug.charger.code}"
    sign_in(nell, client)
    sign_in(nell, hx)

    page = client.get(url)
    plain = client.post(url)
    fragment = hx.post(url)

    assert "No booking here" in page.text
    assert f"/chargers/{plug.charger.id}" in page.text
    assert plug.booking.code not in page.text
    assert "Dario" not in page.text
    assert plain.status_code == fragment.status_code == 409
    assert plug.orders("unlock") == []


def test_a_canceled_booking_says_so(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    bookings.cancel(user_id=plug.driver.id, code=plug.booking.code, now=plug.now)

    assert "This booking was canceled" in browser.get(url).text
    assert browser.post(url).status_code == 409


def test_an_offline_box_and_a_dead_broker_are_different_words(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    plug.after(online=False, minutes=5)
    offline = browser.get(url)
    heartbeat.beat(is_connected=False, now=plug.now)
    broker = browser.get(url)

    assert "The box is offline" in offline.text
    assert "No connection to the boxes" in broker.text
    assert 'hx-trigger="every 5s"' in broker.text


def test_a_charger_without_a_box_asks_to_write_to_the_host(
    browser: CheckedClient, plug: Plug, url: str, hanna: Person
) -> None:
    devices.unpair(owner_id=hanna.id, charger_id=plug.charger.id, now=plug.now)

    answer = browser.get(url)

    assert "No box on this charger" in answer.text
    assert "hx-trigger" not in answer.text


def test_a_finished_booking_leads_to_its_receipt(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    asked = plug.opens()
    plug.stops(asked, 39_000)

    answer = browser.get(url)

    assert "This booking is over" in answer.text
    assert f"/receipts/{plug.booking.code}" in answer.text


def test_while_it_runs_the_lock_can_be_opened_again(
    browser: CheckedClient, plug: Plug, url: str
) -> None:
    asked = plug.opens()
    plug.after(minutes=5)

    answer = browser.get(url)

    assert "Open again" in answer.text
    assert f"/sessions/{asked.session_code}" in answer.text


def test_the_state_alone_has_no_page_of_its_own(
    browser: CheckedClient, url: str
) -> None:
    answer = browser.get(f"{url}/state")

    assert answer.status_code == 303
    assert answer.headers["Location"] == url


def test_a_stuck_finger_is_slowed_down(browser: CheckedClient, url: str) -> None:
    answers = [browser.post(url).status_code for _ in range(21)]

    assert answers[-1] == 429
    assert answers[0] == 303
