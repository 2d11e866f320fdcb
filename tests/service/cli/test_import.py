"""``flask chargers import`` on both databases, with small files and the real one."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.accounts import service as accounts
from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.models import ConnectorRow, EvseRow, LocationRow
from app.chargers.service import Charger
from app.config import ROOT
from app.database import db, writing
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from app.pricing.models import TariffRow
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS, OpeningException, OpeningRule
from app.schedules.models import OpenWindowRow
from tests.support.stations import row, write_file

OWNER = "host@plugbid.test"
DATA = Path(os.environ.get("PLUGBID_DATA") or ROOT.parent / "shared" / "data")
REAL_FILE = DATA / "stations" / "afdc_ny_2025-02.csv"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes its station file."""
    return tmp_path / "stations.csv"


def run(app: Flask, path: Path, owner: str = OWNER) -> Result:
    arguments = ["chargers", "import", str(path), "--format", "afdc", "--owner", owner]
    return app.test_cli_runner().invoke(args=arguments)


def import_rows(app: Flask, path: Path, *rows: dict[str, str]) -> str:
    result = run(app, write_file(path, rows))
    assert result.exit_code == 0, result.output
    # The command ran in a context of its own; what this one has read is old now.
    db.session.rollback()
    db.session.expire_all()
    return result.output


def all_chargers() -> list[Charger]:
    owner = accounts.find_by_email(OWNER)
    assert owner is not None
    return list(chargers.chargers_of(owner.id))


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_electric_rows_become_bookable_chargers_of_the_named_owner(
    in_app: Flask, path: Path, now: datetime
) -> None:
    output = import_rows(
        in_app,
        path,
        row(),
        row(Fuel_Type_Code="CNG", ID="7"),
        row(ID="1002", EV_Pricing="$2 per hour", Access_Days_Time="9am-5pm M-F"),
    )

    first, second = all_chargers()
    assert "3 rows read, 2 electric: 2 listed, 0 brought up to date" in output
    assert (first.name, first.city, first.time_zone) == (
        "City Hall",
        "Albany",
        "America/New_York",
    )
    assert first.is_bookable
    assert first.code != second.code
    assert pricing.tariff_of(first.id).energy_milli_per_kwh == 30_000
    assert pricing.tariff_of(second.id).time_milli_per_hour == 200_000
    assert schedules.opening_of(first.id).rules == ALWAYS
    assert schedules.opening_of(second.id).rules[0] == OpeningRule(1, 540, 1020)
    windows = dict(
        db.session.execute(
            select(OpenWindowRow.evse_id, func.count()).group_by(OpenWindowRow.evse_id)
        ).all()
    )
    assert windows == {first.id: 1, second.id: 25}


def test_a_second_run_writes_nothing(in_app: Flask, path: Path) -> None:
    rows = [row(ID=str(number)) for number in range(1, 6)]
    import_rows(in_app, path, *rows)
    before = all_chargers()
    stamp = db.session.scalars(select(LocationRow.updated_at)).all()

    output = import_rows(in_app, path, *rows)

    assert "0 listed, 0 brought up to date, 5 unchanged, 0 refused" in output
    assert all_chargers() == before
    assert db.session.scalars(select(LocationRow.updated_at)).all() == stamp
    assert (count(EvseRow), count(ConnectorRow), count(TariffRow)) == (5, 5, 5)


def test_a_newer_file_changes_only_what_differs_and_keeps_the_owners_own(
    in_app: Flask, path: Path, now: datetime
) -> None:
    import_rows(in_app, path, row(), row(ID="2"), row(ID="3"), row(ID="4"))
    moved, repriced, hours, same = all_chargers()
    closed = OpeningException(now.date(), "CLOSED")
    with writing() as work:
        work.session.get_one(EvseRow, moved.id).max_length_min = 90
        schedules.set_opening_in(
            work.session, evse_id=hours.id, rules=ALWAYS, exceptions=(closed,)
        )

    output = import_rows(
        in_app,
        path,
        row(
            Latitude="43.0",
            Longitude="-89.4",
            EV_Connector_Types="J1772COMBO",
            State="WI",
        ),
        row(ID="2", EV_Pricing="$0.31 per kWh"),
        row(ID="3", Access_Days_Time="9am-5pm daily"),
        row(ID="4"),
    )

    assert "0 listed, 3 brought up to date, 1 unchanged" in output
    now_moved, now_repriced, now_hours, now_same = all_chargers()
    assert (now_moved.id, now_moved.code) == (moved.id, moved.code)
    assert (now_moved.latitude, now_moved.time_zone) == (43.0, "America/Chicago")
    assert now_moved.connectors[0].standard == "IEC_62196_T1_COMBO"
    assert now_moved.max_length_min == 90
    assert now_repriced.connectors == repriced.connectors
    assert "$0.31 per kWh" in now_repriced.house_rules
    assert pricing.tariff_of(repriced.id).energy_milli_per_kwh == 31_000
    assert schedules.opening_of(now_hours.id).exceptions == (closed,)
    assert schedules.opening_of(now_hours.id).rules[0] == OpeningRule(1, 540, 1020)
    assert now_same == same
    assert count(TariffRow) == 5


