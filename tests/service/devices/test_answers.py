"""What boxes answer to commands, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.database import writing
from app.devices import bus, outbox, service
from app.devices.events import CommandAnswered
from app.devices.service import Device
from app.devices.transport import MemoryTransport
from tests.support.factories_devices import (
    FakeBox,
    make_box,
    make_online_box,
)
from tests.support.heard import listen

pytestmark = pytest.mark.service


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
