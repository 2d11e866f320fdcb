"""The whole product as real processes, and browsers to use it with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.support.browser import chromium_options, find_chromium
from tests.support.product import Product

QUARTER_S = 900
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


def seconds_to_seven_past() -> int:
    """Return how far ahead the product's clock must go to stand 7 min past a quarter.

    The next bookable quarter hour then starts in eight minutes, and the lock opens
    ten minutes early: the story need not wait.
    """
    now_s = int(datetime.now(UTC).timestamp())
    return (7 * 60 - now_s) % QUARTER_S


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demo world, as ``make run`` starts it."""
    folder = tmp_path_factory.mktemp("product")
    shift_s = seconds_to_seven_past()
    with Product(folder, CLOCK_SHIFT_S=str(shift_s)) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers."""
    if find_chromium() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium must be installed for the tests in CI")
        pytest.skip("Chromium is not installed (make test installs it)")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for everything that needs no camera."""
    running = playwright.chromium.launch(**chromium_options())
    yield running
    running.close()


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[Callable[..., Page]]:
    """Open a page of a new person: own cookies, and no script error forgiven."""
    contexts = []
    problems: list[str] = []

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
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                problems.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder for pictures of a failed story."""
    return tmp_path
