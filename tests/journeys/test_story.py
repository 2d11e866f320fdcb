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
from tests.journeys.conftest import PHONE, listen
from tests.support.browser import as_camera, chromium_options
from tests.support.product import Product

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("journeys"),
]
LAT, LON = 52.4936, 13.4012


def test_the_main_job_from_listing_to_receipt(
    open_page: Callable[..., Page],
    playwright: Playwright,
    product: Product,
    problems: list[str],
    tmp_path: Path,
) -> None:
    # Hanna signs up and puts her charger on the map.
    hanna = open_page(viewport={"width": 1280, "height": 800})
    steps.sign_up(hanna, "Hanna Berg", "hanna.berg@example.org")
    host_page = steps.list_charger(hanna, "Probe driveway", lat=LAT, lon=LON)
    charger_id = int(re.search(r"/host/chargers/(\d+)", host_page).group(1))  # type: ignore[union-attr]

    steps.add_photo(hanna, _photo())

    # She asks for a pairing code, a box says it, and she sees the box live.
    hanna.goto(f"/host/chargers/{charger_id}/box")
    hanna.get_by_role("button", name="Show a pairing code").click()
    expect(hanna.locator(".big-code")).to_have_text(re.compile(r"^\w{4}-\w{4}$"))
    hanna.get_by_role("button", name="Start a simulated box").click()
    expect(hanna.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
    expect(hanna.locator("#state")).to_contain_text("Locked")
    expect(hanna.locator("#state")).to_contain_text(re.compile(r"Firmware\s*\d"))
    expect(hanna.locator("#state")).to_contain_text("Answers")

    # The box tests itself: the lock moves, the meter answers.
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
    listen(dario, problems)
    nell = open_page()
    try:
        paid = _drive(dario, nell, charger_id, link, product.clock_shift_s)
    finally:
        context.close()
        phone.close()

    # Hanna sees the session and the income.
    hanna.goto("/host")
    expect(hanna.locator(".earned-list")).to_contain_text("Dario Rossi")
    expect(hanna.locator(".earned-list")).to_contain_text(f"€{paid}")
    expect(hanna.locator("dl.stats").first).to_contain_text(f"€{paid}")


def _drive(page: Page, nell: Page, charger_id: int, link: str, shift_s: int) -> str:
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
    span = steps.next_quarter(shift_s, hours=2)
    page.goto(f"/?lat={LAT}&lon={LON}&radius_km=3")
    steps.search(page, span, plug="CHADEMO")
    assert "Probe driveway" not in steps.pins(page) + steps.cards(page)
    steps.search(page, span, plug="IEC_62196_T2")
    card = page.locator(f"article[data-charger-id='{charger_id}']")
    expect(card).to_contain_text(re.compile(r"€\d+\.\d\d"))
    expect(card).to_contain_text("straight line")
    assert sorted(steps.pins(page)) == sorted(steps.cards(page))
    card.get_by_role("link", name="Probe driveway").click()

    # The page promises a ceiling and says why; he books.
    expect(page.locator("#quote")).to_contain_text("At most")
    expect(page.locator("#quote")).to_contain_text("€9.80")
    expect(page.get_by_text("Probestraße")).to_have_count(0)
    nell.goto(page.url)
    expect(nell.get_by_role("link", name="Log in to book")).to_be_visible()
    offer_url = page.url
    page.get_by_role("button", name=re.compile("Book for at most")).click()
    page.wait_for_url(re.compile(r"/bookings/[A-Z2-7]{10}"))
    expect(page.get_by_text("Probestraße 7")).to_be_visible()
    expect(page.get_by_text("Blue gate")).to_be_visible()
    booking_url = page.url

    # Nobody else gets that time any more, and a stranger's tap opens nothing.
    nell.goto(offer_url)
    expect(nell.locator("#quote")).to_contain_text("Nearest free times")
    steps.log_in(nell, "nell@plugbid.test", "charge-me-up")
    nell.goto(link)
    expect(nell.get_by_role("button", name="Open the lock")).to_have_count(0)

    # At the charger he scans the label, and the lock opens.
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
    expect(page.locator("dl.meters")).to_contain_text("11.0 kW")
    expect(page.locator("dl.meters")).to_contain_text("Time left")
    expect(page.locator("dl.meters")).to_contain_text(re.compile(r"€\d\.\d\d"))
    page.get_by_role("button", name="Stop charging").click()
    page.get_by_role("link", name="See the receipt").click(timeout=30_000)

    # The receipt starts and ends with the meter, and keeps the promise.
    paid = _check_receipt(page)
    page.goto(booking_url)
    expect(page.get_by_text("Completed")).to_be_visible()
    return paid


def _check_receipt(page: Page) -> str:
    receipt = page.locator("article.receipt")
    words = receipt.inner_text()
    total = re.search(r"Total\s*€(\d+\.\d\d)", words)
    promised = re.search(r"at most €(\d+\.\d\d)", words)
    registers = re.findall(r"Meter at the (?:start|end)\s*([\d.]+) kWh", words)
    assert total
    assert promised
    assert 1.0 < float(total.group(1)) <= float(promised.group(1)) == 9.80
    assert float(registers[1]) > float(registers[0])
    return total.group(1)


def _photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (800, 600), (120, 160, 90)).save(file, "PNG")
    return file.getvalue()


def _on_a_wall(label: Image.Image) -> Image.Image:
    wall = Image.new("RGB", (1280, 960), (188, 180, 170))
    paper = label.convert("RGB").resize((620, 874))
    wall.paste(paper, (330, 43))
    return wall
