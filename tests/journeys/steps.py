"""What people do in the browser, in their words; each step checks what they see."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

PASSWORD = "my own lane 42"
BERLIN = ZoneInfo("Europe/Berlin")


def sign_up(page: Page, name: str, email: str) -> None:
    """Create an account and confirm the address from the mail."""
    page.goto("/register")
    page.get_by_label(re.compile("name", re.I)).first.fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(lambda url: "/register" not in url)
    page.goto("/dev/mails")
    mail = page.locator("article.mail", has_text=email).first
    mail.locator("a[href*='/verify/']").click()
    page.get_by_role("button", name=re.compile("confirm", re.I)).click()
    expect(
        page.get_by_text(re.compile("confirmed|verified", re.I)).first
    ).to_be_visible()


def log_in(page: Page, email: str, password: str) -> None:
    """Log in through the form."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login" not in url)


def list_charger(page: Page, name: str, *, lat: float, lon: float) -> str:
    """Describe a charger that is always open; return the address of its page."""
    page.goto("/host/chargers/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Street and number").fill("Probestraße 7")
    page.get_by_label("Postal code").fill("10967")
    page.get_by_label("Town").fill("Berlin")
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_label("Latitude").fill(str(lat))
    page.get_by_label("Longitude").fill(str(lon))
    page.get_by_label("Plug", exact=True).select_option("IEC_62196_T2")
    page.get_by_label("Power", exact=True).fill("11")
    page.get_by_label("Energy", exact=True).fill("0.40")
    page.get_by_label("Time on the charger").fill("0.50")
    page.get_by_label("Currency").select_option("EUR")
    for words in ("Always", "Add a date"):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name=words).click()
    expect(page.get_by_label("Sunday, open until")).to_have_value("00:00")
    page.locator("input[type=date]").first.fill("2030-12-24")
    page.get_by_label(re.compile("How to get in")).fill("Blue gate, left of the oak.")
    page.get_by_label(re.compile("House rules")).fill("No horns after ten.")
    page.get_by_role("button", name="Put it on the map").click()
    page.wait_for_url(re.compile(r"/host/chargers/\d+"))
    return page.url


def next_quarter(shift_s: int, *, hours: int) -> tuple[datetime, datetime]:
    """Return the next quarter hour on the product's clock, and an end after it."""
    now = datetime.now(BERLIN) + timedelta(seconds=shift_s)
    past = timedelta(
        minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond
    )
    starts_at = now - past + timedelta(minutes=15)
    return starts_at, starts_at + timedelta(hours=hours)


def wall(at: datetime) -> str:
    """Return a local time as a form field holds it."""
    return at.strftime("%Y-%m-%dT%H:%M")


def add_photo(page: Page, picture: bytes) -> None:
    """Upload a photo on the charger's page and see it there."""
    page.locator("#photo-form input[type=file]").set_input_files(
        {"name": "driveway.png", "mimeType": "image/png", "buffer": picture}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#photos .photo-grid img")).to_have_count(1)


def search(page: Page, span: tuple[datetime, datetime], *, plug: str) -> None:
    """Choose a time and a plug in the form; list and map change by one request."""
    filters = page.locator("#search details.filters")
    if filters.get_attribute("open") is None:
        filters.locator("summary").click()
    page.get_by_role("radio", name="From – until").check()
    page.locator("#search [name=from]").fill(wall(span[0]))
    page.locator("#search [name=to]").fill(wall(span[1]))
    page.locator("#results").evaluate("old => { old.dataset.isOld = 'yes' }")
    with page.expect_response(lambda answer: f"plug={plug}" in answer.url):
        page.get_by_label("Plug", exact=True).select_option(plug)
    # The answer is here; the page shows it a moment later.
    expect(page.locator("#results:not([data-is-old])")).to_have_count(1)


def pins(page: Page) -> list[str]:
    """Return the names that the map holds now, whether drawn as price or dot."""
    island = json.loads(page.locator("#map-data").text_content() or "{}")
    return [str(row[5]) for row in island["points"]]


def cards(page: Page) -> list[str]:
    """Return the names in the list."""
    return page.locator(".explore-results .card-title").all_inner_texts()
