"""``flask search near`` answers as the page does, and refuses in words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from app.accounts.service import Person
from app.chargers.models import LocationRow
from app.database import writing
from app.kernel.geo import Point, distance_m
from app.schedules.domain import OpeningRule
from app.search import service
from app.search.domain import Query
from tests.service.cli.test_import import count
from tests.support.factories_chargers import make_charger

HERE = ("52.5384", "13.4098")
EVENINGS = tuple(OpeningRule(day, 18 * 60, 20 * 60) for day in range(1, 8))


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["search", "near", *arguments])


def answer(app: Flask, *arguments: str) -> list[dict[str, Any]]:
    result = run(app, *HERE, "--radius-km", "5", "--json", *arguments)
    assert result.exit_code == 0, result.output
    entries: list[dict[str, Any]] = json.loads(result.output)
    return entries


def test_an_imported_charger_has_its_sources_number_and_another_one_ours(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    ours, imported = (make_charger(hanna, now=now) for _ in range(2))
    with writing() as work:
        work.session.execute(
            update(LocationRow)
            .where(LocationRow.id == imported.location_id)
            .values(source="afdc", source_id="12345")
        )

    entries = answer(in_app)

    assert {each["id"] for each in entries} == {str(ours.id), "12345"}
    assert {each["charger_id"] for each in entries} == {ours.id, imported.id}


def test_an_entry_has_the_distance_to_the_public_point_and_the_price(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    (entry,) = answer(in_app, "--from", "2026-06-10T18:00", "--to", "2026-06-10T20:00")

    shown = Point(charger.public_latitude, charger.public_longitude)
    away_m = distance_m(Point(52.5384, 13.4098), shown)
    assert entry["distance_m"] == round(away_m, 1)
    # Two hours at 11 kW: 22 kWh at 0.39, and 1.00 an hour.
    assert entry["price"] == {
        "currency": "EUR",
        "energy_milli_per_kwh": 39_000,
        "time_milli_per_hour": 100_000,
        "total_minor": 1058,
        "per_kwh_milli": 48_091,
        "energy_wh": 22_000,
    }


def test_the_answer_is_the_pages(in_app: Flask, hanna: Person, now: datetime) -> None:
    for number in range(6):
        make_charger(hanna, now=now, latitude=52.53 + number / 300)
    query = Query(center=Point(52.5384, 13.4098))

    entries = answer(in_app, "--limit", "4")

    hits = service.near(query=query, vehicle=None, now=now).hits
    assert [each["charger_id"] for each in entries] == [
        hit.charger_id for hit in hits[:4]
    ]
    assert [each["price"]["total_minor"] for each in entries] == [
        hit.charge.total_minor for hit in hits[:4]
    ]


def test_a_time_without_an_offset_is_what_the_clocks_there_show(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    times = ("--from", "2026-06-10T18:00", "--to", "2026-06-10T20:00")
    berlin = make_charger(hanna, now=now, rules=EVENINGS)
    london = make_charger(hanna, now=now, rules=EVENINGS, time_zone="Europe/London")

    found = {each["charger_id"] for each in answer(in_app, *times)}

    assert found == {berlin.id, london.id}


def test_a_time_with_an_offset_is_the_same_moment_everywhere(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    berlin = make_charger(hanna, now=now, rules=EVENINGS)
    london = make_charger(hanna, now=now, rules=EVENINGS, time_zone="Europe/London")

    in_berlin = answer(
        in_app, "--from", "2026-06-10T16:00Z", "--to", "2026-06-10T20:00+02:00"
    )
    in_london = answer(in_app, "--from", "2026-06-10T17:00Z")

    assert [each["charger_id"] for each in in_berlin] == [berlin.id]
    assert [each["charger_id"] for each in in_london] == [london.id]


def test_plug_and_power_are_filters(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    make_charger(hanna, now=now)

    assert answer(in_app, "--plug", "IEC_62196_T2", "--min-power-w", "11000")
    assert answer(in_app, "--plug", "IEC_62196_T2_COMBO") == []
    assert answer(in_app, "--min-power-w", "11001") == []


def test_people_get_words(in_app: Flask, hanna: Person, now: datetime) -> None:
    make_charger(hanna, now=now)

    result = run(in_app, *HERE, "--radius-km", "5")

    assert "€0.39/kWh, €1.00/h, about €16.82 in all" in result.output
    assert result.output.endswith("1 charger.\n")


def test_the_southern_and_the_western_half_of_the_earth_can_be_asked(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    make_charger(hanna, now=now, latitude=-33.86, longitude=-151.2)

    result = run(in_app, "-33.86", "-151.2", "--radius-km", "2", "--json")

    assert len(json.loads(result.output)) == 1


SIX, EIGHT = "2026-06-10T18:00", "2026-06-10T20:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("91", "13", "--radius-km", "5"), "latitude must lie between -90 and 90"),
        (("nan", "13", "--radius-km", "5"), "latitude must lie"),
        (("52", "181", "--radius-km", "5"), "longitude must lie"),
        (("north", "13", "--radius-km", "5"), "not a valid float"),
        (("52", "13"), "Missing option '--radius-km'"),
        (("52", "13", "--radius-km", "-1"), "between 1 and 50 km"),
        (("52", "13", "--radius-km", "1e9"), "between 1 and 50 km"),
        (("52", "13", "--radius-km", "nan"), "between 1 and 50 km"),
        (("52", "13", "--radius-km", "inf"), "between 1 and 50 km"),
        ((*HERE, "--radius-km", "5", "--limit", "0"), "0 is not in the range"),
        ((*HERE, "--radius-km", "5", "--plug", "Type 2"), "do not know this plug"),
        ((*HERE, "--radius-km", "5", "--plug", "'; DROP"), "do not know this plug"),
        ((*HERE, "--radius-km", "5", "--min-power-w", "-5"), "power must lie"),
        ((*HERE, "--radius-km", "5", "--from", "soon"), "--from: please give a time"),
        ((*HERE, "--radius-km", "5", "--to", EIGHT), "from when as well"),
        (
            (*HERE, "--radius-km", "5", "--from", EIGHT, "--to", SIX),
            "end must be after the start",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", f"{EIGHT}Z", "--to", f"{SIX}Z"),
            "end must be after the start",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", SIX, "--to", f"{EIGHT}Z"),
            "both times with an offset",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", SIX, "--to", "2027-07-15T18:00"),
            "at most two days",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", "2026-06-09T18:00"),
            "already passed",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", "2026-06-09T18:00Z"),
            "already passed",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", "2026-09-09T18:00Z"),
            "four weeks ahead",
        ),
        (
            (*HERE, "--radius-km", "5", "--from", "0001-01-01T00:00+23:00"),
            "this century",
        ),
        ((*HERE, "--radius-km", "5", "--colour", "red"), "unexpected extra argument"),
    ],
)
def test_bad_arguments_are_refused_in_words_with_exit_code_2(
    in_app: Flask, arguments: tuple[str, ...], words: str
) -> None:
    result = run(in_app, *arguments)

    assert result.exit_code == 2
    assert words in result.output
    assert count(LocationRow) == 0
