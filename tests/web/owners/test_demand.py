"""An owner sees when drivers nearby look in vain; nobody else does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.kernel.geo import Point
from app.schedules.domain import OpeningRule
from app.search import service
from app.search.domain import Query, Span
from app.search.service.unmet import demand_near, note_unmet
from tests.support.checked_client import CheckedClient
from tests.support.factories_chargers import make_charger
from tests.support.people import SignIn

FRIDAY = datetime(2026, 6, 12, 18)
BY_DAY = tuple(OpeningRule(day, 8 * 60, 18 * 60) for day in range(1, 8))


@pytest.fixture
def charger(app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, closed in the evening."""
    with app.app_context():
        return make_charger(hanna, now=now, rules=BY_DAY)


def look_in_vain(app: Flask, people: int, now: datetime) -> None:
    """Let so many drivers search for Friday evening where nothing is free."""
    time = Span(starts=FRIDAY, ends=FRIDAY + timedelta(hours=4))
    with app.app_context():
        query = Query(center=Point(52.54, 13.41), time=time)
        results = service.near(query=query, vehicle=None, now=now)
        for number in range(people):
            note_unmet(results, f"person {number}", now)


def test_an_owner_reads_when_drivers_looked_while_the_charger_was_closed(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    hanna: Person,
    sign_in: SignIn,
    now: datetime,
) -> None:
    look_in_vain(app, 12, now)
    sign_in(hanna, client)

    overview = client.get(f"/host/chargers/{charger.id}").text
    page = client.get(f"/host/chargers/{charger.id}/demand").text

    words = "Drivers looked 12 times on Fridays 18–22, when you are closed."
    for text in (overview, page):
        assert words in text
        assert text.count("demand-5 is-missed") == 4
    assert "12 searches found nothing free" in page
    assert f"/host/chargers/{charger.id}/demand" in overview
    assert len(re.findall(r"<td[^>]*>12<", page)) == 4


def test_one_or_two_searches_are_never_told_apart(
    app: Flask,
    client: CheckedClient,
    charger: Charger,
    hanna: Person,
    sign_in: SignIn,
    now: datetime,
) -> None:
    path = f"/host/chargers/{charger.id}/demand"
    sign_in(hanna, client)
    pages = []
    for people in (1, 2):
        look_in_vain(app, people, now)
        pages.append(client.get(path).text)

    one, two = (page[page.index("<main") : page.index("</main>")] for page in pages)
    assert one == two
    assert "A few searches" in one
    assert "Drivers looked" not in one


def test_without_demand_the_page_says_what_will_be_there(
    client: CheckedClient, charger: Charger, hanna: Person, sign_in: SignIn
) -> None:
    sign_in(hanna, client)

    assert "Nobody looked in vain" in (
        client.get(f"/host/chargers/{charger.id}/demand").text
    )
    assert "nobody near you looked" in client.get(f"/host/chargers/{charger.id}").text


def test_demand_is_for_the_owner_alone(
    client: CheckedClient, charger: Charger, nell: Person, sign_in: SignIn
) -> None:
    path = f"/host/chargers/{charger.id}/demand"

    visitor = client.get(path)
    sign_in(nell, client)

    assert visitor.headers["Location"].startswith("/login")
    assert client.get(path).status_code == 404
    assert client.get("/host/chargers/999/demand").status_code == 404


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({}, 1),
        ({"HX-Request": "true"}, 1),
        ({"Sec-Purpose": "prefetch;prerender"}, 0),
        ({"Purpose": "prefetch"}, 0),
        ({"User-Agent": "Mozilla/5.0 (compatible; Examplebot/2.1)"}, 0),
        ({"User-Agent": ""}, 0),
    ],
)
def test_the_search_page_counts_people_and_no_machines(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    headers: dict[str, str],
    counts: int,
    now: datetime,
) -> None:
    with app.app_context():
        make_charger(hanna, now=now, rules=BY_DAY)
    address = "/?lat=52.54&lon=13.41&from=2026-06-12T20:00&to=2026-06-12T21:00"

    for _ in range(2):
        assert client.get(address, headers=headers).status_code == 200
    assert client.head(address, headers=headers).status_code == 200

    assert noted(app, now) == counts


def noted(app: Flask, now: datetime) -> int:
    """Return how many searches were counted there."""
    with app.app_context():
        near = demand_near(Point(52.54, 13.41), (True,) * 168, now)
        return near.searches
