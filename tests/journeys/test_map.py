"""The map in a real browser: pins, keyboard, selection, moving, a strict policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app.accounts.service import Person
from app.chargers.service import listing
from app.kernel.ids import code_from
from app.search import atlas
from tests.support.factories_chargers import make_charger

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
HERE = "/?lat=52.52&lon=13.40&radius_km=5"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return atlas.unpack(tmp_path_factory.mktemp("atlas"))


@pytest.fixture
def site(
    app: Flask,
    hanna: Person,
    now: datetime,
    unpacked: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """Two dozen chargers around the middle of Berlin, served on a free port."""
    (tmp_path / unpacked.name).symlink_to(unpacked)
    scatter = Random(7)
    # A charger's code moves its public point; the same ones make the same map.
    codes = (code_from(bytes([(number * 3 + 5) % 256]) * 8) for number in count())
    monkeypatch.setattr(listing, "new_code", lambda: next(codes))
    with app.app_context():
        for number in range(24):
            make_charger(
                hanna,
                now=now,
                name=f"Driveway {number}",
                latitude=52.52 + scatter.gauss(0, 0.013),
                longitude=13.40 + scatter.gauss(0, 0.02),
            )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def open_page(
    browser: Browser, address: str, complaints: list[str], **options: object
) -> Page:
    """Open the address and note every error and every request that leaves the site."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type == "error" else None
        ),
    )
    origin = "/".join(address.split("/")[:3])
    page.on(
        "request",
        lambda request: (
            complaints.append(request.url)
            if not request.url.startswith((origin, "data:", "blob:"))
            else None
        ),
    )
    page.goto(address, wait_until="networkidle")
    page.locator(".pin-pill").first.wait_for()
    return page


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found = [item.bounding_box() for item in page.locator(selector).all()]
    return [dict(box) for box in found if box]


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_prices_never_cover_each_other(
    browser: Browser, site: str, size: dict[str, int]
) -> None:
    complaints: list[str] = []

    page = open_page(browser, site + HERE, complaints, viewport=size)

    pills = boxes(page, ".pin-pill")
    assert len(pills) > 3
    assert not any(
        overlap(a, b) for number, a in enumerate(pills) for b in pills[:number]
    )
    assert complaints == []
    page.context.close()


def test_a_pin_and_its_card_are_one_on_a_desk(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)
    page.locator(".pin-pill").nth(2).focus()

    page.keyboard.press("Enter")

    assert page.locator(".pin-pill.is-selected").count() == 1
    selected = page.locator(".charger.is-selected, .sheet")
    assert selected.count() == 1
    page.context.close()


def test_a_pin_opens_a_sheet_on_a_phone(browser: Browser, site: str) -> None:
    page = open_page(
        browser, site + HERE, [], viewport=PHONE, has_touch=True, is_mobile=True
    )

    page.locator(".pin-pill").nth(1).tap()

    sheet = page.get_by_role("dialog")
    assert sheet.is_visible()
    assert "/chargers/" in (sheet.locator("a.button").get_attribute("href") or "")
    page.get_by_role("button", name="Close").tap()
    assert sheet.count() == 0
    page.context.close()


def test_moving_the_map_offers_a_search_there(browser: Browser, site: str) -> None:
    complaints: list[str] = []
    page = open_page(browser, site + HERE, complaints, viewport=DESK)
    here = page.get_by_role("button", name="Search this area")
    assert not here.is_visible()

    area = page.locator("#map_chargers").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 400, area["y"] + 500)
    page.mouse.down()
    page.mouse.move(area["x"] + 250, area["y"] + 400, steps=4)
    page.mouse.up()
    here.click()
    page.wait_for_url(lambda address: "lat=52.52&" not in address)

    assert "lat=52." in page.url
    assert not here.is_visible()
    assert complaints == []
    page.context.close()


def test_filtering_redraws_pins_on_the_same_map(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)
    page.get_by_text("Filters").click()
    before = page.locator("#results .results-head").inner_text()
    map_box = page.locator("#map_chargers").element_handle()
    assert map_box is not None

    for radius in ("2", "3", "1", "2"):
        with page.expect_response(lambda answer: "radius_km" in answer.url):
            page.locator("#radius_km").fill(radius)
    page.get_by_text("within 2 km").wait_for()

    assert page.locator("#results .results-head").inner_text() != before
    assert map_box.evaluate("element => element.isConnected")
    assert page.locator(".leaflet-map-pane").count() == 1
    page.context.close()


def test_a_dark_map_is_dark_and_names_its_sources(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK, color_scheme="dark")

    addresses = page.locator("img.leaflet-tile").evaluate_all(
        "tiles => tiles.map(tile => tile.src)"
    )

    assert addresses
    assert all("t=dark" in address for address in addresses)
    assert page.get_by_role("link", name="Natural Earth").is_visible()
    page.context.close()
