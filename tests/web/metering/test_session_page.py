"""The live session, its buttons, and the scanner's form."""

from __future__ import annotations

import pytest

from app.accounts.service import Person
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import SignIn
from tests.support.plugs import Plug


@pytest.fixture
def browser(client: CheckedClient, plug: Plug, sign_in: SignIn) -> CheckedClient:
    sign_in(plug.driver, client)
    return client


@pytest.fixture
def hx_browser(hx: HtmxClient, plug: Plug, sign_in: SignIn) -> HtmxClient:
    sign_in(plug.driver, hx)
    return hx


def test_the_page_shows_power_energy_cost_and_time_left(
    browser: CheckedClient, plug: Plug
) -> None:
    asked = plug.opens()
    plug.charges(asked, 5_000, minutes=30)

    answer = browser.get(f"/sessions/{asked.session_code}")

    assert answer.status_code == 200
    assert "<h1>Charging</h1>" in answer.text
    assert "11.0 <small>kW" in answer.text
    assert "5.00 <small>kWh" in answer.text
    assert "€3.95" in answer.text
    assert "1:29 <small>h" in answer.text
    assert "of at most" in answer.text
    assert 'value="37" max="100"' in answer.text
    assert 'hx-trigger="every 1s"' in answer.text
    assert "Stop charging" in answer.text
    assert "Look again" in answer.text


def test_a_poll_leaves_the_buttons_alone_until_they_change(
    hx_browser: HtmxClient, plug: Plug
) -> None:
    asked = plug.opens()
    url = f"/sessions/{asked.session_code}"
    first = hx_browser.get(url)
    next_url = first.text.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")

    same = hx_browser.get(next_url)
    plug.stops(asked, 39_000)
    ended = hx_browser.get(next_url)

    assert "session-actions" not in same.text
    assert 'id="session-actions" class="stack" hx-swap-oob="true"' in ended.text
    assert "Stop charging" not in ended.text
    assert "hx-trigger" not in ended.text
    assert f"/receipts/{plug.booking.code}" in ended.text
    assert "The driver stopped charging." in ended.text


def test_stopping_works_in_both_browsers_and_sends_one_command(
    browser: CheckedClient, hx_browser: HtmxClient, plug: Plug
) -> None:
    asked = plug.opens()
    url = f"/sessions/{asked.session_code}/stop"

    plain = browser.post(url)
    fragment = hx_browser.post(url)

    assert plain.status_code == 303
    assert plain.headers["Location"] == f"/sessions/{asked.session_code}"
    assert fragment.status_code == 200
    assert fragment.text.lstrip().startswith('<div id="session-actions"')
    assert "Stopping…" in fragment.text
    assert len(plug.orders("stop")) == 1


def test_locking_again_works_in_both_browsers(
    browser: CheckedClient, hx_browser: HtmxClient, plug: Plug
) -> None:
    asked = plug.opens()
    url = f"/sessions/{asked.session_code}/relock"
    assert "Lock the flap" in browser.get(f"/sessions/{asked.session_code}").text

    assert browser.post(url).status_code == 303
    assert hx_browser.post(url).status_code == 200
    assert len(plug.orders("relock")) == 2


def test_a_box_out_of_reach_is_said_at_the_buttons(
    browser: CheckedClient, hx_browser: HtmxClient, plug: Plug
) -> None:
    asked = plug.opens()
    plug.after(online=False, minutes=4)
    url = f"/sessions/{asked.session_code}"

    page = browser.get(url)
    plain = browser.post(f"{url}/stop")
    fragment = hx_browser.post(f"{url}/stop")

    assert "The box is out of reach" in page.text
    assert plain.status_code == fragment.status_code == 503
    assert "Pull the plug at your car instead." in plain.text
    assert "Pull the plug at your car instead." in fragment.text
    assert "<!doctype" in plain.text[:20]


def test_locking_what_has_ended_is_refused_in_words(
    browser: CheckedClient, plug: Plug
) -> None:
    asked = plug.opens()
    plug.stops(asked, 39_000)

    answer = browser.post(f"/sessions/{asked.session_code}/relock")

    assert answer.status_code == 409
    assert "nothing to lock" in answer.text


@pytest.mark.parametrize("path", ["", "/stop", "/relock"])
def test_nell_finds_nothing(
    client: CheckedClient,
    hx: HtmxClient,
    plug: Plug,
    nell: Person,
    sign_in: SignIn,
    path: str,
) -> None:
    asked = plug.opens()
    for browser in (client, hx):
        sign_in(nell, browser)
        url = f"/sessions/{asked.session_code}{path}"

        answer = browser.post(url) if path else browser.get(url)

        assert answer.status_code == 404
    assert plug.orders("stop") == []


def test_a_visitor_is_sent_to_log_in(client: CheckedClient, plug: Plug) -> None:
    asked = plug.opens()

    answer = client.get(f"/sessions/{asked.session_code}")

    assert answer.status_code == 303
    assert "/login" in answer.headers["Location"]


def test_hanna_watches_and_may_stop_but_not_lock(
    client: CheckedClient, plug: Plug, hanna: Person, sign_in: SignIn
) -> None:
    asked = plug.opens()
    sign_in(hanna, client)

    answer = client.get(f"/sessions/{asked.session_code}")

    assert "Stop charging" in answer.text
    assert "Lock the flap" not in answer.text


def test_a_session_that_never_opened_leads_back_to_the_lock(
    browser: CheckedClient, plug: Plug
) -> None:
    asked = plug.taps()
    plug.answers(asked, ok=False, why="fault", lock="LOCKED")

    answer = browser.get(f"/sessions/{asked.session_code}")

    assert "The lock did not open" in answer.text
    assert "Back to the lock" in answer.text
    assert "hx-trigger" not in answer.text


def test_the_scanner_page_offers_the_code_by_hand(client: CheckedClient) -> None:
    answer = client.get("/scan")

    assert answer.status_code == 200
    assert "Code on the label" in answer.text
    assert "wasm-unsafe-eval" in answer.headers["Content-Security-Policy"]


def test_a_typed_code_or_link_leads_to_its_lock(
    client: CheckedClient, hx: HtmxClient, plug: Plug
) -> None:
    code = plug.charger.code
    target = f"/u/{code}"

    typed = client.get(
        "/scan", query_string={"code": f" {code.lower()[:5]}-{code[5:]}"}
    )
    pasted = client.get(
        "/scan", query_string={"code": f"https://plugbid.example/u/{code}/"}
    )
    with_htmx = hx.get("/scan", query_string={"code": code})

    assert typed.status_code == pasted.status_code == 303
    assert typed.headers["Location"] == pasted.headers["Location"] == target
    assert with_htmx.headers["HX-Redirect"] == target


@pytest.mark.parametrize("code", ["hello", "AAAAAAAAAA", "<script>", "1" * 300])
def test_a_code_of_nothing_is_refused_at_the_field(
    client: CheckedClient, hx: HtmxClient, code: str
) -> None:
    page = client.get("/scan", query_string={"code": code})
    fragment = hx.get("/scan", query_string={"code": code})

    assert page.status_code == fragment.status_code == 422
    assert "No charger has this code" in page.text
    assert 'id="code-error"' in fragment.text
    assert "<script>" not in fragment.text
