"""The same job with JavaScript off: log in, search, book, unlock, look again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("journeys"),
]


def test_a_driver_books_and_unlocks_without_javascript(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(javascript=False)
    steps.log_in(page, "dario@plugbid.test", "charge-me-up")

    # The list stands alone; a search is a plain form.
    page.goto("/?lat=52.53&lon=13.41&radius_km=8")
    expect(page.get_by_text("The map needs JavaScript")).not_to_be_visible()
    assert steps.cards(page)
    page.locator(".explore-results .card-title a").first.click()

    # Tapping a day and a time are links; booking is a plain form.
    page.locator("ol.days a").nth(2).click()
    page.locator("#times ul.slots a").last.click()
    page.get_by_role("button", name=re.compile("Book for at most")).click()
    page.wait_for_url(re.compile(r"/bookings/[A-Z2-7]{10}"))
    expect(page.get_by_text("Booked").first).to_be_visible()

    # The booking that runs right now opens its lock.
    page.goto("/bookings")
    page.locator(".card--brand a").first.click()
    page.get_by_role("link", name=re.compile("Unlock|Open the session")).first.click()
    # Without scripts a page shows what was true when it was asked for: the box may
    # still be starting, so he looks again.
    button = page.get_by_role("button", name="Open the lock")
    for _ in range(60):
        if button.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    button.click()
    for _ in range(20):
        if page.get_by_role("heading", name="Open", exact=True).count():
            break
        page.wait_for_timeout(300)
        page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="Watch it charge").click()
    expect(page.locator("dl.meters")).to_contain_text("kWh")
