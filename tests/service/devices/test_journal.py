"""The journals of the boxes: stored once, gaps known, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from app.devices import service
from app.devices.events import RecordsStored
from app.devices.service import Device
from tests.support.factories_devices import (
    JOURNAL,
    NOW_MS,
    FakeBox,
    make_box,
    meter,
    records,
)
from tests.support.heard import listen

pytestmark = pytest.mark.service


@pytest.fixture
def box(in_app: Flask, now: datetime) -> FakeBox:
    """A box that nobody has heard of yet."""
    return make_box(in_app, now=now)


def seen(box: FakeBox) -> Device:
    """Return what is known of the box."""
    device = service.find_device(box.id)
    assert device is not None
    return device


def test_records_are_stored_and_then_acknowledged(box: FakeBox, in_app: Flask) -> None:
    heard = listen(in_app, RecordsStored)

    box.says("rec", records(meter(1), meter(2, 38_020)))

    stored = service.records_after(box.id, JOURNAL, 0)
    assert [record.energy_wh for record in stored] == [38_012, 38_020]
    assert box.hears("rack") == [{"j": JOURNAL, "s": 2}]
    assert len(heard) == 1
    assert seen(box).meter_wh == 38_012  # The first of two readings at one instant.


def test_records_sent_again_change_nothing_but_are_acknowledged_again(
    box: FakeBox, in_app: Flask
) -> None:
    box.says("rec", records(meter(1)))
    heard = listen(in_app, RecordsStored)

    box.says("rec", records(meter(1, 99_999), meter(2)))
    box.says("rec", records(meter(1), meter(2)))

    stored = service.records_after(box.id, JOURNAL, 0)
    assert [record.energy_wh for record in stored] == [38_012, 38_012]
    assert box.hears("rack")[1:] == [{"j": JOURNAL, "s": 2}] * 2
    assert len(heard) == 1


def test_nothing_behind_a_gap_is_acknowledged_or_shown(box: FakeBox) -> None:
    box.says("rec", records(meter(1)))
    box.says("rec", records(meter(3), meter(4)))

    assert box.hears("rack")[-1] == {"j": JOURNAL, "s": 1}
    assert len(service.records_after(box.id, JOURNAL, 0)) == 1

    box.says("rec", records(meter(2)))

    assert box.hears("rack")[-1] == {"j": JOURNAL, "s": 4}
    assert [each.seq for each in service.records_after(box.id, JOURNAL, 1)] == [2, 3, 4]


def test_a_gap_the_box_owned_up_to_is_counted_and_passed(box: FakeBox) -> None:
    box.says("rec", records(meter(1)))
    box.says("rec", records(meter(61), d=59))
    box.says("rec", records(meter(64), d=59))

    assert [rack["s"] for rack in box.hears("rack")] == [1, 61, 61]
    assert seen(box).lost_records == 59
    assert service.dropped_messages() == {(box.id, "journal_overflow"): 59}
    assert [each.seq for each in service.records_after(box.id, JOURNAL, 0)] == [1, 61]


def test_a_wiped_box_starts_a_new_journal_beside_the_old(box: FakeBox) -> None:
    box.connects(c=9)
    box.says("rec", records(meter(1), meter(2)))

    box.connects(c=1, j=7)
    box.says("rec", records(meter(1), j=7))
    box.says("rec", records(meter(3)))

    assert box.hears("rack")[1:] == [{"j": 7, "s": 1}, {"j": JOURNAL, "s": 3}]
    assert seen(box).journal_id == 7
    assert seen(box).acked_seq == 1
    assert len(service.records_after(box.id, JOURNAL, 0)) == 3


def test_the_records_of_a_session_leave_out_other_sessions(box: FakeBox) -> None:
    box.says(
        "rec",
        records(
            ["S", 1, NOW_MS, 2, "start", "OLD", 1, ""],
            ["S", 2, NOW_MS, 2, "stop", "OLD", 2, "DRIVER"],
            ["S", 3, NOW_MS, 2, "start", "NEW", 2, ""],
            meter(4),
            ["E", 5, 900, 0, "lock", "UNLOCKED"],
        ),
    )

    found = service.records_after(box.id, JOURNAL, 0, "NEW")

    assert [record.seq for record in found] == [3, 4, 5]
    assert found[2].taken_at.year == 1970
    assert found[2].received_at == box.now


def test_a_reading_from_the_future_does_not_become_the_present_one(
    box: FakeBox,
) -> None:
    box.says("rec", records(meter(1, 7, at_ms=NOW_MS + 3_600_000)))

    assert seen(box).meter_wh is None
    assert len(service.records_after(box.id, JOURNAL, 0)) == 1


def test_a_reading_without_a_set_clock_counts_only_while_there_is_no_other(
    box: FakeBox,
) -> None:
    first, third = meter(1, 100), meter(3, 300)
    first[2:4], third[2:4] = [900, 0], [900, 1]

    box.says("rec", records(first))
    assert (seen(box).meter_wh, seen(box).meter_read_at) == (100, box.now)
    box.says("rec", records(meter(2, 200, at_ms=NOW_MS + 5), third))

    assert seen(box).meter_wh == 200
