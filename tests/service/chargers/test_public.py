"""Public stations: stored once, found by distance, never beside a charger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.domain import ListingRefused
from app.chargers.models import PublicStationRow
from app.chargers.service import AddStation, Stored
from app.database import db, writing
from app.kernel.errors import NotFound
from app.kernel.geo import Point
from tests.support.factories_chargers import listing

CENTER = Point(52.52, 13.405)
STATION = AddStation(
    source_id="1",
    name="Kulturbrauerei",
    operator="Stadtwerke",
    city="Berlin",
    country_code="DE",
    latitude=52.539,
    longitude=13.412,
    standards=("IEC_62196_T2", "Moonplug"),
    max_power_w=22_000,
    hours_text="24/7",
    price_text="0.39 EUR per kWh",
)


def station(source_id: str, **overrides: Any) -> AddStation:
    return replace(STATION, source_id=source_id, **overrides)


def store(*stations: AddStation, now: datetime, is_dry: bool = False) -> Stored:
    with writing() as work:
        return chargers.import_public_in(
            work.session,
            source="test",
            entries={each.source_id: each for each in stations},
            now=now,
            is_dry=is_dry,
        )


def list_it(key: str, owner: Person, now: datetime) -> int:
    with writing() as work:
        outcome = chargers.import_in(
            work.session,
            owner_id=owner.id,
            source="test",
            entries={key: listing()},
            now=now,
        )
    return outcome.imported[key].charger_id


def ids_near(center: Point, radius_m: float = 50_000, limit: int = 10) -> list[str]:
    found = chargers.public_near(center, radius_m, limit)
    return [each.source_id for each in found]


def test_a_station_is_stored_once_and_changed_only_where_it_differs(
    in_app: Flask, now: datetime
) -> None:
    later = now + timedelta(days=1)
    first = store(station("1"), station("2"), now=now)
    second = store(station("1"), station("2", name="Moved"), now=later)

    assert (first.created, first.changed) == ({"1", "2"}, frozenset())
    assert (second.created, second.changed, second.unchanged) == (
        frozenset(),
        {"2"},
        {"1"},
    )
    rows = db.session.execute(
        select(PublicStationRow.name, PublicStationRow.updated_at).order_by(
            PublicStationRow.source_id
        )
    ).all()
    assert [tuple(row) for row in rows] == [("Kulturbrauerei", now), ("Moved", later)]


def test_a_dry_run_says_the_same_and_writes_nothing(
    in_app: Flask, now: datetime
) -> None:
    store(station("1"), now=now)

    said = store(station("1", name="New"), station("2"), now=now, is_dry=True)

    assert (said.created, said.changed) == ({"2"}, {"1"})
    assert [each.name for each in chargers.public_near(CENTER, 50_000, 10)] == [
        "Kulturbrauerei"
    ]


def test_everything_the_source_says_comes_back_with_the_distance(
    in_app: Flask, now: datetime
) -> None:
    store(station("1"), now=now)

    (found,) = chargers.public_near(CENTER, 5_000, 10)

    assert found.standards == ("IEC_62196_T2", "Moonplug")
    assert (found.max_power_w, found.hours_text) == (22_000, "24/7")
    assert found.price_text == "0.39 EUR per kWh"
    assert 2_100 < found.distance_m < 2_300
    assert replace(found, distance_m=0.0) == chargers.get_public_station(found.id)


def test_the_nearest_come_first_and_only_those_inside_the_circle(
    in_app: Flask, now: datetime
) -> None:
    lats = {"far": 52.9, "near": 52.521, "middle": 52.6}
    store(*(station(key, latitude=lat) for key, lat in lats.items()), now=now)

    assert ids_near(CENTER) == ["near", "middle", "far"]
    assert ids_near(CENTER, limit=2) == ["near", "middle"]
    assert ids_near(CENTER, 10_000) == ["near", "middle"]
    assert ids_near(CENTER, 100) == []


def test_the_date_line_and_the_pole_hide_nothing(in_app: Flask, now: datetime) -> None:
    store(
        station("west", latitude=-17.0, longitude=-179.99),
        station("east", latitude=-17.0, longitude=179.98),
        station("pole", latitude=89.999, longitude=-120.0),
        now=now,
    )

    assert ids_near(Point(-17.0, 179.999)) == ["west", "east"]
    assert ids_near(Point(89.99, 60.0)) == ["pole"]


def test_a_charger_on_offer_is_no_public_station_as_well(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    list_it("1", hanna, now)

    said = store(station("1"), station("2"), now=now)

    assert (said.created, said.listed) == ({"2"}, {"1"})
    assert ids_near(CENTER) == ["2"]


def test_a_public_station_that_somebody_offers_is_public_no_more(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    store(station("1"), station("2"), now=now)

    list_it("1", hanna, now)

    assert ids_near(CENTER) == ["2"]


def test_what_its_owner_has_taken_down_may_be_a_public_station_again(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger_id = list_it("1", hanna, now)
    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=hanna.id, charger_id=charger_id, now=now
        )

    assert store(station("1"), now=now).created == {"1"}


def test_too_many_plugs_are_cut_between_two_names(in_app: Flask, now: datetime) -> None:
    many = tuple(f"PLUG_NUMBER_{number:04}" for number in range(40))

    store(station("1", standards=(*many, "a,b")), now=now)

    (found,) = chargers.public_near(CENTER, 5_000, 1)
    assert found.standards == many[: len(found.standards)]
    assert len(found.standards) == 11


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"source_id": ""}, "source_id"),
        ({"country_code": "DEU"}, "country_code"),
        ({"operator": "a\x00b"}, "operator"),
        ({"standards": ("a\ud800",)}, "standards"),
        ({"latitude": 91.0}, "latitude"),
        ({"longitude": float("nan")}, "longitude"),
        ({"max_power_w": 0}, "max_power_w"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_else_is_stored(
    in_app: Flask, now: datetime, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ListingRefused) as refusal:
        store(station("1"), replace(station("2"), **changes), now=now)

    assert refusal.value.field == field
    assert ids_near(CENTER) == []


def test_a_public_station_that_is_not_there_is_not_found(in_app: Flask) -> None:
    with pytest.raises(NotFound):
        chargers.get_public_station(1)
