"""The whole product as real processes, and browsers to use it with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

# Fixtures of the map's tests, found by pytest here.
from tests.journeys.map_site import site, unpacked  # noqa: F401
from tests.support.browser import chromium_options, find_chromium
from tests.support.product import Product

QUARTER_S = 900
PHONE = {"width": 390, "height": 844}


def seconds_to_seven_past() -> int:
    """Return how far ahead the product's clock must go to stand 7 min past a quarter.

    The next bookable quarter hour then starts in eight minutes, and the lock opens
    ten minutes early: the story need not wait.
    """
    now_s = int(datetime.now(UTC).timestamp())
    return (7 * 60 - now_s) % QUARTER_S


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demo world, as ``make run`` starts it.

    One for each module: a story begins seven minutes past, whatever ran before it.
    """
    folder = tmp_path_factory.mktemp("product")
    with Product(folder, clock_shift_s=seconds_to_seven_past()) as running:
        yield running


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """The driver of browsers; it keeps an event loop running, so only for one test."""
    if find_chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium must be installed for the tests in CI")
        pytest.skip("Chromium is not installed (make test installs it)")
    with sync_playwright() as running:
        yield running


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for everything that needs no camera."""
    running = playwright.chromium.launch(**chromium_options())
    yield running
    running.close()


def listen(page: Page, problems: list[str]) -> None:
    """Note every script error and everything the content policy had to block."""
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What went wrong in any page of the test; nothing may."""
    noted: list[str] = []
    yield noted
    assert noted == []


@pytest.fixture
def open_page(
    browser: Browser, product: Product, problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """Open a page of a new person, with cookies of his own."""
    contexts = []

    def open_one(*, javascript: bool = True, **options: object) -> Page:
        context = browser.new_context(
            base_url=product.url,
            locale="en-GB",
            java_script_enabled=javascript,
            **{"viewport": PHONE, **options},  # type: ignore[arg-type]
        )
        context.set_default_timeout(45_000)
        contexts.append(context)
        page = context.new_page()
        listen(page, problems)
        return page

    yield open_one
    for context in contexts:
        context.close()
