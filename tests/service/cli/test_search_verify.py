"""``flask search verify`` finds whatever was broken on purpose, and mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.models import ConnectorRow, LocationRow
from app.chargers.service import Charger
from app.database import Row, db, writing
from app.kernel.geo import HIDDEN_CELL
from app.kernel.slots import slot_at
from app.schedules import service as schedules
from app.schedules.domain import OpeningRule
from app.schedules.models import OpeningSummaryRow, OpenWindowRow
from app.search import service
from tests.support.factories_chargers import make_charger

NIGHTS = tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in range(1, 8))
Break = Callable[[Session, Charger, datetime], None]


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=["search", "verify", *arguments])
    # The command ran in a context of its own; what this one has read is old now.
    db.session.rollback()
    return result


def broken(at: Charger, now: datetime, how: Break) -> None:
    with writing() as work:
        how(work.session, at, now)


def connector(**values: object) -> Break:
    """Return what writes wrong values into a charger's plugs."""

    def breaks(session: Session, at: Charger, now: datetime) -> None:
        session.execute(
            update(ConnectorRow).where(ConnectorRow.evse_id == at.id).values(**values)
        )

    return breaks


def hide_the_place(session: Session, at: Charger, now: datetime) -> None:
    session.execute(
        update(LocationRow)
        .where(LocationRow.id == at.location_id)
        .values(listing_state="PAUSED")
    )


def lose_a_window(session: Session, at: Charger, now: datetime) -> None:
    tomorrow = slot_at(now + timedelta(days=2))
    session.execute(
        delete(OpenWindowRow).where(
            OpenWindowRow.evse_id == at.id,
            OpenWindowRow.first_slot > tomorrow,
            OpenWindowRow.first_slot < tomorrow + 96,
        )
    )


def lose_every_window(session: Session, at: Charger, now: datetime) -> None:
    session.execute(delete(OpenWindowRow).where(OpenWindowRow.evse_id == at.id))


def add_a_window(session: Session, at: Charger, now: datetime) -> None:
    # Noon in Berlin, when it is closed.
    noon = slot_at(now.replace(hour=10, minute=0)) + 96
    session.execute(
        insert(OpenWindowRow).values(evse_id=at.id, first_slot=noon, end_slot=noon + 4)
    )


def stretch_a_window(session: Session, at: Charger, now: datetime) -> None:
    session.execute(
        update(OpenWindowRow)
        .where(OpenWindowRow.evse_id == at.id)
        .values(end_slot=OpenWindowRow.end_slot + 1)
    )


def lose_the_summary(session: Session, at: Charger, now: datetime) -> None:
    session.execute(delete(OpeningSummaryRow).where(OpeningSummaryRow.evse_id == at.id))


def turn_the_summary(session: Session, at: Charger, now: datetime) -> None:
    session.execute(
        update(OpeningSummaryRow)
        .where(OpeningSummaryRow.evse_id == at.id)
        .values(is_open_at_night=False)
    )


FAULTS: dict[str, tuple[Break, str]] = {
    "a wrong cell": (connector(cell=4711), "cells"),
    "hidden though on offer": (connector(cell=HIDDEN_CELL), "cells"),
    "visible though not on offer": (hide_the_place, "visible"),
    "a wrong latitude": (connector(latitude=52.0), "points"),
    "a wrong longitude": (connector(longitude=13.0), "points"),
    "a wrong zone": (connector(time_zone="Europe/London"), "zones"),
    "a window less": (lose_a_window, "windows"),
    "no window": (lose_every_window, "windows"),
    "a window more": (add_a_window, "windows"),
    "windows too long": (stretch_a_window, "windows"),
    "no summary": (lose_the_summary, "nights"),
    "a wrong summary": (turn_the_summary, "nights"),
}


def everything() -> list[object]:
    """Return every row that the search reads and ``verify`` may write."""
    tables: tuple[type[Row], ...] = (ConnectorRow, OpenWindowRow, OpeningSummaryRow)
    rows: list[object] = []
    for each in tables:
        table = each.__table__
        assert isinstance(table, Table)
        rows += db.session.execute(select(table).order_by(*table.primary_key)).all()
    return rows


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_broken_is_found_and_repaired(
    in_app: Flask, hanna: Person, now: datetime, fault: str
) -> None:
    breaks, kind = FAULTS[fault]
    charger = make_charger(hanna, now=now, rules=NIGHTS)
    make_charger(hanna, now=now)
    before = everything()
    broken(charger, now, breaks)

    found = service.verify(now=now, repair=False)
    looked = run(in_app)
    mended = run(in_app, "--repair")
    again = run(in_app)

    faults = {name: count for name, count in asdict(found).items() if count}
    assert faults == {"checked": 2, kind: 1}
    assert (looked.exit_code, mended.exit_code, again.exit_code) == (1, 0, 0)
    assert "--repair mends them" in looked.output
    assert "1 differences, all repaired" in mended.output
    assert "The index tells the truth" in again.output
    if kind != "visible":
        assert everything() == before


def test_looking_changes_nothing(in_app: Flask, hanna: Person, now: datetime) -> None:
    charger = make_charger(hanna, now=now, rules=NIGHTS)
    broken(charger, now, lose_the_summary)
    broken(charger, now, lose_a_window)
    broken(charger, now, connector(cell=1))
    wrong = everything()

    run(in_app)

    assert everything() == wrong


def test_a_charger_that_is_not_on_offer_is_hidden_again(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    broken(charger, now, hide_the_place)

    run(in_app, "--repair")

    assert db.session.scalars(select(ConnectorRow.cell)).all() == [HIDDEN_CELL]


def test_healthy_chargers_in_every_state_are_no_fault_also_days_later(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    open_one, paused, gone = (make_charger(hanna, now=now) for _ in range(3))
    make_charger(hanna, now=now, rules=())
    make_charger(hanna, now=now, rules=NIGHTS, time_zone="Asia/Kathmandu")
    with writing() as work:
        for change, charger in (
            (chargers.pause_in, paused),
            (chargers.archive_in, gone),
        ):
            change(work.session, owner_id=hanna.id, charger_id=charger.id, now=now)

    at_once = service.verify(now=now, repair=False)
    after_missed_nights = service.verify(now=now + timedelta(days=5), repair=False)
    schedules.tick(now=now + timedelta(days=30))
    after_the_nightly_work = service.verify(now=now + timedelta(days=30), repair=False)

    assert open_one.id
    assert at_once.checked == 5
    assert [
        each.faults for each in (at_once, after_missed_nights, after_the_nightly_work)
    ] == [0, 0, 0]


def test_after_too_many_missed_nights_the_windows_are_a_fault(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    make_charger(hanna, now=now, rules=NIGHTS)

    found = service.verify(now=now + timedelta(days=8), repair=False)

    assert found.windows == 1


def test_more_chargers_than_a_batch_holds_are_all_compared(
    in_app: Flask, hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.service.verifying._BATCH", 2)
    for _ in range(5):
        broken(make_charger(hanna, now=now), now, connector(time_zone="UTC"))

    found = service.verify(now=now, repair=True)
    again = service.verify(now=now, repair=False)

    assert (found.checked, found.zones) == (5, 5)
    assert again.faults == 0
