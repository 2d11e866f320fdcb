"""Photographs the main pages of a running demo at phone and desktop size.

Usage: ``python scripts/screenshots.py FOLDER [--url URL] [--dark]``; without a URL it
starts the whole product in a folder of its own first.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import chromium_options  # noqa: E402
from tests.support.product import Product  # noqa: E402

SIZES = {"mobile": (390, 844), "desktop": (1280, 800)}
PASSWORD = "charge-me-up"


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        running = (
            nullcontext(argparse.Namespace(url=options.url))
            if options.url
            else Product(Path(scratch))
        )
        with running as product, sync_playwright() as playwright:
            browser = playwright.chromium.launch(**chromium_options())
            for size in SIZES:
                photograph(browser, product.url, size, options.folder, options.dark)
            browser.close()


def photograph(browser: Browser, url: str, size: str, folder: Path, dark: bool) -> None:
    """Walk through the product as its people and keep a picture of each page."""
    width, height = SIZES[size]
    scheme = "dark" if dark else "light"
    suffix = f"{size}{'-dark' if dark else ''}"

    def session() -> Page:
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            device_scale_factor=1.5 if size == "mobile" else 1,
            color_scheme=scheme,
            has_touch=size == "mobile",
            locale="en-GB",
            timezone_id="Europe/Berlin",
        )
        return context.new_page()

    def keep(page: Page, name: str, *, whole: bool = True) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        if whole:
            # Tall enough for the whole page: fixed bars then stay where they belong.
            full = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(full, 2600)})
            page.wait_for_timeout(300)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        page.set_viewport_size({"width": width, "height": height})
        picture.quantize(160, dither=Image.Dither.NONE).save(
            folder / f"{name}-{suffix}.png", optimize=True
        )
        print(f"{name}-{suffix}.png")

    visitor = session()
    visitor.goto("/")
    keep(visitor, "search", whole=False)
    visitor.goto("/login")
    keep(visitor, "login")

    driver = session()
    log_in(driver, "dario@plugbid.test")
    driver.goto("/")
    driver.locator("[data-charger-id] a").first.click()
    keep(driver, "charger")
    driver.goto("/bookings")
    keep(driver, "bookings")
    driver.locator(".card--brand a").first.click()
    keep(driver, "booking")
    driver.get_by_role("link", name=re.compile("Unlock|Open the session")).first.click()
    keep(driver, "unlock")
    running = driver.get_by_role(
        "link", name=re.compile("See the session|Watch it charge")
    )
    if running.count():
        running.first.click()
    else:
        driver.get_by_role("button", name="Open").first.click()
        driver.get_by_role("link", name="Watch it charge").click(timeout=15_000)
    driver.wait_for_timeout(6000)
    keep(driver, "session")
    driver.goto("/scan")
    keep(driver, "scan")
    driver.goto("/account")
    keep(driver, "account")
    driver.goto("/bookings")
    driver.locator("a", has_text="Hanna's driveway").last.click()
    driver.get_by_role("link", name="Receipt").first.click()
    keep(driver, "receipt")

    auction(driver, keep)

    owner = session()
    log_in(owner, "hanna@plugbid.test")
    owner.goto("/host")
    keep(owner, "host")
    owner.goto("/host/chargers/new")
    keep(owner, "charger-form")
    owner.goto("/host")
    owner.locator("a[href^='/host/chargers/']:not([href$='/new'])").first.click()
    keep(owner, "host-charger")
    address = owner.url.split("/edit")[0].split("/box")[0]
    owner.goto(f"{address}/pricing")
    keep(owner, "pricing")
    owner.goto(f"{address}/bids")
    keep(owner, "order-book")
    owner.goto(f"{address}/box")
    keep(owner, "box")
    owner.goto(f"{address}/label")
    keep(owner, "label")
    for page in (visitor, driver, owner):
        page.context.close()


def auction(driver: Page, keep: Callable[..., None]) -> None:
    """Bid on an evening somebody else wants too, and read a decision."""
    # The evening for which three drivers bid already.
    when = (datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(days=2)).date()
    evening = f"/chargers/1/bidding?from={when}T19:00&to={when}T21:00"
    driver.goto(evening)
    keep(driver, "bidding")
    driver.goto("/bids")
    if not driver.locator(".bid-card").count():
        driver.goto(evening)
        driver.get_by_role("textbox", name="Your maximum").fill("4.50")
        driver.get_by_role("button", name="Place my bid").click()
        driver.wait_for_url("**/bids/*")
        driver.goto("/bids")
    driver.locator(".bid-card a").first.click()
    keep(driver, "bid")
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    driver.goto("/bids")
    keep(driver, "bids")
    driver.goto(f"/chargers/6/auction/{today}")
    keep(driver, "open-book")


def log_in(page: Page, email: str) -> None:
    """Log in through the form, as a person does."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "/login" not in address)


if __name__ == "__main__":
    main()
