"""Filters, orders and longer lists: each in the address, each one tap away."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.web.search.asking import address, island


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger in Berlin, always open."""
    with app.app_context():
        return make_charger(hanna, now=now, name="Kastanien 12")


@pytest.fixture
def many(app: Flask, hanna: Person, now: datetime) -> None:
    """Two dozen chargers in one street."""
    with app.app_context():
        for number in range(24):
            make_charger(hanna, now=now, name=f"Driveway {number}")


def links_named(text: str, words: str) -> list[str]:
    """Return where links with these words lead."""
    found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', text, re.S)
    return [unescape(url) for url, inside in found if words in inside]


@pytest.mark.parametrize(
    ("values", "chip"),
    [
        ({"min_kw": "11"}, "11 kW or more"),
        ({"max_price": "0.90"}, "Up to 0.90/kWh"),
        ({"max_total": "40"}, "Up to 40.00 in all"),
        ({"kwh": "20"}, "20 kWh"),
        ({"soc_from": "30", "soc_to": "80"}, "From 30 to 80 %"),
        ({"instant": "1"}, "Book at once"),
        ({"plug": "IEC_62196_T2"}, "Type 2"),
        ({"when": "now"}, "Now, until full"),
        ({"from": "2026-06-10T18:00", "to": "2026-06-10T20:00"}, "10 Jun 18:00–20:00"),
        (
            {"when": "window", "day": "fri", "after": "18:00", "before": "23:00"},
            "Any 2 h between 18:00 and 23:00 on Friday",
        ),
    ],
)
def test_each_filter_in_use_is_a_chip_that_takes_it_away(
    client: CheckedClient, charger: Charger, values: dict[str, str], chip: str
) -> None:
    text = client.get(address(**values)).text

    (url,) = (
        url
        for url in links_named(text, chip)
        if "Remove filter" in text.split(f'href="{url.replace("&", "&amp;")}"')[1][:300]
    )
    assert parse_qs(urlsplit(url).query) == {"lat": ["52.5384"], "lon": ["13.4098"]}


def test_all_filters_go_by_one_tap_and_the_place_stays(
    client: CheckedClient, charger: Charger
) -> None:
    text = client.get(address(min_kw="11", kwh="20", when="now", radius_km="9")).text

    (url,) = links_named(text, "Clear all")
    assert parse_qs(urlsplit(url).query) == {
        "lat": ["52.5384"],
        "lon": ["13.4098"],
        "radius_km": ["9"],
    }


def test_one_filter_needs_no_way_to_clear_all(
    client: CheckedClient, charger: Charger
) -> None:
    assert "Clear all" not in client.get(address(min_kw="11")).text


def test_a_form_without_scripts_sends_every_field_and_only_the_chosen_count(
    client: CheckedClient, charger: Charger
) -> None:
    unused = {"day": "fri", "after": "18:00", "before": "23:00", "hours": "2"}
    empty = dict.fromkeys(("from", "to", "min_kw", "max_price", "kwh", "soc_to"), "")

    sent = client.get(address(when="any", radius_km="5", **unused, **empty))
    response = client.get(sent.location or "")

    # The answer has the short address, which is sent on no more.
    assert (sent.status_code, sent.location) == (302, address())
    assert charger.name in response.text
    assert "Remove filter" not in response.text


@pytest.mark.parametrize("when", ["any", "now", "window", "span"])
def test_the_form_offers_every_kind_of_time_with_its_fields(
    client: CheckedClient, charger: Charger, when: str
) -> None:
    text = client.get(address()).text

    assert f'name="when" value="{when}"' in text
    for name in ("from", "to", "day", "after", "before", "hours"):
        assert f'name="{name}"' in text


def test_a_date_and_hours_of_another_hand_stay_in_the_form(
    client: CheckedClient, charger: Charger
) -> None:
    times = {"day": "2026-06-12", "after": "18:15", "before": "22:45", "hours": "1.25"}

    text = client.get(address(when="window", **times)).text

    for value in times.values():
        assert f'<option selected value="{value}">' in text


