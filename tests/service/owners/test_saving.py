"""Saving and removing a charger is all or nothing, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.service import State
from app.chargers import service as chargers
from app.chargers.models import EvseRow, LocationRow
from app.database import db
from app.kernel.errors import DomainError, NotFound
from app.kernel.period import Period
from app.owners import service
from app.owners.service import BookingsChanged, SaveCharger
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS, Opening, OpeningRule
from tests.support.factories_bookings import NOON, hours, make_booking
from tests.support.factories_chargers import TARIFF, listing, make_charger

SAVE = SaveCharger(charger=listing(), tariff=TARIFF, opening=Opening(rules=ALWAYS))
OFF_GRID = Opening(rules=(OpeningRule(1, 7, 480),))


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_saved_charger_can_be_found_priced_and_booked(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger_id = service.add_charger(owner_id=hanna.id, command=SAVE, now=now)

    charger = chargers.get_charger(charger_id)
    free = schedules.free_periods(
        charger=charger, window=Period(NOON, NOON + timedelta(hours=1)), now=now
    )
    assert free == (Period(NOON, NOON + timedelta(hours=1)),)
    assert pricing.tariff_of(charger_id) == TARIFF
    assert make_booking(dario, charger, now=now).state is State.RESERVED


def test_hours_that_are_refused_leave_no_charger_behind(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    with pytest.raises(DomainError):
        service.add_charger(
            owner_id=hanna.id, command=replace(SAVE, opening=OFF_GRID), now=now
        )

    assert (count(LocationRow), count(EvseRow)) == (0, 0)


def test_a_refused_change_leaves_every_part_as_it_was(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger_id = service.add_charger(owner_id=hanna.id, command=SAVE, now=now)
    before = chargers.get_charger(charger_id)
    changed = SaveCharger(
        charger=listing(name="Other"),
        tariff=replace(TARIFF, energy_milli_per_kwh=1),
        opening=OFF_GRID,
    )

    with pytest.raises(DomainError):
        service.edit_charger(
            owner_id=hanna.id, charger_id=charger_id, command=changed, now=now
        )

    db.session.rollback()
    assert chargers.get_charger(charger_id) == before
    assert pricing.tariff_of(charger_id) == TARIFF
    assert schedules.opening_of(charger_id).rules == ALWAYS


def test_a_new_price_changes_no_booking_that_exists(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger_id = service.add_charger(owner_id=hanna.id, command=SAVE, now=now)
    booking = make_booking(dario, chargers.get_charger(charger_id), now=now)
    dear = replace(SAVE, tariff=replace(TARIFF, energy_milli_per_kwh=90_000))

    service.edit_charger(
        owner_id=hanna.id, charger_id=charger_id, command=dear, now=now
    )

    kept = bookings.get_booking(booking.id)
    assert kept.tariff == TARIFF
    assert kept.ceiling_minor == booking.ceiling_minor


def test_nobody_else_changes_pauses_or_removes_a_charger(
    in_app: Flask, hanna: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    one = {"owner_id": nell.id, "charger_id": charger.id, "now": now}

    with pytest.raises(NotFound):
        service.edit_charger(**one, command=SAVE)
    with pytest.raises(NotFound):
        service.pause_charger(**one)
    with pytest.raises(NotFound):
        service.publish_charger(**one)
    with pytest.raises(NotFound):
        service.remove_charger(**one, confirmed_codes=frozenset())
    with pytest.raises(NotFound):
        service.get_overview(**one)

    assert chargers.get_charger(charger.id) == charger


def test_a_removal_that_is_not_confirmed_cancels_nothing(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    booking = make_booking(dario, charger, now=now)

    for confirmed in (None, frozenset(), frozenset({"OTHERCODE2"})):
        with pytest.raises(BookingsChanged):
            service.remove_charger(
                owner_id=hanna.id,
                charger_id=charger.id,
                confirmed_codes=confirmed,
                now=now,
            )

    db.session.rollback()
    assert bookings.get_booking(booking.id).state is State.RESERVED
    assert chargers.get_charger(charger.id) == charger


def test_a_booking_and_a_removal_at_the_same_time_never_both_succeed(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    outcomes = []
    for turn in range(4):
        charger = make_charger(hanna, now=now, name=f"Turn {turn}")
        removed, booked = _race(in_app, hanna, dario, charger.id, now)
        outcomes.append((removed, booked))

    assert all(removed != booked for removed, booked in outcomes), outcomes


def _race(
    app: Flask, hanna: Person, dario: Person, charger_id: int, now: datetime
) -> tuple[bool, bool]:
    done = {"remove": False, "book": False}
    gate = threading.Barrier(2)

    def run(name: str) -> None:
        with app.app_context():
            try:
                charger = chargers.get_charger(charger_id)
                db.session.rollback()
                gate.wait(10)
                if name == "book":
                    make_booking(dario, charger, now=now, period=hours(1))
                else:
                    service.remove_charger(
                        owner_id=hanna.id,
                        charger_id=charger_id,
                        confirmed_codes=frozenset(),
                        now=now,
                    )
                done[name] = True
            except DomainError:
                pass
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(name,)) for name in done]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    return done["remove"], done["book"]


def test_the_dashboard_leaves_out_what_is_over_or_under_way(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, tariff=None)
    without_price = service.get_overview(
        owner_id=hanna.id, charger_id=charger.id, now=now
    )
    priced = make_charger(hanna, now=now)
    soon = make_booking(dario, priced, now=now)
    make_booking(
        dario, priced, now=now, period=hours(1, start=NOON + timedelta(days=5))
    )

    board = service.dashboard(owner_id=hanna.id, now=now)

    assert without_price.tariff is None
    assert [each.code for each in board.upcoming] == [soon.code]
    assert board.drivers == {dario.id: "Dario"}
    assert (board.boxes, board.boxes_online) == (0, 0)
    assert [line.next_booking for line in board.lines] == [None, soon]
