"""The story: Hanna lists a charger, Dario books, scans, charges, both see the bill.

Everything is real: browser, web server, database, broker, device worker, and the
firmware in its VM. Only pins, meter hardware and the car are simulated.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, seconds_to_seven_past
from tests.support.browser import as_camera, chromium_options
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
LAT, LON = 52.4936, 13.4012


def test_the_main_job_from_listing_to_receipt(
    open_page: Callable[..., Page],
    playwright: Playwright,
    product: Product,
    tmp_path: Path,
) -> None:
    # Hanna signs up and puts her charger on the map.
    hanna = open_page(viewport={"width": 1280, "height": 800})
    steps.sign_up(hanna, "Hanna Berg", "hanna.berg@example.org")
    host_page = steps.list_charger(hanna, "Probe driveway", lat=LAT, lon=LON)
    charger_id = int(re.search(r"/host/chargers/(\d+)", host_page).group(1))  # type: ignore[union-attr]

    # She pairs a box, sees it live, and lets it test itself.
    hanna.goto(f"/host/chargers/{charger_id}/box")
    hanna.get_by_role("button", name="Start a simulated box").click()
    expect(hanna.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
    hanna.get_by_role("button", name="Run the self-test").click()
    expect(hanna.get_by_text("Passed", exact=True)).to_be_visible(timeout=15_000)

    # She prints the label: the code on it leads to the lock and holds no secret.
    label = hanna.request.get(f"/host/chargers/{charger_id}/label.png")
    picture = Image.open(io.BytesIO(label.body()))
    link = zxingcpp.read_barcodes(picture)[0].text
    pdf = hanna.request.get(f"/host/chargers/{charger_id}/label.pdf")
    assert re.fullmatch(re.escape(product.url) + r"/u/[A-Z2-7]{10}", link)
    assert pdf.body().startswith(b"%PDF")

    # Dario comes by phone; his camera will see the label.
    camera = as_camera(_on_a_wall(picture), tmp_path / "label.mjpeg")
    phone = playwright.chromium.launch(**chromium_options(*camera))
    context = phone.new_context(
        base_url=product.url,
        viewport=PHONE,
        permissions=["camera"],
        locale="en-GB",
    )
    dario = context.new_page()
    dario.set_default_timeout(45_000)
    try:
        _drive(dario, charger_id, link)
    finally:
        context.close()
        phone.close()

    # Hanna sees the session and the income.
    hanna.goto("/host")
    expect(hanna.get_by_text("Probe driveway").first).to_be_visible()
    expect(hanna.locator("dl.stats").first).to_contain_text("€")
    hanna.goto(f"/host/chargers/{charger_id}")
    expect(hanna.get_by_text("Probe driveway").first).to_be_visible()


def _drive(page: Page, charger_id: int, link: str) -> None:
    # He signs up and says what car he has.
    steps.sign_up(page, "Dario Rossi", "dario.rossi@example.org")
    page.goto("/account/cars/new")
    page.get_by_label("Name", exact=True).fill("Blue one")
    page.get_by_label("Type 2", exact=True).check()
    page.locator("#max_ac_w").fill("11")
    page.locator("#battery_wh").fill("58")
    page.get_by_role("button", name="Save the car").click()
    page.wait_for_url(re.compile(r"/account(#.*)?$"))

    # He searches near the place, for a free time; the list and the map agree.
    starts_at, ends_at = steps.next_quarter(seconds_to_seven_past(), hours=2)
    span = f"from={steps.wall(starts_at)}&to={steps.wall(ends_at)}"
    page.goto(f"/?lat={LAT}&lon={LON}&radius_km=3&{span}")
    card = page.locator(f"article[data-charger-id='{charger_id}']")
    expect(card).to_contain_text("Probe driveway")
    expect(card).to_contain_text(re.compile(r"€\d+\.\d\d"))
    assert "Probe driveway" in (page.locator("#map-data").text_content() or "")
    card.get_by_role("link", name="Probe driveway").click()

    # The page promises a ceiling and says why; he books.
    expect(page.locator("#quote")).to_contain_text("At most")
    expect(page.locator("#quote")).to_contain_text("€9.80")
    expect(page.get_by_text("Probestraße")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Book for at most")).click()
    page.wait_for_url(re.compile(r"/bookings/[A-Z2-7]{10}"))
    expect(page.get_by_text("Probestraße 7")).to_be_visible()
    expect(page.get_by_text("Blue gate")).to_be_visible()
    booking_url = page.url

    # At the charger he scans the label, and the lock opens within a second.
    # (He allowed the camera before, so it starts by itself.)
    page.goto("/scan")
    page.wait_for_url(link, timeout=30_000)
    page.get_by_role("button", name="Open the lock").click()
    expect(page.get_by_role("heading", name="Open", exact=True)).to_be_visible(
        timeout=5_000
    )
    page.get_by_role("link", name="Watch it charge").click()

    # The car charges; he watches and stops it.
    expect(page.get_by_role("heading", name=re.compile("Charging"))).to_be_visible(
        timeout=30_000
    )
    expect(page.locator("dl.meters")).to_contain_text(
        re.compile(r"(0\.[2-9]|[1-9]\d*\.)\d* ?kWh"), timeout=40_000
    )
    page.get_by_role("button", name="Stop charging").click()
    page.get_by_role("link", name="See the receipt").click(timeout=30_000)

    # The receipt starts and ends with the meter, and keeps the promise.
    _check_receipt(page)
    page.goto(booking_url)
    expect(page.get_by_text("Completed")).to_be_visible()


def _check_receipt(page: Page) -> None:
    receipt = page.locator("article.receipt")
    words = receipt.inner_text()
    total = re.search(r"Total\s*€(\d+\.\d\d)", words)
    promised = re.search(r"at most €(\d+\.\d\d)", words)
    registers = re.findall(r"Meter at the (?:start|end)\s*([\d.]+) kWh", words)
    assert total
    assert promised
    assert 1.0 < float(total.group(1)) <= float(promised.group(1)) == 9.80
    assert float(registers[1]) > float(registers[0])


def _on_a_wall(label: Image.Image) -> Image.Image:
    wall = Image.new("RGB", (1280, 960), (188, 180, 170))
    paper = label.convert("RGB").resize((620, 874))
    wall.paste(paper, (330, 43))
    return wall
