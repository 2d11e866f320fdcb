"""What the server makes of what boxes say, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.database import writing
from app.devices import bus, ingest, outbox, service
from app.devices.events import CommandAnswered, DeviceSeen, RecordsStored
from app.devices.service import Device
from app.devices.transport import MemoryTransport
from tests.support.factories_devices import (
    JOURNAL,
    NONCE,
    NOW_MS,
    FakeBox,
    live,
    make_box,
    make_online_box,
    meter,
    records,
    state,
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


def command_for(box: FakeBox, op: str = "identify", ttl_s: int = 10) -> str:
    """Queue a command."""
    with writing() as work:
        return bus.send(
            work.session,
            device_id=box.id,
            op=op,
            arg={},
            requested_by=None,
            ttl_s=ttl_s,
            now=box.now,
        )


def test_a_hello_is_answered_with_the_signed_time(box: FakeBox) -> None:
    box.connects()

    assert box.hears("time") == [{"t0": 1234, "t1": NOW_MS, "bn": NONCE}]
    assert seen(box).is_online(box.now)
    assert seen(box).firmware == "0.1.0"


def test_a_replayed_hello_is_dropped_and_counted(box: FakeBox) -> None:
    box.connects(c=5)
    box.connects(c=4)

    assert len(box.hears("time")) == 1
    assert service.dropped_messages() == {(box.id, "replayed"): 1, (box.id, "late"): 1}


def test_a_repeated_hello_of_the_same_connection_is_answered_again(
    box: FakeBox,
) -> None:
    box.connects()
    box.connects()

    assert len(box.hears("time")) == 2
    assert service.dropped_messages() == {}


def test_a_will_of_the_present_connection_takes_the_box_offline(box: FakeBox) -> None:
    box.connects(c=5)
    box.says("state", {"v": 1, "on": False, "c": 5})

    assert not seen(box).is_online(box.now)


def test_a_will_that_comes_after_the_next_birth_is_ignored(box: FakeBox) -> None:
    box.connects(c=5)
    box.connects(c=6)
    box.says("state", {"v": 1, "on": False, "c": 5})

    assert seen(box).is_online(box.now)
    assert service.dropped_messages() == {(box.id, "late"): 1}


def test_a_retained_state_is_no_sign_of_life(box: FakeBox) -> None:
    box.says("state", state(lock="UNLOCKED"), retained=True)

    assert seen(box).lock_state == "UNLOCKED"
    assert not seen(box).is_online(box.now)


def test_nothing_but_a_state_may_be_retained(box: FakeBox) -> None:
    box.says("rec", records(meter(1)), retained=True)

    assert service.records_after(box.id, JOURNAL, 0) == ()
    assert service.dropped_messages() == {(box.id, "retained"): 1}


def test_a_silent_box_is_offline_by_our_own_rule(box: FakeBox, in_app: Flask) -> None:
    heard = listen(in_app, DeviceSeen)
    box.connects()
    later = box.now + timedelta(seconds=90)

    service.tick(now=later)
    service.tick(now=later)

    assert not seen(box).said_online
    assert len(heard) == 3  # Hello, state, and once the silence.


def test_a_state_tells_everything_the_owner_sees(box: FakeBox) -> None:
    box.connects()
    box.says("state", state(lock="JAMMED", f=["lock_jammed"], st="Faulted", sid="S1"))

    device = seen(box)
    assert (device.lock_state, device.status) == ("JAMMED", "Faulted")
    assert device.faults == ("lock_jammed",)
    assert device.session_code == "S1"


def test_a_live_reading_moves_the_meter(box: FakeBox) -> None:
    box.connects()
    box.says("live", live(wh=40_000, dW=36_816))

    device = seen(box)
    assert (device.meter_wh, device.meter_power_w) == (40_000, 3682)
    assert device.meter_read_at == box.now


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


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("pb/v1/pb-nobody/up/rec", ("(unknown)", "unknown_device")),
        ("pb/v1/x/down/cmd", ("(unknown)", "foreign_topic")),
        ("\x00\ud800", ("(unknown)", "foreign_topic")),
    ],
)
def test_strangers_are_dropped_and_counted(
    in_app: Flask, now: datetime, topic: str, reason: tuple[str, str]
) -> None:
    ingest.handle(topic, b"{}", now=now)
    ingest.handle(topic, b"{}", now=now)

    assert service.dropped_messages() == {reason: 2}


def test_oversize_and_malformed_messages_are_counted_apart(box: FakeBox) -> None:
    box.says("rec", b" " * 5000)
    box.says("rec", b"{}")

    assert service.dropped_messages() == {
        (box.id, "oversize"): 1,
        (box.id, "malformed"): 1,
    }


def test_drops_before_the_inbox_are_counted_too(in_app: Flask, now: datetime) -> None:
    ingest.note_drops("(worker)", "queue_full", 12, now=now)

    assert service.dropped_messages() == {("(worker)", "queue_full"): 12}


def test_without_a_connection_nothing_is_lost_but_the_answer(
    box: FakeBox, in_app: Flask
) -> None:
    box.wire.is_connected = False
    box.says("rec", records(meter(1)))

    assert box.wire.sent == []
    assert len(service.records_after(box.id, JOURNAL, 0)) == 1


def test_a_failing_listener_shows_in_tests_but_what_was_said_is_stored(
    box: FakeBox, in_app: Flask
) -> None:
    def fail(_event: RecordsStored) -> None:
        raise RuntimeError("listener")

    in_app.extensions["plugbid_events"].subscribe(RecordsStored, fail)

    with pytest.raises(RuntimeError):
        box.says("rec", records(meter(1)))

    assert len(service.records_after(box.id, JOURNAL, 0)) == 1
    assert box.hears("rack") == [{"j": JOURNAL, "s": 1}]


def test_in_production_a_failing_listener_disturbs_nobody(
    box: FakeBox, in_app: Flask
) -> None:
    def fail(_event: RecordsStored) -> None:
        raise RuntimeError("listener")

    in_app.extensions["plugbid_events"].subscribe(RecordsStored, fail)
    in_app.config["TESTING"] = in_app.testing = False

    box.says("rec", records(meter(1)))

    assert box.hears("rack") == [{"j": JOURNAL, "s": 1}]


def test_one_message_that_cannot_be_stored_does_not_take_the_others_along(
    box: FakeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("app.devices.inbox._hello", fail)
    box.connects()

    assert service.dropped_messages() == {(box.id, "failed"): 1}
    assert seen(box).lock_state == "LOCKED"


def test_an_answer_ends_its_command_and_is_announced(
    in_app: Flask, now: datetime
) -> None:
    box = make_online_box(in_app, now=now)
    heard = listen(in_app, CommandAnswered)
    command_id = command_for(box)
    outbox.send_due(now=now)

    box.answers(command_id, "identify", lock="UNLOCKED", res={"a": 1})

    command = service.command(command_id)
    assert (command.state, command.result) == ("DONE", {"a": 1})
    assert seen(box).lock_state == "UNLOCKED"
    assert [(each.command_id, each.ok) for each in heard] == [(command_id, True)]


def test_a_refusal_keeps_its_reason(in_app: Flask, now: datetime) -> None:
    box = make_online_box(in_app, now=now)
    command_id = command_for(box)
    outbox.send_due(now=now)

    box.answers(command_id, "identify", ok=False, why="jammed")

    assert service.command(command_id).state == "REFUSED"
    assert service.command(command_id).why == "jammed"


def test_answers_that_are_foreign_repeated_or_late_change_nothing(
    in_app: Flask, now: datetime
) -> None:
    box, other = make_online_box(in_app, now=now), make_box(in_app, now=now)
    done, dead = command_for(box), command_for(box, ttl_s=2)
    outbox.send_due(now=now)
    other.answers(done, "identify")
    box.answers(done, "unlock")
    box.answers("0" * 16, "identify")
    box.answers(done, "identify")
    outbox.expire(now=now + timedelta(seconds=8))

    box.answers(done, "identify", ok=False, why="busy")
    box.answers(dead, "identify")

    assert service.command(done).state == "DONE"
    assert service.command(dead).state == "EXPIRED"
    assert service.dropped_messages() == {
        (other.id, "unknown_command"): 1,
        (box.id, "unknown_command"): 2,
        (box.id, "replayed"): 1,
        (box.id, "late"): 1,
    }


def test_a_selftest_brings_a_meter_reading(in_app: Flask, now: datetime) -> None:
    box = make_online_box(in_app, now=now)
    reading = {"dV": 2310, "mA": 0, "dW": 4, "wh": 500}
    for result in ({"lock_ms": 9, "meter": reading}, {"meter": {"wh": -5}}, {"x": 1}):
        command_id = command_for(box, "selftest")
        outbox.send_due(now=now)
        box.answers(command_id, "selftest", res=result)

    assert seen(box).meter_wh == 500
    assert seen(box).meter_voltage_dv == 2310


def test_the_wire_of_the_tests_says_whether_it_is_connected() -> None:
    wire = MemoryTransport(is_connected=False)

    assert not wire.publish("a", b"", qos=0)
