"""``flask chargers import`` of every format, with and without an owner."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts import service as accounts
from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.models import LocationRow, PublicStationRow
from app.database import db
from app.kernel.geo import Point
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS
from tests.support.stations import (
    location,
    ocm_row,
    own_row,
    row,
    write_file,
    write_table,
)

BERLIN = Point(52.53, 13.40)
Run = Callable[..., Result]


@pytest.fixture
def run(in_app: Flask) -> Run:
    """Import a file and start reading the database anew."""

    def invoke(path: Path, file_format: str, *options: str) -> Result:
        arguments = ["chargers", "import", str(path), "--format", file_format]
        result = in_app.test_cli_runner().invoke(args=[*arguments, *options])
        assert result.exc_info is None or result.exc_info[0] is SystemExit, (
            result.exc_info
        )
        db.session.rollback()
        db.session.expire_all()
        return result

    return invoke


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def write_list(path: Path, *locations: Any) -> Path:
    path.write_text(json.dumps({"data": locations, "status_code": 1000}))
    return path


def test_without_an_owner_stations_of_every_format_are_public_only(
    run: Run, tmp_path: Path
) -> None:
    files = {
        "afdc": write_file(tmp_path / "a.csv", [row(EV_Pricing="ask inside")]),
        "ocm": write_table(tmp_path / "b.csv", [ocm_row()]),
        "csv": write_table(tmp_path / "c.csv", [own_row(price_kwh="", currency="")]),
        "ocpi": write_list(tmp_path / "d.json", location()),
    }
    for file_format, path in files.items():
        first, second = run(path, file_format), run(path, file_format)

        assert first.exit_code == second.exit_code == 0
        assert "1 public stations stored, 0 brought up to date" in first.output
        assert "0 public stations stored, 0 brought up to date, 1 unch" in second.output

    near = chargers.public_near(BERLIN, 20_000, 10)
    assert {each.source for each in near} == {"ocm", "csv", "ocpi:DEABC"}
    assert (count(LocationRow), count(PublicStationRow)) == (0, 4)


def test_an_owner_gets_chargers_of_every_format_that_are_open_and_priced(
    run: Run, hanna: Person, tmp_path: Path
) -> None:
    to_hanna = ("--owner", hanna.email, "--price", "0.45 EUR")

    run(write_table(tmp_path / "b.csv", [ocm_row()]), "ocm", *to_hanna)
    run(write_table(tmp_path / "c.csv", [own_row()]), "csv", *to_hanna)
    evses = [
        {**location()["evses"][0], "uid": uid, "physical_reference": uid}
        for uid in ("E1", "E2")
    ]
    path = write_list(tmp_path / "d.json", location(evses=evses))
    result = run(path, "ocpi", *to_hanna)

    assert "1 locations read, 2 chargers in them: 2 listed" in result.output
    mine = {each.name: each for each in chargers.chargers_of(hanna.id)}
    assert set(mine) == {"Kulturbrauerei", "Courtyard", "Am Park · E1", "Am Park · E2"}
    energy = {
        name: pricing.tariff_of(each.id).energy_milli_per_kwh
        for name, each in mine.items()
    }
    assert energy["Courtyard"] == 39_000
    assert energy["Kulturbrauerei"] == energy["Am Park · E1"] == 45_000
    assert schedules.opening_of(mine["Am Park · E2"].id).rules == ALWAYS
    assert len(schedules.opening_of(mine["Courtyard"].id).rules) == 5
    assert {each.time_zone for each in mine.values()} == {"Europe/Berlin"}


def test_a_public_station_becomes_a_charger_and_stands_there_once(
    run: Run, hanna: Person, tmp_path: Path
) -> None:
    path = write_table(tmp_path / "b.csv", [ocm_row(), ocm_row(id="77002")])
    one = write_table(tmp_path / "one.csv", [ocm_row()])
    run(path, "ocm")

    run(one, "ocm", "--owner", hanna.email, "--price", "0.45 EUR")
    again = run(path, "ocm")

    assert "1 unchanged, 1 on offer here already and left out" in again.output
    near = chargers.public_near(BERLIN, 20_000, 10)
    assert [each.source_id for each in near] == ["77002"]
    assert count(LocationRow) == 1


def test_a_dry_run_prints_the_same_summary_and_writes_nothing(
    run: Run, hanna: Person, tmp_path: Path, now: datetime
) -> None:
    rows = [own_row(), own_row(id="B2", price_kwh="0.50"), own_row(id="B3", hours="x")]
    path = write_table(tmp_path / "c.csv", rows)
    to_hanna, to_new = ("--owner", hanna.email), ("--owner", "new@plugbid.test")

    before = run(path, "csv", *to_hanna, "--dry-run")
    stranger = run(path, "csv", *to_new, "--dry-run")
    assert count(LocationRow) == 0
    real = run(path, "csv", *to_hanna)
    changed = write_table(
        path, [own_row(price_kwh="0.41"), own_row(id="B2", city="Potsdam")]
    )
    update = run(changed, "csv", *to_hanna, "--dry-run")

    assert "2 listed, 0 brought up to date, 0 unchanged, 1 refused" in before.output
    assert before.output.startswith(real.output.rstrip())
    assert "Nothing was written" in before.output
    assert "Nothing was written" not in real.output
    assert "2 listed" in stranger.output
    assert accounts.find_by_email("new@plugbid.test") is None
    assert "0 listed, 2 brought up to date" in update.output
    mine = chargers.chargers_of(hanna.id)
    assert [each.city for each in mine] == ["Berlin", "Berlin"]
    assert {pricing.tariff_of(each.id).energy_milli_per_kwh for each in mine} == {
        39_000,
        50_000,
    }


def test_a_public_dry_run_writes_nothing(run: Run, tmp_path: Path) -> None:
    path = write_table(tmp_path / "b.csv", [ocm_row()])

    result = run(path, "ocm", "--dry-run")

    assert "1 public stations stored" in result.output
    assert count(PublicStationRow) == 0


def test_what_the_owner_has_said_survives_a_file_that_is_silent(
    run: Run, hanna: Person, tmp_path: Path
) -> None:
    said = own_row(accessible="yes", access_notes="Ring twice.")
    run(write_table(tmp_path / "c.csv", [said]), "csv", "--owner", hanna.email)

    silent = write_table(tmp_path / "c.csv", [own_row(name="Yard")])
    result = run(silent, "csv", "--owner", hanna.email)

    (charger,) = chargers.chargers_of(hanna.id)
    assert "1 brought up to date" in result.output
    assert (charger.name, charger.access_notes) == ("Yard", "Ring twice.")
    assert charger.is_accessible is True


def test_two_files_with_the_same_ids_are_told_apart_by_their_namespaces(
    run: Run, hanna: Person, dario: Person, tmp_path: Path
) -> None:
    path = write_table(tmp_path / "c.csv", [own_row()])
    run(path, "csv", "--owner", hanna.email)

    clash = run(path, "csv", "--owner", dario.email)
    apart = run(path, "csv", "--owner", dario.email, "--namespace", "dario")

    assert "it is listed by somebody else here" in clash.output
    assert "1 listed" in apart.output
    assert len(chargers.chargers_of(dario.id)) == 1


def test_formulas_are_stored_as_they_are_and_written_as_plain_text(
    run: Run, hanna: Person, tmp_path: Path
) -> None:
    evil = '=HYPERLINK("http://evil.test")'
    rows = [
        own_row(name=evil),
        own_row(id="=2+3", hours="x"),
        own_row(id="@x", city=""),
    ]
    path = write_table(tmp_path / "c.csv", rows)
    errors = tmp_path / "refused.csv"

    run(path, "csv", "--owner", hanna.email, "--errors", str(errors))

    (charger,) = chargers.chargers_of(hanna.id)
    assert charger.name == evil
    with errors.open(newline="", encoding="utf-8") as file:
        written = list(csv.reader(file))
    assert [line[:2] for line in written] == [
        ["line", "id"],
        ["3", "'=2+3"],
        ["4", "'@x"],
    ]


def test_records_that_cannot_be_taken_apart_are_refused_one_by_one(
    run: Run, tmp_path: Path
) -> None:
    table = write_file(tmp_path / "a.csv", [row()])
    table.write_text(table.read_text("utf-8-sig") + "ELEC,1002\nCNG\n")
    broken = [7, location(evses=[]), location(id="L3"), {}]

    rows = run(table, "afdc")
    locations = run(write_list(tmp_path / "d.json", *broken), "ocpi")

    assert "line 3, station 1002: refused: it has 2 cells" in rows.output
    assert "3 rows read, 2 electric: 1 public stations stored" in rows.output
    assert "location 1, station ?: refused: it is not an object" in locations.output
    assert "location 2, station LOC1: refused: it has no EVSEs" in locations.output
    assert "location 4, station ?: refused: it does not say" in locations.output
    assert "1 public stations stored" in locations.output


def test_texts_and_plugs_in_ever_new_words_need_no_more_memory(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.stations.tally._MAX_TEXTS", 1)
    rows = [
        row(ID=str(n), EV_Pricing=f"ask {n}", EV_Connector_Types=f"J1772 PLUG{n}")
        for n in range(1, 4)
    ]

    result = run(write_file(tmp_path / "a.csv", rows), "afdc")

    assert "1 x 'ask 1': not understood" in result.output
    assert "and 2 more in other words" in result.output
    assert "PLUG1" in result.output
    assert "PLUG2" not in result.output


def test_an_import_that_loses_a_race_finds_the_stations_known(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(tmp_path / "b.csv", [ocm_row()])
    run(path, "ocm")
    real, calls = chargers.import_public_in, []

    def late(*args: Any, **kwargs: Any) -> chargers.Stored:
        calls.append(kwargs["source"])
        if len(calls) == 1:
            raise IntegrityError("INSERT", {}, Exception("UNIQUE"))
        return real(*args, **kwargs)

    monkeypatch.setattr(chargers, "import_public_in", late)
    result = run(path, "ocm")

    assert (
        "0 public stations stored, 0 brought up to date, 1 unchanged" in result.output
    )
    assert count(PublicStationRow) == 1
