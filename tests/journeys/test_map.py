"""The map in a real browser: pins, sheets, keyboard, a strict policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys.map_site import (
    DESK,
    HERE,
    PHONE,
    boxes,
    crowd,
    draw,
    open_page,
    overlap,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


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


def test_pills_and_counts_cover_nothing_and_are_drawn_at_once(
    browser: Browser, site: str
) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)

    took_ms = draw(
        page, crowd(300), counts=[[n * 150, n * 90, n + 3] for n in range(9)]
    )

    shown = boxes(page, ".pin-pill") + boxes(page, ".pin-count")
    assert page.locator(".pin-count").count() > 2
    assert not any(
        overlap(a, b) for number, a in enumerate(shown) for b in shown[:number]
    )
    # Ten times what it takes on a quiet machine.
    assert took_ms < 1000
    page.context.close()


def test_a_public_station_says_that_it_is_not_bookable(
    browser: Browser, site: str
) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)
    draw(page, [], public=[[0, 0, "Town hall"]])

    area = page.locator("#map_chargers").bounding_box()
    assert area is not None
    page.mouse.click(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)

    sheet = page.get_by_role("dialog", name="Town hall")
    assert "not bookable here" in sheet.inner_text()
    assert sheet.get_by_role("link").count() == 0
    page.context.close()


def test_a_sheet_holds_the_focus_and_gives_it_back(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=PHONE)
    pin = page.locator(".pin-pill").nth(1)
    pin.focus()
    page.keyboard.press("Enter")
    assert page.locator(".sheet:focus").count() == 1
    page.keyboard.press("Tab")
    assert page.locator(".sheet :focus").count() == 1

    page.keyboard.press("Escape")

    assert page.get_by_role("dialog").count() == 0
    assert page.locator(".pin-pill:focus").count() == 1
    page.context.close()


def test_a_card_under_the_keyboard_lights_its_pin(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)
    pin = page.locator(".pin-pill").first
    name = (pin.get_attribute("aria-label") or "").split(",")[0]
    assert page.locator(".pin-pill.is-hover").count() == 0

    page.get_by_role("link", name=name, exact=True).focus()

    assert "is-hover" in (pin.get_attribute("class") or "")
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


def test_a_dark_map_is_dark_and_names_its_sources(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK, color_scheme="dark")

    addresses = page.locator("img.leaflet-tile").evaluate_all(
        "tiles => tiles.map(tile => tile.src)"
    )

    assert addresses
    assert all("t=dark" in address for address in addresses)
    assert page.get_by_role("link", name="Natural Earth").is_visible()
    page.context.close()