def test_the_order_is_kept_by_the_form_and_named_in_the_address(
    hx: HtmxClient, many: None
) -> None:
    response = hx.get(address(sort="total", with_form="1"))

    assert 'form="search" name="sort" value="total"' in response.text
    assert "sort=total" in response.headers["HX-Push-Url"]
    assert "Cheapest charge" in response.text
    assert links_named(response.text, "Soonest")[0].endswith("sort=soon")


def test_a_list_holds_twenty_and_grows_by_a_link(
    client: CheckedClient, hx: HtmxClient, many: None
) -> None:
    first = client.get(address())
    (more,) = links_named(first.text, "Show 4 more")

    whole = client.get(more)
    shown = {"HX-Current-URL": f"http://localhost{address()}"}
    fragment = hx.get(f"{more}&with_form=more", headers=shown)

    assert first.text.count("data-charger-id") == 20
    assert whole.text.count("data-charger-id") == 24
    assert "more</a>" not in whole.text
    assert [row[0] for row in island(first)["points"]] == [  # type: ignore[attr-defined]
        row[0]
        for row in island(whole)["points"]  # type: ignore[attr-defined]
    ]
    # Whoever asked for more goes on at the first new card.
    cards = fragment.text.split("data-charger-id")
    assert ["autofocus" in card for card in cards].index(True) == 21
    assert fragment.headers["HX-Replace-Url"].endswith("shown=40")


def test_another_filter_starts_the_list_anew(client: CheckedClient, many: None) -> None:
    text = client.get(address(shown="40")).text

    assert all("shown" not in url for url in links_named(text, "Now, until full"))


def test_a_filter_is_a_step_back_and_the_circles_size_is_none(
    hx: HtmxClient, charger: Charger
) -> None:
    here = f"http://localhost{address(min_kw='11')}"
    headers = {"HX-Current-URL": here}

    filtered = hx.get(address(min_kw="22", radius_km="5"), headers=headers)
    widened = hx.get(address(min_kw="11", radius_km="9"), headers=headers)
    restored = hx.get(address(with_form="back"), headers=headers)

    assert "min_kw=22" in filtered.headers["HX-Push-Url"]
    assert "HX-Push-Url" not in widened.headers
    assert "radius_km=9" in widened.headers["HX-Replace-Url"]
    assert "HX-Push-Url" not in restored.headers
    assert 'hx-swap-oob="true"' in restored.text


def test_nothing_in_the_circle_shows_the_nearest_beyond_and_leads_there(
    client: CheckedClient, charger: Charger
) -> None:
    far = address(lat="52.70")

    response = client.get(far)

    assert island(response)["points"] == []
    assert "Nearest that fits, outside of this circle" in response.text
    assert charger.name in response.text
    (there,) = links_named(response.text, "Go there")
    assert charger.name in client.get(there).text


def test_on_foot_is_said_only_where_one_would_walk(
    client: CheckedClient, charger: Charger
) -> None:
    near = client.get(address()).text
    far = client.get(address(lat="52.50", radius_km="10")).text

    assert re.search(r"straight line, about \d+ min on foot", near)
    assert "straight line" in far
    assert "on foot" not in far


def test_a_charge_says_how_far_and_by_when(
    client: CheckedClient, charger: Charger
) -> None:
    times = {"from": "2026-06-10T18:00", "to": "2026-06-10T20:00"}

    assert "adds about 120 km by 20:00" in client.get(address(**times)).text


def test_a_host_who_decides_himself_is_named_so(
    client: CheckedClient, app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        asked = make_charger(hanna, now=now, booking_mode="REQUEST")

    anyone = client.get(address()).text
    instant = client.get(address(instant="1")).text

    assert "On request" in anyone
    assert f'data-charger-id="{asked.id}"' in anyone
    assert f'data-charger-id="{asked.id}"' not in instant
    assert "On request as well (1 charger)" in instant


def test_an_endless_address_is_refused_without_reading_it(
    client: CheckedClient,
) -> None:
    assert client.get("/?q=" + "x" * 50_000).status_code == 414


def test_pages_and_maps_hold_no_door(client: CheckedClient, charger: Charger) -> None:
    text = client.get(address(lat="52.53", lon="13.40", public="1")).text

    assert charger.name in text
    assert charger.address not in text
    assert charger.postal_code not in text
    assert f"{charger.latitude:.4f}" not in text
