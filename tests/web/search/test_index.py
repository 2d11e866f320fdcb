"""The search page: whole for a plain browser, a fragment for htmx, no bad input in."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.accounts import service as accounts
from app.accounts.service import Person, SaveVehicle
from app.chargers.service import Charger, Connector
from app.pricing.domain import Tariff
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn
from tests.web.search.asking import address, island


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger in Berlin, always open."""
    with app.app_context():
        return make_charger(hanna, now=now, name="Kastanien 12")


def test_a_plain_browser_gets_a_whole_page_with_form_list_and_map(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get(address())

    assert response.status_code == 200
    assert "<!doctype html>" in response.text
    assert charger.name in response.text
    assert f"/chargers/{charger.id}" in response.text
    assert "map_chargers" in response.text


def test_htmx_gets_only_the_results_and_the_address_to_share(
    hx: HtmxClient, charger: Charger
) -> None:
    response = hx.get(address(q_was="", min_kw="", max_price="", radius_km="5"))

    assert response.text.startswith('<div id="results"')
    assert 'id="search"' not in response.text
    shared = urlsplit(response.headers["HX-Push-Url"])
    assert parse_qs(shared.query) == {"lat": ["52.5384"], "lon": ["13.4098"]}


def test_list_and_map_hold_the_same_chargers(hx: HtmxClient, charger: Charger) -> None:
    response = hx.get(address())

    drawn = island(response)
    listed = re.findall(r'data-charger-id="(\d+)"', response.text)
    assert [str(row[0]) for row in drawn["points"]] == listed  # type: ignore[attr-defined]
    assert drawn["center"] == [52.5384, 13.4098]
    assert drawn["radius_m"] == 5000


def test_the_wanted_time_is_carried_to_the_chargers_page(
    client: CheckedClient, charger: Charger
) -> None:
    times = {"from": "2026-06-10T18:00", "to": "2026-06-10T20:00"}

    response = client.get(address(**times))

    assert (
        f"/chargers/{charger.id}?from=2026-06-10T18:00&amp;to=2026-06-10T20:00"
        in response.text
    )
    assert "€10.58" in response.text
    assert "adds about 120 km" in response.text


def test_times_off_the_grid_are_searched_on_it_and_the_page_says_so(
    client: CheckedClient, charger: Charger
) -> None:
    times = {"from": "2026-06-10T18:07", "to": "2026-06-10T20:01"}

    response = client.get(address(**times))

    assert "quarter hours: searching 18:00 to 20:15" in response.text
    assert 'value="2026-06-10T18:00"' in response.text


def test_a_place_by_name_is_the_center_and_stands_in_the_address(
    hx: HtmxClient, charger: Charger
) -> None:
    response = hx.get("/?q=Berlin&q_was=")

    assert "of Berlin, Germany" in response.text
    assert "did you mean" not in response.text
    assert parse_qs(urlsplit(response.headers["HX-Push-Url"]).query) == {
        "q": ["Berlin"]
    }


def test_a_new_name_goes_before_an_older_point_and_clears_it(
    hx: HtmxClient, charger: Charger
) -> None:
    response = hx.get("/?q=Paris&q_was=&lat=52.5&lon=13.4")

    assert "of Paris, France" in response.text
    assert 'id="lat" name="lat" value=""' in response.text


def test_a_moved_map_goes_before_an_older_name_and_clears_it(
    hx: HtmxClient, charger: Charger
) -> None:
    response = hx.get("/?q=Paris&q_was=Paris&lat=52.5384&lon=13.4098")

    assert charger.name in response.text
    assert island(response)["center"] == [52.5384, 13.4098]
    assert 'id="q" name="q" value=""' in response.text


def test_an_address_is_searched_in_its_town_and_the_page_says_so(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get("/?q=Kastanienallee+12,+Berlin")

    assert response.status_code == 200
    assert "knows no streets" in response.text


def test_an_ambiguous_name_offers_the_others(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get("/?q=Springfield")

    assert "did you mean" in response.text
    assert "Springfield, Illinois" in response.text
    assert "Springfield, Missouri" in response.text


def test_a_village_of_the_same_name_is_not_offered_beside_a_metropolis(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get("/?q=Paris")

    assert "within 5 km of Paris" in response.text
    assert "Texas" not in response.text


def test_without_a_place_the_page_opens_where_chargers_are(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get("/")

    assert charger.name in response.text


def test_an_installation_without_chargers_says_so(client: CheckedClient) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert "No charger here yet" in response.text


def test_an_empty_answer_says_which_filter_to_loosen(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get(address(min_kw="50", plug="IEC_62196_T2"))

    assert "Any power (1 charger)" in response.text
    assert "Any plug (" not in response.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"plug": "CHADEMO"}, "Any plug (1 charger)"),
        ({"max_price": "0.01"}, "Any price per kWh (1 charger)"),
        ({"lat": "52.60"}, "Within 10 km (1 charger)"),
    ],
)
def test_each_filter_can_be_the_one_to_loosen(
    client: CheckedClient, charger: Charger, values: dict[str, str], words: str
) -> None:
    assert words in client.get(address(**values)).text


def test_a_taken_time_can_be_let_go(
    client: CheckedClient, app: Flask, hanna: Person, now: datetime
) -> None:
    with app.app_context():
        make_charger(hanna, now=now, max_length_min=60)

    response = client.get(
        address(**{"from": "2026-06-10T18:00", "to": "2026-06-10T20:00"})
    )

    assert "Any time (1 charger)" in response.text


def test_a_visitor_is_told_that_prices_are_for_an_ordinary_car(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get(address())

    assert "a typical electric car" in response.text
    assert '<option selected value="any">' in response.text


def test_a_driver_sees_prices_for_his_car_and_only_plugs_that_fit(
    client: CheckedClient,
    app: Flask,
    dario: Person,
    hanna: Person,
    charger: Charger,
    sign_in: SignIn,
    now: datetime,
) -> None:
    with app.app_context():
        accounts.add_vehicle(
            user_id=dario.id,
            command=SaveVehicle(
                name="Renault Zoe",
                standards=("IEC_62196_T2",),
                max_ac_w=22_000,
                max_dc_w=0,
                battery_wh=52_000,
                is_default=True,
            ),
        )
        other = make_charger(
            hanna,
            now=now,
            name="Fast one",
            connectors=(
                Connector(
                    standard="CHADEMO",
                    format="CABLE",
                    power_type="DC",
                    max_power_w=50_000,
                ),
            ),
        )
    sign_in(dario, client)

    his = client.get(address())
    anything = client.get(address(plug="any"))

    assert "your Renault Zoe" in his.text
    assert '<option selected value="car">Fits Renault Zoe (Type 2)' in his.text
    assert other.name not in his.text
    assert other.name in anything.text
    assert "Does not fit your car" in anything.text


def test_a_drivers_link_shows_a_visitor_any_plug(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get(address(plug="car"))

    assert response.status_code == 200
    assert charger.name in response.text


def test_a_power_that_is_not_in_the_list_is_kept(
    client: CheckedClient, charger: Charger
) -> None:
    response = client.get(address(min_kw="10.5"))

    assert charger.name in response.text
    assert '<option selected value="10.5">' in response.text


def test_what_costs_nothing_says_so_and_shows_no_unit_price(
    client: CheckedClient, app: Flask, hanna: Person, now: datetime
) -> None:
    free = Tariff(currency="EUR", energy_milli_per_kwh=0, time_milli_per_hour=0)
    with app.app_context():
        make_charger(hanna, now=now, tariff=free)

    text = client.get(address()).text

    assert "<strong>No charge</strong>" in text
    assert "all in" not in text
