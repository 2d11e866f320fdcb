"""The charger's page: opening hours in words, and days with nothing free."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.schedules.domain import OpeningException, OpeningRule
from tests.support.checked_client import CheckedClient
from tests.support.factories_bookings import make_booking
from tests.support.factories_chargers import make_charger


def page_of(browser: CheckedClient, charger: Charger, **values: str) -> tuple[int, str]:
    """Return the status and text of the charger's page."""
    answer = browser.get(f"/chargers/{charger.id}", query_string=values)
    return answer.status_code, answer.get_data(as_text=True)


def test_hours_and_exceptions_are_written_out(
    app: Flask, client: CheckedClient, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        on = now.date()
        charger = make_charger(
            hanna,
            now=now,
            rules=(
                OpeningRule(1, 540, 960),
                OpeningRule(1, 1080, 480),
                OpeningRule(3, 0, 1440),
            ),
            exceptions=(
                OpeningException(on_date=on, kind="CLOSED", reason="Painting"),
                OpeningException(on_date=on.replace(day=1), kind="OPEN"),
            ),
        )

    _, page = page_of(client, charger, day="2026-06-10")

    assert "09:00–16:00, 18:00–08:00" in page
    assert "closed all day (Painting)" in page
    assert "no more" in page
    assert "also open" not in page
    _, page = page_of(client, charger, day="2026-06-11")
    assert "Closed on this day." in page


def test_a_day_that_is_full_says_so(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    nell: Person,
    now: datetime,
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, rules=(OpeningRule(3, 720, 840),))
        make_booking(nell, charger, now=now)

    _, page = page_of(client, charger, day="2026-06-10")

    assert "full" in page
    assert "Nothing is free for 2 h on this day" in page


def test_only_lengths_the_charger_allows_are_offered(
    app: Flask, client: CheckedClient, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        charger = make_charger(hanna, now=now, min_length_min=60, max_length_min=4 * 60)

    _, page = page_of(client, charger)

    offered = page[page.index("lengths-title") : page.index("starts-title")]
    assert ">4 h<" in offered
    assert ">30 min<" not in offered
    assert ">8 h<" not in offered
