"""How often anybody may ask for prices before it is too much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from app.accounts.service import Person
from app.auctions.service import looks
from app.chargers.service import Charger
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import EVENING
from tests.web.auctions.conftest import Bid

WANTED = "from=2026-06-10T18:00&to=2026-06-10T20:00"
SetClock = Callable[[datetime], None]


def test_feeling_out_the_book_is_429(
    client: CheckedClient, charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "LOOKS_A_MINUTE", 5)
    path = f"/chargers/{charger.id}/bidding?{WANTED}"

    statuses = [client.get(path).status_code for _ in range(6)]

    assert statuses[-2:] == [200, 429]


def test_the_strip_and_the_page_are_counted_together(
    hx: HtmxClient, charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "LOOKS_A_MINUTE", 4)
    one = f"/chargers/{charger.id}"

    statuses = [
        hx.get(f"{one}/{page}?from=2026-06-10T{hour}:00&to=2026-06-10T23:00")
        for hour in (18, 19, 20)
        for page in ("bidding", "prices")
    ]

    assert [each.status_code for each in statuses] == [200] * 4 + [429] * 2
    assert int(statuses[-1].headers["Retry-After"]) > 0


def test_an_open_page_may_ask_every_second_until_a_price_changes(
    hx: HtmxClient,
    charger: Charger,
    bid_for: Bid,
    dario: Person,
    nell: Person,
    set_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looks, "LOOKS_A_MINUTE", 2)
    path = f"/chargers/{charger.id}/prices?{WANTED}"
    bid_for(dario, maximum_minor=437)
    last_minute = EVENING - timedelta(hours=2, minutes=1)
    tag, statuses = "", []

    for second in range(10):
        set_clock(last_minute + timedelta(seconds=second))
        answer = hx.get(path, headers={"HX-PTag": tag})
        tag = answer.headers["HX-PTag"]
        statuses.append(answer.status_code)
    bid_for(nell, maximum_minor=219, at=last_minute)
    changed = hx.get(path, headers={"HX-PTag": tag})
    forged = hx.get(path, headers={"HX-PTag": "0" * 16})

    assert statuses == [200] * 10
    assert changed.status_code == 200
    assert forged.status_code == 429


def test_neighbors_of_one_network_are_one_looker(
    hx: HtmxClient, charger: Charger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "LOOKS_A_MINUTE", 1)
    path = f"/chargers/{charger.id}/bidding?{WANTED}"
    addresses = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:192.0.2.7")

    statuses = [
        hx.get(path, environ_overrides={"REMOTE_ADDR": each}).status_code
        for each in (*addresses, "192.0.2.7", "192.0.2.8")
    ]

    assert statuses == [200, 429, 200, 200, 429, 200]
