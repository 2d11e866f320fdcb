"""What the server makes of what boxes say, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.devices import ingest, service
from app.devices.events import DeviceSeen, RecordsStored
from app.devices.service import Device
from tests.support.factories_devices import (
    JOURNAL,
    NONCE,
    NOW_MS,
    FakeBox,
    live,
    make_box,
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