def test_the_owners_own_price_and_hours_outlive_a_file_that_tells_none(
    in_app: Flask, path: Path, now: datetime
) -> None:
    silent = row(EV_Pricing="", Access_Days_Time="")
    import_rows(in_app, path, silent)
    (charger,) = all_chargers()
    own = Tariff(currency="USD", energy_milli_per_kwh=44_000, time_milli_per_hour=0)
    mornings = (OpeningRule(1, 360, 720),)
    with writing() as work:
        pricing.set_tariffs_in(work.session, {charger.id: own}, now=now)
        schedules.set_opening_in(work.session, evse_id=charger.id, rules=mornings)

    output = import_rows(in_app, path, silent)

    assert "0 brought up to date, 1 unchanged" in output
    assert pricing.tariff_of(charger.id) == own
    assert schedules.opening_of(charger.id).rules == mornings


def test_each_refused_row_is_shown_and_written_down_and_the_rest_goes_on(
    in_app: Flask, path: Path
) -> None:
    output = import_rows(
        in_app,
        path,
        row(ID="1", Latitude="x"),
        row(ID="2", State="ON", Country="CA", Latitude="33", Longitude="-130"),
        row(ID="3", EV_Connector_Types=""),
        row(ID="4"),
        row(ID="4", Station_Name="Again"),
    )

    assert "line 2, station 1: refused: its latitude is 'x'" in output
    assert "line 3, station 2: refused: no time zone is known" in output
    assert "line 4, station 3: refused: it has no plug that we know" in output
    assert "line 6, station 4: refused: the file has this ID on an earlier" in output
    assert "1 listed, 0 brought up to date, 0 unchanged, 4 refused" in output
    assert [each.name for each in all_chargers()] == ["City Hall"]
    written = path.with_name("stations.csv.errors.csv").read_text().splitlines()
    assert written[0] == "line,id,reason"
    assert [line.split(",")[:2] for line in written[1:]] == [
        ["2", "1"],
        ["3", "2"],
        ["4", "3"],
        ["6", "4"],
    ]


def test_assumptions_and_texts_not_understood_are_named_and_counted(
    in_app: Flask, path: Path
) -> None:
    output = import_rows(
        in_app,
        path,
        row(ID="1", EV_Pricing="", Access_Days_Time=""),
        row(ID="2", EV_Pricing="ask inside", Access_Days_Time="Dawn to dusk"),
        row(ID="3", EV_Pricing="ask inside"),
        row(ID="4", EV_Connector_Types="J1772 HYPERPLUG"),
    )

    assert "Price texts understood: 1 of 3 (33.3 %)" in output
    assert "2 x 'ask inside': not understood" in output
    assert "Opening-hours texts understood: 2 of 3 (66.7 %)" in output
    assert "1 x 'Dawn to dusk': not understood" in output
    assert "1 x HYPERPLUG" in output
    assert "1.9 kW for level 1, 7.2 kW for level 2, 50 kW for DC" in output
    assert "$0.35 per kWh where no price is given or understood" in output
    assert "sets another (3)" in output
    assert "sets others (2)" in output


def test_progress_is_shown_after_every_batch(
    in_app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.stations.reading.BATCH", 2)

    output = import_rows(in_app, path, *(row(ID=str(n)) for n in range(1, 6)))

    steps = [line.strip() for line in output.splitlines() if line.startswith("  ")]
    assert [step.partition(",")[0] for step in steps] == [
        "2 stations read",
        "4 stations read",
        "5 stations read",
    ]
    assert steps[-1].endswith("100 % of the file")


def test_what_somebody_else_lists_or_the_owner_took_down_is_left_alone(
    in_app: Flask, path: Path, now: datetime
) -> None:
    import_rows(in_app, path, row(), row(ID="2"))
    first, second = all_chargers()
    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=first.owner_id, charger_id=first.id, now=now
        )

    changed = write_file(path, [row(City="Troy"), row(ID="2", City="Troy")])
    same_owner = run(in_app, changed)
    stranger = run(in_app, changed, owner="other@plugbid.test")

    db.session.rollback()
    assert "station 1001: refused: its owner has taken it down" in same_owner.output
    assert "1 brought up to date" in same_owner.output
    assert "station 2: refused: it is listed by somebody else" in stranger.output
    gone = chargers.find_charger(first.id)
    assert gone is not None
    assert (gone.city, gone.listing_state) == ("Albany", "ARCHIVED")
    assert count(LocationRow) == 2


def test_an_account_that_exists_is_used_and_a_missing_one_is_made(
    in_app: Flask, hanna: Person, path: Path
) -> None:
    write_file(path, [row()], bom=False)

    result = run(in_app, path, owner=hanna.email.upper())
    run(in_app, write_file(path, [row(ID="9")]), owner="new.host@plugbid.test")

    assert result.exit_code == 0
    assert len(chargers.chargers_of(hanna.id)) == 1
    made = accounts.find_by_email("new.host@plugbid.test")
    assert made is not None
    assert not made.is_verified
    assert len(chargers.chargers_of(made.id)) == 1
