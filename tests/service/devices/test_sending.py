"""The outbox: in order, once, signed, and never late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.database import writing
from app.devices import bus, outbox, service, transport
from app.devices.events import CommandAnswered
from app.devices.models import DeviceRow
from app.kernel.errors import NotFound
from tests.support.factories_devices import (
    NONCE,
    NOW_MS,
    FakeBox,
    make_box,
    make_online_box,
)
from tests.support.heard import listen

pytestmark = pytest.mark.service


def queue(
    box: FakeBox, *, op: str = "identify", ttl_s: int = 10, after_s: int = 0
) -> str:
    """Queue a command some seconds after the box's now."""
    with writing() as work:
        return bus.send(
            work.session,
            device_id=box.id,
            op=op,
            arg={"sid": "S1"},
            requested_by=None,
            ttl_s=ttl_s,
            now=box.now + timedelta(seconds=after_s),
        )


@pytest.fixture
def box(in_app: Flask, now: datetime) -> FakeBox:
    """A box that is online."""
    return make_online_box(in_app, now=now)


def test_a_command_leaves_signed_with_counter_nonce_and_expiry(box: FakeBox) -> None:
    command_id = queue(box)

    assert outbox.has_queued()
    assert outbox.send_due(now=box.now) == 1

    assert box.hears("cmd") == [
        {
            "id": command_id,
            "op": "identify",
            "ctr": NOW_MS // 1000,
            "bn": NONCE,
            "exp": NOW_MS + 10_000,
            "arg": {"sid": "S1"},
        }
    ]
    assert service.command(command_id).state == "SENT"
    assert not outbox.has_queued()


def test_a_command_leaves_once(box: FakeBox) -> None:
    queue(box)

    outbox.send_due(now=box.now)
    outbox.send_due(now=box.now)

    assert len(box.hears("cmd")) == 1
    assert box.wire.sent[-1][2] == 1


def test_commands_leave_in_order_with_rising_counters(box: FakeBox) -> None:
    ids = [queue(box, after_s=second) for second in range(4)]

    outbox.send_due(now=box.now + timedelta(seconds=4))

    told = box.hears("cmd")
    assert [each["id"] for each in told] == ids
    counters = [each["ctr"] for each in told]
    assert counters == sorted(set(counters))


def test_an_expired_command_dies_unsent(box: FakeBox, in_app: Flask) -> None:
    heard = listen(in_app, CommandAnswered)
    command_id = queue(box)

    outbox.send_due(now=box.now + timedelta(seconds=10))

    assert box.hears("cmd") == []
    assert service.command(command_id).why == "expired"
    assert [(each.ok, each.why) for each in heard] == [(False, "expired")]


def test_a_command_for_an_offline_box_dies_at_once(box: FakeBox) -> None:
    box.says("state", {"v": 1, "on": False, "c": 1})
    command_id = queue(box)

    outbox.send_due(now=box.now)

    assert box.hears("cmd") == []
    assert service.command(command_id).why == "offline"


def test_a_command_for_a_box_without_a_nonce_dies_at_once(
    in_app: Flask, now: datetime
) -> None:
    box = make_box(in_app, now=now)
    command_id = queue(box)

    outbox.send_due(now=now)

    assert service.command(command_id).why == "offline"


def test_a_command_waits_for_the_broker_but_not_beyond_its_expiry(
    box: FakeBox,
) -> None:
    box.wire.is_connected = False
    command_id = queue(box)

    assert outbox.send_due(now=box.now) == 0
    assert service.command(command_id).is_pending(box.now)
    assert outbox.expire(now=box.now + timedelta(seconds=10)) == 1

    box.wire.is_connected = True
    outbox.send_due(now=box.now + timedelta(seconds=11))
    assert box.hears("cmd") == []
    assert service.command(command_id).state == "EXPIRED"


def test_a_broker_that_breaks_off_at_the_last_moment_ends_the_command(
    box: FakeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box.wire, "publish", lambda *_args, **_kwargs: False)
    command_id = queue(box)

    assert outbox.send_due(now=box.now) == 0

    assert service.command(command_id).why == "broker_down"


def test_a_box_whose_key_cannot_be_read_costs_its_own_command_only(
    box: FakeBox, in_app: Flask, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    heard = listen(in_app, CommandAnswered)
    broken = make_online_box(in_app, now=now)
    with writing() as work:
        row = work.session.get_one(DeviceRow, broken.id)
        row.key_encrypted = b"encrypted with another SECRET_KEY"
    lost, kept = queue(broken), queue(box, after_s=1)

    sent = outbox.send_due(now=box.now + timedelta(seconds=1))

    assert sent == 1
    assert [each["id"] for each in box.hears("cmd")] == [kept]
    assert (service.command(lost).state, service.command(lost).why) == (
        "EXPIRED",
        "expired",
    )
    assert f"Command {lost} could not be prepared." in caplog.text
    assert [event.command_id for event in heard] == [lost]


def test_a_connection_that_fails_costs_the_command_and_nothing_else(
    box: FakeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> bool:
        raise ValueError("no such topic")

    monkeypatch.setattr(box.wire, "publish", fail)
    command_id = queue(box)

    assert outbox.send_due(now=box.now) == 0

    assert service.command(command_id).why == "broker_down"


def test_a_sent_command_without_an_answer_dies_after_the_grace(box: FakeBox) -> None:
    command_id = queue(box)
    outbox.send_due(now=box.now)

    assert outbox.expire(now=box.now + timedelta(seconds=14)) == 0
    assert service.command(command_id).is_pending(box.now + timedelta(seconds=14))
    assert outbox.expire(now=box.now + timedelta(seconds=15)) == 1

    assert service.command(command_id).why == "no_answer"


def test_a_process_without_a_broker_sends_nothing(box: FakeBox, in_app: Flask) -> None:
    transport.init_app(in_app)
    queue(box)

    assert outbox.send_due(now=box.now) == 0
    assert not transport.current().publish("a", b"", qos=0)
    assert outbox.has_queued()


def test_an_unknown_operation_is_a_mistake_of_the_caller(box: FakeBox) -> None:
    with pytest.raises(ValueError, match="explode"):
        queue(box, op="explode")


def test_an_unknown_command_is_not_found(in_app: Flask) -> None:
    with pytest.raises(NotFound):
        service.command("0" * 16)
