"""No bad input gets into a search; the reason stands at its field."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

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


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("q", {"lat": "NaN"}),
        ("q", {"lat": "inf"}),
        ("q", {"lat": "91"}),
        ("q", {"lon": "-180.5"}),
        ("q", {"lat": "52.5", "lon": ""}),
        ("q", {"lat": "1e1"}),
        ("q", {"q": "qqxxqqxx", "q_was": ""}),
        ("radius_km", {"radius_km": "0"}),
        ("radius_km", {"radius_km": "51"}),
        ("radius_km", {"radius_km": "NaN"}),
        ("radius_km", {"radius_km": "5.5"}),
        ("radius_km", {"radius_km": "٥"}),
        ("from", {"from": "yesterday"}),
        ("from", {"from": "2026-06-10T09:00", "to": "2026-06-10T12:00"}),
        ("from", {"from": "2027-06-10T09:00", "to": "2027-06-10T12:00"}),
        ("from", {"to": "2026-06-10T12:00"}),
        ("from", {"from": "9999-12-31T23:45", "to": "9999-12-31T23:59"}),
        ("from", {"from": "9999-12-31T23:45"}),
        ("from", {"from": "0001-01-01T00:00", "to": "0001-01-01T01:00"}),
        ("to", {"from": "2026-06-10T18:00", "to": "9999-12-31T23:59"}),
        ("to", {"from": "2026-06-10T18:00", "to": "2026-06-10T18:00"}),
        ("to", {"from": "2026-06-10T18:00", "to": "later"}),
        ("to", {"from": "2026-06-10T18:00", "to": "2026-06-20T18:00"}),
        ("plug", {"plug": "IEC_42"}),
        ("min_kw", {"min_kw": "NaN"}),
        ("min_kw", {"min_kw": "-1"}),
        ("min_kw", {"min_kw": "999999"}),
        ("max_price", {"max_price": "NaN"}),
        ("max_price", {"max_price": "-0.1"}),
        ("max_price", {"max_price": "cheap"}),
        ("q", {"sort": "random"}),
    ],
)
def test_bad_input_is_refused_at_its_field_for_both_browsers(
    client: CheckedClient,
    hx: HtmxClient,
    charger: Charger,
    field: str,
    values: dict[str, str],
) -> None:
    page = client.get(address(**values))
    fragment = hx.get(address(**values))

    for response in (page, fragment):
        assert response.status_code == 422
        assert f'id="{field}-error" role="alert"' in response.text
        assert island(response)["points"] == []
    assert "<!doctype html>" in page.text
    assert fragment.text.startswith('<div id="results"')
    assert 'hx-swap-oob="true"' in fragment.text
    assert fragment.headers["HX-Replace-Url"] == "false"


def test_a_mended_search_cleans_the_form_again(
    hx: HtmxClient, charger: Charger
) -> None:
    refused = hx.get(address(radius_km="99"))
    mended = hx.get(address(radius_km="9", with_form="open"))

    assert 'name="with_form"' in refused.text
    assert mended.status_code == 200
    assert 'hx-swap-oob="true"' in mended.text
    assert "radius_km-error" not in mended.text
    assert 'name="with_form"' not in mended.text
    # The filters stay open: that is where the driver is at work.
    assert '<details class="filters" open>' in mended.text


@pytest.mark.parametrize(
    "shown", [{"lat": "48.1", "lon": "11.6", "q_was": ""}, {"q_was": "48.1, 11.6"}]
)
def test_an_unknown_place_leaves_the_map_where_it_is_and_says_so_once(
    hx: HtmxClient, charger: Charger, shown: dict[str, str]
) -> None:
    query = urlencode({**shown, "q": "qqxxqqxx", "radius_km": "7"})
    refused = hx.get(f"/?{query}")

    assert island(refused)["center"] == [48.1, 11.6]
    assert island(refused)["radius_m"] == 7000
    assert refused.text.count("We know no place of this name") == 1
    # A second wrong name still knows where the map was.
    assert f'name="q_was" value="{shown["q_was"]}"' in refused.text


def test_where_nobody_shares_no_filter_is_blamed(client: CheckedClient) -> None:
    text = client.get(address(min_kw="11")).text

    assert "No charger here yet" in text
    assert "Clear all" not in text
    assert "Letting go" not in text


def test_public_stations_are_no_filter_in_use(client: CheckedClient) -> None:
    assert 'class="filters-used"' not in client.get(address(public="1")).text
    assert 'class="filters-used"' in client.get(address(min_kw="11")).text
