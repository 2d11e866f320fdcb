"""Two drivers on two phones outbid each other; the clock passes the gate."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.support.product import Product

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("journeys"),
]
CHARGER = "Sonnenallee yard"
HERE = "/?lat=52.4787&lon=13.442&radius_km=2"


def test_two_phones_outbid_each_other_and_the_clock_decides(
    open_page: Callable[..., Page], product: Product
) -> None:
    dario, nell = open_page(), open_page()
    steps.log_in(dario, "dario@plugbid.test", "charge-me-up")
    steps.log_in(nell, "nell@plugbid.test", "charge-me-up")
    span = _in_three_hours(product)

    # Both want the same two hours: Dario first, Nell offers more, Dario more again.
    bid_url = _bid(dario, span, "3.00")
    _expect_state(dario, "You are leading")
    _bid(nell, span, "4.00")
    _expect_state(nell, "You are leading")
    _expect_state(dario, "You are outbid")
    dario.get_by_role("textbox", name="New maximum").fill("5.50")
    dario.get_by_role("button", name="Change my maximum").click()
    _expect_state(dario, "You are leading")
    _expect_state(nell, "You are outbid")

    # The gate passes, and both pages say by themselves how it ended.
    product.forward(minutes=75)
    booked = dario.get_by_role("link", name="See your booking")
    expect(booked).to_be_visible(timeout=30_000)
    expect(dario.locator("#bid")).to_contain_text("€4.00")
    expect(dario.locator("#bid")).to_contain_text(re.compile("minimum"))
    expect(nell.get_by_role("heading", name="The next best")).to_be_visible(
        timeout=30_000
    )

    # The winner has a booking at that price, and the way to the plug.
    booked.click()
    expect(dario.get_by_text("Sonnenallee 130")).to_be_visible()
    dario.goto("/bookings")
    expect(dario.get_by_role("link", name=CHARGER).first).to_be_visible()

    # The loser takes the next best with one tap.
    nell.locator(".other a").first.click()
    expect(nell.get_by_role("textbox", name="Your maximum")).to_be_visible()

    # Both had mail, and anybody can check the decision.
    nell.goto("/dev/mails")
    expect(nell.get_by_text(re.compile(f"Won: {CHARGER}"))).to_be_visible()
    expect(nell.get_by_text(re.compile(f"Not this time: {CHARGER}"))).to_be_visible()
    expect(nell.get_by_text(re.compile(f"Outbid: {CHARGER}")).first).to_be_visible()
    _recompute(nell, dario, bid_url, span[0])


def _expect_state(page: Page, words: str) -> None:
    """Wait until the page says by itself how the bid stands."""
    expect(page.get_by_role("heading", name=words)).to_be_visible(timeout=20_000)


def _bid(page: Page, span: tuple[datetime, datetime], amount: str) -> str:
    """Find the charger on the map, open its prices, and set a maximum."""
    page.goto(HERE)
    steps.search(page, span, plug="IEC_62196_T2")
    page.get_by_role("link", name=CHARGER).first.click()
    page.get_by_role("textbox", name="Your maximum").fill(amount)
    page.get_by_role("button", name="Place my bid").click()
    page.wait_for_url(re.compile(r"/bids/[A-Z2-7]{10}"))
    return page.url


def _recompute(nell: Page, dario: Page, bid_url: str, starts_at: datetime) -> None:
    dario.goto(bid_url)
    charger_url = dario.locator(".bid-place a").get_attribute("href") or ""
    charger_id = re.search(r"/chargers/(\d+)", charger_url).group(1)  # type: ignore[union-attr]
    nell.goto(f"/chargers/{charger_id}/auction/{starts_at.date().isoformat()}")
    nell.get_by_role("button", name="Recompute").first.click()
    expect(
        nell.get_by_text(re.compile("winners and prices are the same")).first
    ).to_be_visible()


def _in_three_hours(product: Product) -> tuple[datetime, datetime]:
    starts_at, _ = steps.next_quarter(product.clock_shift_s, hours=2)
    starts_at += timedelta(hours=3)
    return starts_at, starts_at + timedelta(hours=2)
