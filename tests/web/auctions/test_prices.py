"""The strip of prices: its words, its links, its cost while nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions.service import looks
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import EVENING, buy, evening, make_auction
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.auctions.conftest import Bid

WANTED = "from=2026-06-10T18:00&to=2026-06-10T20:00"
SetClock = Callable[[datetime], None]


@pytest.fixture(params=["plain", "htmx"])
def visitor(
    request: pytest.FixtureRequest, client: CheckedClient, hx: HtmxClient
) -> CheckedClient:
    """Somebody who is not logged in, with a plain browser and with htmx."""
    return hx if request.param == "htmx" else client


def test_everybody_sees_the_prices_in_words_and_links(
    visitor: CheckedClient, charger: Charger
) -> None:
    page = visitor.get(f"/chargers/{charger.id}/bidding").get_data(as_text=True)

    assert "Every open hour costs €0.40 right now." in page
    assert 'aria-label="18:00, €0.40 an hour"' in page
    assert "Cheapest 2 h" in page
    assert "The same as a list" in page


def test_a_bid_shows_as_a_price_but_not_as_a_maximum(
    visitor: CheckedClient, charger: Charger, bid_for: Bid, dario: Person, nell: Person
) -> None:
    bid_for(dario, maximum_minor=437)
    bid_for(nell, maximum_minor=219)

    page = visitor.get(f"/chargers/{charger.id}/bidding?{WANTED}").get_data(
        as_text=True
    )

    assert "between €0.40 and €1.10 right now" in page
    assert "€2.19" in page
    assert "4.37" not in page


def test_book_now_stands_beside_the_bid(
    visitor: CheckedClient, charger: Charger
) -> None:
    page = visitor.get(f"/chargers/{charger.id}/bidding?{WANTED}").get_data(
        as_text=True
    )

    assert "Book now for €4.00" in page
    assert f'href="/chargers/{charger.id}?{WANTED.replace("&", "&amp;")}#quote"' in page
    assert "at 16:00, in 5 h 53 min" in page


def test_taken_and_past_hours_cannot_be_chosen(
    app: Flask, visitor: CheckedClient, charger: Charger
) -> None:
    with app.app_context():
        buy(charger, evening(18, 20), now=NOW)

    page = visitor.get(f"/chargers/{charger.id}/bidding").get_data(as_text=True)

    assert 'title="18:00, taken"' in page
    assert 'aria-label="18:00' not in page
    assert '"09:00' not in page


def test_a_tapped_hour_keeps_the_length(
    visitor: CheckedClient, charger: Charger
) -> None:
    path = f"/chargers/{charger.id}/bidding?from=2026-06-10T18:00&to=2026-06-10T21:00"

    page = visitor.get(path).get_data(as_text=True)

    (hour,) = re.findall(r'<a class="hour"[^>]*aria-label="13:00[^>]*>', page)
    assert "from=2026-06-10T13:00&amp;to=2026-06-10T16:00" in hour


def test_turnaround_is_part_of_the_price_that_is_shown(
    app: Flask, client: CheckedClient, hanna: Person
) -> None:
    with app.app_context():
        slow = make_auction(hanna, now=NOW, buffer_min=10)

    page = client.get(f"/chargers/{slow.id}/bidding?{WANTED}").get_data(as_text=True)

    # 2 h and the quarter hour after them, at 40 cents an hour.
    assert "for €0.90</a>" in page
    assert "<b>€0.90</b>" in page
    assert "includes 15 min turnaround" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-06-10T18:07&to=2026-06-10T20:00", "on the quarter hour"),
        ("from=soon&to=later", "date and a time"),
        ("from=2026-06-10T20:00&to=2026-06-10T18:00", "after the start"),
        ("from=2026-06-10T08:00&to=2026-06-10T09:00", "already begun"),
        ("from=2026-06-10T18:00&to=2226-06-10T18:00", "this century"),
        ("from=2026-06-10T18:00&to=2126-06-10T18:00", "12 h"),
    ],
)
def test_a_time_that_is_none_is_422_with_the_reason(
    visitor: CheckedClient, charger: Charger, query: str, words: str
) -> None:
    answer = visitor.get(f"/chargers/{charger.id}/bidding?{query}")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert re.search(r'<input[^>]*aria-invalid="true"[^>]*name="(from|to)"', text)


@pytest.mark.parametrize("day", ["2026-06-16", "2026-06-30"])
def test_other_days_can_be_looked_at(
    visitor: CheckedClient, charger: Charger, day: str
) -> None:
    page = visitor.get(f"/chargers/{charger.id}/bidding?day={day}")

    assert page.status_code == 200
    assert f"Tuesday, {int(day[-2:])} June" in page.get_data(as_text=True)


@pytest.mark.parametrize("day", ["nonsense", "1999-01-01", "9999-12-31", "0001-01-01"])
def test_a_day_nobody_can_book_shows_today(
    visitor: CheckedClient, charger: Charger, day: str
) -> None:
    page = visitor.get(f"/chargers/{charger.id}/bidding?day={day}")

    assert page.status_code == 200
    assert "Wednesday, 10 June" in page.get_data(as_text=True)


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
def test_days_on_which_the_clocks_change_have_all_their_hours(
    app: Flask, client: CheckedClient, hanna: Person, set_clock: SetClock, day: str
) -> None:
    at = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(days=2)
    with app.app_context():
        charger = make_auction(hanna, now=at)
    set_clock(at)

    page = client.get(f"/chargers/{charger.id}/bidding?day={day}").get_data(
        as_text=True
    )

    assert len(re.findall(r'<a class="hour', page)) == (25 if "10" in day[5:7] else 23)


def test_an_unchanged_strip_is_an_empty_304_and_a_bid_changes_it(
    hx: HtmxClient, charger: Charger, bid_for: Bid, dario: Person, nell: Person
) -> None:
    path = f"/chargers/{charger.id}/prices?{WANTED}"
    tag = hx.get(path).headers["HX-PTag"]

    again = hx.get(path, headers={"HX-PTag": tag})
    bid_for(dario, maximum_minor=437)
    bid_for(nell, maximum_minor=219)
    changed = hx.get(path, headers={"HX-PTag": tag})

    assert (again.status_code, again.data) == (304, b"")
    text = changed.get_data(as_text=True)
    assert changed.status_code == 200
    assert 'id="prices"' in text
    assert 'id="bid-now" class="stack-s" hx-swap-oob' in text
    assert "<form" not in text


def test_the_strip_alone_is_no_page_of_its_own(
    client: CheckedClient, charger: Charger
) -> None:
    answer = client.get(f"/chargers/{charger.id}/prices")

    assert answer.status_code == 303
    assert answer.location == f"/chargers/{charger.id}/bidding"


def test_the_strip_asks_every_second_in_the_last_minute(
    hx: HtmxClient, charger: Charger, set_clock: SetClock
) -> None:
    path = f"/chargers/{charger.id}/prices?{WANTED}"

    calm = hx.get(path).get_data(as_text=True)
    set_clock(EVENING - timedelta(hours=2, seconds=30))
    last = hx.get(path).get_data(as_text=True)

    assert 'hx-trigger="every 5s"' in calm
    assert 'hx-trigger="every 1s"' in last


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


def test_my_own_bid_for_the_time_takes_the_place_of_the_form(
    client: CheckedClient,
    charger: Charger,
    bid_for: Bid,
    dario: Person,
    sign_in: SignIn,
) -> None:
    mine = bid_for(dario)
    sign_in(dario, client)

    page = client.get(f"/chargers/{charger.id}/bidding?{WANTED}").get_data(as_text=True)

    assert "Change your bid" in page
    assert f"/bids/{mine.code}" in page
    assert "Leading" in page
    assert 'id="bid-form"' not in page


def test_the_host_is_sent_to_the_order_book(
    client: CheckedClient, charger: Charger, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    page = client.get(f"/chargers/{charger.id}/bidding?{WANTED}").get_data(as_text=True)

    assert f"/host/chargers/{charger.id}/bids" in page
    assert 'id="bid-form"' not in page


def test_inside_the_charger_page_links_change_that_page(
    hx: HtmxClient, charger: Charger
) -> None:
    panel = hx.get(f"/chargers/{charger.id}/bidding?{WANTED}&in=offer").get_data(
        as_text=True
    )

    assert 'hx-target="#offer"' in panel
    assert 'hx-target="#bidding"' not in panel
    assert "Book now" not in panel


def test_a_charger_nobody_has_is_404(client: CheckedClient) -> None:
    assert client.get("/chargers/99/bidding").status_code == 404
    assert client.get("/chargers/99/prices").status_code == 404


def test_a_charger_with_a_fixed_price_has_no_strip(
    app: Flask, hx: HtmxClient, hanna: Person
) -> None:
    with app.app_context():
        fixed = make_charger(hanna, now=NOW)

    assert hx.get(f"/chargers/{fixed.id}/prices").status_code == 404


def test_a_charger_that_is_never_open_offers_no_time(
    app: Flask, client: CheckedClient, hanna: Person
) -> None:
    with app.app_context():
        shut = make_auction(hanna, now=NOW, rules=())

    page = client.get(f"/chargers/{shut.id}/bidding").get_data(as_text=True)

    assert "Nothing is on offer on this day." in page
    assert "Nothing as long is open on this day" in page
    assert "nothing open" in page
