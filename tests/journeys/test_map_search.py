"""Searching on the map in a real browser: filters, Back, moving, and no leak."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.map_site import DESK, HERE, PHONE, counters, open_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


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
    page.locator(".filters > summary").click()
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


def test_back_brings_back_form_list_and_map(browser: Browser, site: str) -> None:
    complaints: list[str] = []
    page = open_page(browser, site + HERE, complaints, viewport=DESK)
    page.locator("#map_chargers").evaluate("box => { box.dataset.mark = 'same' }")
    page.locator(".filters > summary").click()
    page.locator("#min_kw").select_option("22")
    page.get_by_text("Nothing fits all of that").wait_for()
    assert page.locator(".pin-pill").count() == 0

    page.go_back()
    page.locator(".pin-pill").first.wait_for()

    assert "min_kw" not in page.url
    expect(page.locator("#min_kw")).to_have_value("")
    assert page.locator("#results .card").count() > 3
    page.go_forward()
    page.get_by_text("Nothing fits all of that").wait_for()
    expect(page.locator("#min_kw")).to_have_value("22")
    assert page.locator("#map_chargers").get_attribute("data-mark") == "same"
    assert complaints == []
    page.context.close()


def test_a_chip_takes_its_filter_out_of_list_form_and_address(
    browser: Browser, site: str
) -> None:
    page = open_page(browser, f"{site}{HERE}&min_kw=7.2&kwh=20", [], viewport=DESK)
    assert page.locator("#min_kw").input_value() == "7.2"

    page.get_by_role("link", name="Remove filter: 7.2 kW or more").click()

    expect(page.locator("#min_kw")).to_have_value("")
    assert page.locator("#kwh").input_value() == "20"
    assert "kwh=20" in page.url
    assert "min_kw" not in page.url
    page.context.close()


def test_many_filters_later_there_is_no_more_than_before(
    browser: Browser, site: str
) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)
    page.locator(".filters > summary").click()
    wish = page.locator("#kwh")

    def change(kwh: int) -> None:
        page.locator("#results").evaluate("old => { old.dataset.isOld = 'yes' }")
        wish.fill(str(kwh))
        wish.press("Tab")
        page.locator("#results:not([data-is-old])").wait_for()

    for kwh in (10, 11, 12):
        change(kwh)
    before = counters(page)
    for kwh in range(13, 33):
        change(kwh)
    after = counters(page)

    assert page.locator(".leaflet-map-pane").count() == 1
    # What one answer holds may still wait for the collector.
    assert after["Nodes"] < before["Nodes"] * 1.3
    assert after["JSEventListeners"] < before["JSEventListeners"] * 1.3
    page.context.close()


def test_the_fields_of_a_time_unfold_without_scripts(
    browser: Browser, site: str
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(site + HERE)
    page.locator(".filters > summary").click()
    assert not page.get_by_label("Day", exact=True).is_visible()

    page.get_by_role("radio", name="Some hours of a day").check()

    assert page.get_by_label("Day", exact=True).is_visible()
    assert not page.get_by_label("From", exact=True).is_visible()
    page.get_by_role("button", name="Show chargers").click()
    assert "Any 2 h between 18:00 and 23:00" in page.locator("#results").inner_text()
    page.context.close()


def test_a_refused_position_is_said_in_words(browser: Browser, site: str) -> None:
    page = open_page(browser, site + HERE, [], viewport=PHONE)

    page.get_by_role("button", name="Near me").click()

    note = page.locator("#locate-note")
    note.wait_for(state="visible")
    assert "Type a place" in note.inner_text()
    page.context.close()


def test_eight_filters_make_the_page_no_wider_than_a_phone(
    browser: Browser, site: str
) -> None:
    filters = "&min_kw=7.2&kwh=20&max_price=9&max_total=99&night=1&accessible=1"
    page = browser.new_context(viewport=PHONE).new_page()

    page.goto(f"{site}{HERE}{filters}&free_parking=1&public=1")

    assert page.locator(".chip--used").count() == 8
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.context.close()


def test_going_through_the_pins_by_tab_offers_no_search(
    browser: Browser, site: str
) -> None:
    page = open_page(browser, site + HERE, [], viewport=DESK)
    here = page.get_by_role("button", name="Search this area")
    page.locator("#map_chargers").focus()

    for _ in range(8):
        page.keyboard.press("Tab")
    page.wait_for_timeout(400)
    assert not here.is_visible()

    page.locator("#map_chargers").focus()
    page.keyboard.press("ArrowRight")
    here.wait_for()
    page.context.close()
