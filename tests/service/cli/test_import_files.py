"""``flask chargers import`` with bad files, in odd places, and with the real one."""

from __future__ import annotations

import csv
import os
import shutil
import time
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.accounts import service as accounts
from app.chargers.models import EvseRow, LocationRow, PublicStationRow
from app.config import ROOT
from app.database import db
from app.pricing.models import TariffRow
from app.schedules.models import OpenWindowRow
from tests.support.stations import own_row, row, write_file, write_table

OWNER = "host@plugbid.test"
DATA = Path(os.environ.get("PLUGBID_DATA") or ROOT.parent / "shared" / "data")
REAL_FILE = DATA / "stations" / "afdc_ny_2025-02.csv"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its station file."""
    return tmp_path / "stations.csv"


def run(app: Flask, path: Path, *options: str, file_format: str = "afdc") -> Result:
    """Import a file and start reading the database anew."""
    arguments = ["chargers", "import", str(path), "--format", file_format, *options]
    result = app.test_cli_runner().invoke(args=arguments)
    db.session.rollback()
    db.session.expire_all()
    return result


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column 'Fuel Type Code'"),
        (b"id,title\n1,x\n", "no column 'Fuel Type Code'"),
        (b"Fuel Type Code,ID\nELEC,1\n", "no column 'Station Name'"),
        (b"\xff\xfe\x00broken", "not text in UTF-8"),
        (b"Caf\xe9,ID\n", "line 1 has a wrong byte, 0xe9, 3 bytes into the file"),
        ("Fuel Type Code,ID\n".encode("utf-16-be"), "UTF-16"),
        (b'"a\n', "no CSV file"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_words_and_leaves_nothing(
    in_app: Flask, path: Path, content: bytes, words: str
) -> None:
    path.write_bytes(content)

    result = run(in_app, path, "--owner", OWNER)

    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert accounts.find_by_email(OWNER) is None


def test_a_missing_file_a_folder_and_a_bad_address_are_refused_in_words(
    in_app: Flask, path: Path
) -> None:
    missing = run(in_app, path)
    folder = run(in_app, path.parent)
    bad_owner = run(in_app, write_file(path, [row()]), "--owner", "nobody")

    assert "No such file" in missing.output
    assert "Is a directory" in folder.output
    assert "--owner:" in bad_owner.output
    assert {missing.exit_code, folder.exit_code, bad_owner.exit_code} == {1}
    assert count(LocationRow) == 0


def test_a_fault_in_the_middle_stops_there_and_says_how_many_are_imported(
    in_app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.stations.reading.BATCH", 2)
    write_table(path, [own_row(id=str(number)) for number in range(5)])
    path.write_bytes(path.read_bytes().replace(b"\n4,Courtyard", b"\n4,Courtyard\xff"))

    dry = run(in_app, path, "--dry-run", file_format="csv")
    real = run(in_app, path, file_format="csv")

    assert dry.exit_code == real.exit_code == 1
    assert "line 6 has a wrong byte, 0xff" in real.output
    assert "4 stations before that would be imported; the rest is not." in dry.output
    assert "4 stations before that are imported; the rest is not." in real.output
    assert count(PublicStationRow) == 4


def test_an_errors_file_is_only_made_for_errors_or_when_asked_for(
    in_app: Flask, path: Path
) -> None:
    asked = path.with_name("asked.csv")
    write_table(path, [own_row()])

    run(in_app, path, file_format="csv")
    assert not Path(f"{path}.errors.csv").exists()
    run(in_app, path, "--errors", str(asked), file_format="csv")

    assert asked.read_text() == "line,id,reason\n"


def test_an_errors_file_that_cannot_be_written_is_said_before_anything_happens(
    in_app: Flask, path: Path
) -> None:
    write_table(path, [own_row()])

    result = run(in_app, path, "--errors", str(path.parent), file_format="csv")

    assert result.exit_code == 1
    assert "the errors cannot be written to" in result.output
    assert count(PublicStationRow) == 0


def test_only_the_first_of_many_refused_rows_are_shown_and_all_are_written_down(
    in_app: Flask, path: Path
) -> None:
    write_table(path, [own_row(id=f"R{n}", latitude="\x1b[31m") for n in range(60)])

    result = run(in_app, path, file_format="csv")

    assert "line 51, station R49: refused" in result.output
    assert "line 52," not in result.output
    assert "and 10 more refused rows" in result.output
    assert "\x1b" not in result.output
    with Path(f"{path}.errors.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 61


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--price", "cheap"), "Please write it as '0.35 EUR'"),
        (("--price", "0.35 XXX"), "choose a currency"),
        (("--price", "0.1234567 EUR"), "at most five decimals"),
        (("--namespace", "Garages!"), "small letters, digits and hyphens"),
    ],
)
def test_options_that_mean_nothing_are_refused_in_words(
    in_app: Flask, path: Path, options: tuple[str, ...], words: str
) -> None:
    write_table(path, [own_row()])

    result = run(in_app, path, *options, file_format="csv")

    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_namespace_belongs_to_our_own_format_only(in_app: Flask, path: Path) -> None:
    result = run(in_app, write_file(path, [row()]), "--namespace", "north")

    assert result.exit_code == 2
    assert "only for csv" in result.output


def test_a_terminal_gets_a_bar_by_the_bytes_read(
    in_app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    monkeypatch.setattr("app.cli.chargers._is_terminal", lambda: True)
    real_bar = click.progressbar

    def bar(length: int, label: str) -> object:
        shown.append(length)
        return real_bar(length=length, label=label)

    monkeypatch.setattr(click, "progressbar", bar)
    write_table(path, [own_row()])

    result = run(in_app, path, file_format="csv")

    assert shown == [path.stat().st_size]
    assert "stations read," not in result.output


@pytest.mark.skipif(
    not REAL_FILE.exists(),
    reason=f"the station file is not there: {REAL_FILE} (set PLUGBID_DATA)",
)
def test_all_4736_real_stations_are_listed_in_under_a_minute_and_once(
    in_app: Flask, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(REAL_FILE, tmp_path))
    started = time.process_time()

    first = run(in_app, copy, "--owner", OWNER)
    took_s = time.process_time() - started
    second = run(in_app, copy, "--owner", OWNER)

    db.session.rollback()
    assert "4857 rows read, 4736 electric: 4736 listed" in first.output
    assert "0 listed, 0 brought up to date, 4736 unchanged" in second.output
    assert took_s < 30
    assert "Price texts understood: 919 of 983 (93.5 %)" in first.output
    assert "Opening-hours texts understood: 4120 of 4216" in first.output
    tables = (LocationRow, EvseRow, TariffRow)
    assert [count(table) for table in tables] == [4736] * 3
    bookable = select(OpenWindowRow.evse_id).distinct()
    assert len(db.session.scalars(bookable).all()) == 4736
