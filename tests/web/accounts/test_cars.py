"""A driver's cars, through a browser."""

from __future__ import annotations

import pytest
from flask import Flask

from app.accounts import service
from app.accounts.service import Person, Vehicle
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import SignIn

CAR = {
    "name": "Blue Zoe",
    "standards": ["IEC_62196_T2"],
    "max_ac_w": "22",
    "max_dc_w": "",
    "battery_wh": "52,5",
}


def cars_of(app: Flask, person: Person) -> tuple[Vehicle, ...]:
    with app.app_context():
        return service.vehicles_of(person.id)


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_a_first_car_is_added_and_prices_are_for_it(
    request: pytest.FixtureRequest,
    app: Flask,
    kind: str,
    status: int,
    dario: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(dario, browser)

    answer = browser.post("/account/cars/new", data=CAR)

    assert answer.status_code == status
    (car,) = cars_of(app, dario)
    assert (car.name, car.max_ac_w, car.max_dc_w) == ("Blue Zoe", 22000, 0)
    assert (car.battery_wh, car.standards) == (52500, ("IEC_62196_T2",))
    assert car.is_default
    assert "Blue Zoe" in browser.get("/account").text


def test_a_common_model_fills_the_form_in(
    client: CheckedClient, hx: HtmxClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    sign_in(dario, hx)

    page = client.get("/account/cars/new?model=vw-id3")
    fragment = hx.get("/account/cars/new?model=vw-id3")
    unknown = client.get("/account/cars/new?model=spaceship")

    for answer in (page, fragment):
        assert 'value="VW ID.3"' in answer.text
        assert 'value="58"' in answer.text
    assert fragment.text.lstrip().startswith('<div id="car-form"')
    assert 'value="VW ID.3"' not in unknown.text


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "", "Please fill this in."),
        ("name", "x" * 81, "short name"),
        ("standards", [], "choose the plugs"),
        ("standards", ["TESLA_ROADSTER_2031"], "not a valid choice"),
        ("max_ac_w", "NaN", "Please give a number"),
        ("max_ac_w", "Infinity", "Please give a number"),
        ("max_ac_w", "1e3", "Please give a number"),
        ("max_ac_w", "-1", "power from 0 to 1000 kW"),
        ("max_ac_w", "0", "takes some AC power"),
        ("max_ac_w", "1001", "power from 0 to 1000 kW"),
        ("max_ac_w", "9" * 40, "more than can be right"),
        ("max_ac_w", "7.4444", "at most three decimals"),
        ("max_dc_w", "eleven", "Please give a number"),
        ("battery_wh", "0", "size from 1 to 1000 kWh"),
        ("battery_wh", "", "Please fill this in."),
    ],
)
def test_a_car_that_cannot_be_is_refused_at_the_field(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    dario: Person,
    sign_in: SignIn,
    field: str,
    value: object,
    reason: str,
) -> None:
    sign_in(dario, client)
    sign_in(dario, hx)

    page = client.post("/account/cars/new", data={**CAR, field: value})
    fragment = hx.post("/account/cars/new", data={**CAR, field: value})

    assert (page.status_code, fragment.status_code) == (422, 422)
    for answer in (page, fragment):
        assert f'id="{field}-error"' in answer.text
        assert reason in answer.text
    assert cars_of(app, dario) == ()


def test_a_fast_charging_plug_needs_dc_power(
    client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)

    answer = client.post(
        "/account/cars/new", data={**CAR, "standards": ["IEC_62196_T2_COMBO"]}
    )

    assert answer.status_code == 422
    assert 'id="max_dc_w-error"' in answer.text


@pytest.mark.parametrize(("kind", "status"), [("client", 303), ("hx", 204)])
def test_a_car_is_changed_and_removed(
    request: pytest.FixtureRequest,
    app: Flask,
    kind: str,
    status: int,
    dario: Person,
    sign_in: SignIn,
) -> None:
    browser: CheckedClient = request.getfixturevalue(kind)
    sign_in(dario, browser)
    browser.post("/account/cars/new", data=CAR)
    (car,) = cars_of(app, dario)
    path = f"/account/cars/{car.id}"

    shown = browser.get(f"{path}/edit")
    changed = browser.post(f"{path}/edit", data={**CAR, "name": "Old Zoe"})
    renamed = cars_of(app, dario)
    removed = browser.post(f"{path}/delete")

    assert 'value="52.5"' in shown.text
    assert (changed.status_code, removed.status_code) == (status, status)
    assert [one.name for one in renamed] == ["Old Zoe"]
    assert renamed[0].is_default
    assert cars_of(app, dario) == ()


def test_a_changed_car_that_cannot_be_is_refused_and_stays(
    app: Flask, client: CheckedClient, hx: HtmxClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    sign_in(dario, hx)
    client.post("/account/cars/new", data=CAR)
    (car,) = cars_of(app, dario)

    page = client.post(f"/account/cars/{car.id}/edit", data={**CAR, "battery_wh": "-5"})
    fragment = hx.post(f"/account/cars/{car.id}/edit", data={**CAR, "max_ac_w": "x"})

    assert (page.status_code, fragment.status_code) == (422, 422)
    assert cars_of(app, dario) == (car,)


def test_the_default_moves_to_the_car_that_is_chosen(
    app: Flask, client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)
    client.post("/account/cars/new", data=CAR)
    client.post("/account/cars/new", data={**CAR, "name": "Red", "is_default": "y"})
    client.post("/account/cars/new", data={**CAR, "name": "Van"})

    names = [(car.name, car.is_default) for car in cars_of(app, dario)]
    red = cars_of(app, dario)[0]
    client.post(f"/account/cars/{red.id}/delete")

    assert names == [("Red", True), ("Blue Zoe", False), ("Van", False)]
    assert [(car.name, car.is_default) for car in cars_of(app, dario)] == [
        ("Blue Zoe", True),
        ("Van", False),
    ]


def test_nell_may_not_touch_the_car_of_dario(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    dario: Person,
    nell: Person,
    sign_in: SignIn,
) -> None:
    sign_in(dario, client)
    client.post("/account/cars/new", data=CAR)
    (car,) = cars_of(app, dario)
    sign_in(nell, client)
    sign_in(nell, hx)

    for browser in (client, hx):
        path = f"/account/cars/{car.id}"
        assert browser.get(f"{path}/edit").status_code == 404
        assert browser.post(f"{path}/edit", data=CAR).status_code == 404
        assert browser.post(f"{path}/delete").status_code == 404
    assert cars_of(app, dario) == (car,)


def test_there_is_a_most_number_of_cars(
    app: Flask, client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)

    answers = [
        client.post("/account/cars/new", data=CAR).status_code for _ in range(21)
    ]

    assert answers == [303] * 20 + [422]
    assert len(cars_of(app, dario)) == 20


def test_after_a_car_one_goes_back_to_where_one_came_from(
    client: CheckedClient, dario: Person, sign_in: SignIn
) -> None:
    sign_in(dario, client)

    answer = client.post("/account/cars/new?next=/chargers/7", data=CAR)

    assert answer.location == "/chargers/7"
