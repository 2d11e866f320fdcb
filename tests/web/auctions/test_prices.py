"""The strip of prices: its words, its links, its cost while nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from tests.conftest import NOW
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_auctions import buy, evening, make_auction
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
