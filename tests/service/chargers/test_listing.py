"""Listing, editing and reading chargers, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.domain import Connector, ListingRefused
from app.chargers.models import ConnectorRow, LocationRow
from app.database import db, writing
from app.kernel.errors import NotFound
from app.kernel.geo import Point, cell_of, distance_m
from tests.support.factories_chargers import TYPE_2, listing, make_charger

CCS = Connector(
    standard="IEC_62196_T2_COMBO",
    format="CABLE",
    power_type="DC",
    max_power_w=50_000,
)


def test_a_listed_charger_reads_back_as_it_was_described(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    command = listing(connectors=(TYPE_2, CCS))

    charger_id = chargers.list_charger(owner_id=hanna.id, command=command, now=now)

    charger = chargers.get_charger(charger_id)
    assert charger.name == command.name
    assert charger.connectors == (TYPE_2, CCS)
    assert charger.owner_name == "Hanna"
    assert charger.listing_state == "PUBLISHED"
    assert charger.is_bookable
    assert charger.max_power_w == 50_000
    assert (charger.latitude, charger.longitude) == (52.5384, 13.4098)
    assert len(charger.code) == 10
    assert chargers.get_by_code(charger.code) == charger


def test_the_public_point_lies_150_to_500_m_from_the_door_and_decides_the_cell(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    true = Point(charger.latitude, charger.longitude)
    shown = Point(charger.public_latitude, charger.public_longitude)

    assert 150 <= distance_m(true, shown) <= 500
    assert db.session.scalars(select(ConnectorRow.cell)).all() == [cell_of(shown)]


def test_an_edit_moves_the_public_point_by_the_same_offset(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    command = listing(latitude=52.4384, name="Moved", connectors=(CCS,))

    chargers.edit_charger(
        owner_id=hanna.id, charger_id=charger.id, command=command, now=now
    )

    moved = chargers.get_charger(charger.id)
    assert moved.name == "Moved"
    assert moved.connectors == (CCS,)
    assert moved.code == charger.code
    assert moved.public_latitude == pytest.approx(charger.public_latitude - 0.1)
    cells = db.session.scalars(select(ConnectorRow.cell)).all()
    assert cells == [cell_of(Point(moved.public_latitude, moved.public_longitude))]


def test_nell_may_not_edit_pause_publish_or_archive_hannas_charger(
    in_app: Flask, hanna: Person, nell: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(NotFound):
        chargers.edit_charger(
            owner_id=nell.id, charger_id=charger.id, command=listing(), now=now
        )
    for action in (chargers.pause_in, chargers.publish_in, chargers.archive_in):
        with pytest.raises(NotFound), writing() as work:
            action(work.session, owner_id=nell.id, charger_id=charger.id, now=now)

    with pytest.raises(NotFound):
        chargers.get_own_charger(owner_id=nell.id, charger_id=charger.id)
    assert chargers.get_charger(charger.id) == charger


def test_a_paused_charger_is_visible_but_not_bookable_until_published_again(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    for _ in range(2):
        with writing() as work:
            chargers.pause_in(
                work.session, owner_id=hanna.id, charger_id=charger.id, now=now
            )
    paused = chargers.get_charger(charger.id)
    with writing() as work:
        chargers.publish_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    assert paused.listing_state == "PAUSED"
    assert not paused.is_bookable
    assert chargers.get_charger(charger.id).is_bookable


def test_an_archived_charger_is_gone_except_for_its_label_and_its_history(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    with writing() as work:
        chargers.archive_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    with pytest.raises(NotFound):
        chargers.get_charger(charger.id)
    with pytest.raises(NotFound):
        chargers.get_own_charger(owner_id=hanna.id, charger_id=charger.id)
    assert chargers.chargers_of(hanna.id) == ()
    assert chargers.charger_zones([charger.id]) == {}
    assert chargers.get_by_code(charger.code).listing_state == "ARCHIVED"
    assert chargers.find_charger(charger.id) is not None
    with pytest.raises(NotFound), writing() as work:
        chargers.publish_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )


def test_what_is_refused_leaves_nothing_behind(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    bad = replace(listing(), time_zone="Mars/Olympus")

    with pytest.raises(ListingRefused):
        chargers.list_charger(owner_id=hanna.id, command=bad, now=now)
    with pytest.raises(ListingRefused):
        chargers.edit_charger(
            owner_id=hanna.id, charger_id=charger.id, command=bad, now=now
        )

    assert len(db.session.scalars(select(LocationRow.id)).all()) == 1
    assert chargers.get_charger(charger.id) == charger


def test_unknown_ids_and_codes_find_nothing(in_app: Flask) -> None:
    assert chargers.find_charger(4711) is None
    assert chargers.chargers_by_ids(()) == {}
    with pytest.raises(NotFound):
        chargers.get_charger(4711)
    with pytest.raises(NotFound):
        chargers.get_by_code("AAAAAAAAAA")


def test_each_owner_sees_his_own_chargers_oldest_first(
    in_app: Flask, hanna: Person, nell: Person, now: datetime
) -> None:
    first = make_charger(hanna, now=now, name="First")
    make_charger(nell, now=now, name="Nell's")
    second = make_charger(hanna, now=now, name="Second")

    assert chargers.chargers_of(hanna.id) == (first, second)
    assert chargers.charger_zones([first.id])[first.id] == "Europe/Berlin"


@pytest.mark.parametrize("said", [True, False, None])
def test_what_is_said_of_access_parking_and_booking_reads_back(
    in_app: Flask, hanna: Person, now: datetime, said: bool | None
) -> None:
    command = listing(
        is_accessible=said,
        has_free_parking=None if said is None else not said,
        booking_mode="REQUEST",
    )
    charger_id = chargers.list_charger(owner_id=hanna.id, command=command, now=now)

    first = chargers.get_charger(charger_id)
    chargers.edit_charger(
        owner_id=hanna.id,
        charger_id=charger_id,
        command=replace(command, is_accessible=None, booking_mode="INSTANT"),
        now=now,
    )

    assert first.is_accessible is said
    assert first.has_free_parking is command.has_free_parking
    assert first.asks_first
    changed = chargers.get_charger(charger_id)
    assert changed.is_accessible is None
    assert changed.has_free_parking is command.has_free_parking
    assert not changed.asks_first
