"""Pairing by code, and what owners may ask of a box."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.devices import outbox, service
from app.devices.events import DeviceSeen
from app.kernel.errors import Conflict
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import (
    FakeBox,
    hello,
    make_box,
    make_online_box,
    state,
)
from tests.support.heard import listen

pytestmark = pytest.mark.service


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, without a box."""
    return make_charger(hanna, now=now)


@pytest.fixture
def box(in_app: Flask, charger: Charger, now: datetime) -> FakeBox:
    """A box fresh from the factory."""
    return make_box(in_app, now=now)


def code_for(charger: Charger, now: datetime) -> str:
    """Return a fresh pairing code of the charger."""
    code = service.start_pairing(
        owner_id=charger.owner_id, charger_id=charger.id, now=now
    )
    return code.code


def confirmations(box: FakeBox) -> list[object]:
    """Send what waits and return what the box was told about its pairing."""
    outbox.send_due(now=box.now)
    return [told["arg"] for told in box.hears("cmd") if told["op"] == "pair"]


def test_the_box_that_says_the_code_is_paired_and_told_so(
    charger: Charger, box: FakeBox, in_app: Flask
) -> None:
    heard = listen(in_app, DeviceSeen)

    box.connects(pair=code_for(charger, box.now).lower())

    device = service.device_of(charger.id)
    assert device is not None
    assert (device.id, device.paired_at) == (box.id, box.now)
    assert confirmations(box) == [{"ok": True}]
    assert heard[-1] == DeviceSeen(device_id=box.id, evse_id=charger.id)


def test_a_box_that_repeats_its_code_is_confirmed_again_and_not_twice_at_once(
    charger: Charger, box: FakeBox
) -> None:
    code = code_for(charger, box.now)
    box.connects(pair=code)
    box.connects(pair=code)

    assert confirmations(box) == [{"ok": True}]
    outbox.expire(now=box.now + timedelta(minutes=1))
    box.connects(pair=code)
    assert confirmations(box) == [{"ok": True}] * 2


@pytest.mark.parametrize("said", ["", "nonsense", "ABCDEFGH"])
def test_a_wrong_code_pairs_nothing_and_the_box_is_told(
    charger: Charger, box: FakeBox, said: str
) -> None:
    code_for(charger, box.now)

    box.connects(pair=said)

    assert service.device_of(charger.id) is None
    assert confirmations(box) == [{"ok": False}]
    assert service.dropped_messages() == {(box.id, "pairing_code"): 1}


def test_an_expired_code_pairs_nothing(charger: Charger, box: FakeBox) -> None:
    code = code_for(charger, box.now - timedelta(minutes=15))

    box.connects(pair=code)

    assert service.device_of(charger.id) is None


def test_a_code_works_for_one_box_only(
    charger: Charger, box: FakeBox, in_app: Flask
) -> None:
    code = code_for(charger, box.now)
    box.connects(pair=code)
    second = make_box(in_app, now=box.now)

    second.connects(pair=code)

    device = service.device_of(charger.id)
    assert device is not None
    assert device.id == box.id
    assert confirmations(second) == [{"ok": False}]


def test_a_new_code_replaces_the_old_one(charger: Charger, box: FakeBox) -> None:
    old, new = code_for(charger, box.now), code_for(charger, box.now)

    box.connects(pair=old)
    assert service.device_of(charger.id) is None
    box.connects(pair=new)
    assert service.device_of(charger.id) is not None


def test_a_box_in_a_session_cannot_be_taken_elsewhere(
    charger: Charger, box: FakeBox
) -> None:
    box.connects()
    box.says("state", state(sid="S1"))

    box.says("hello", {**_hello_with(code_for(charger, box.now))})

    assert service.device_of(charger.id) is None


def _hello_with(code: str) -> dict[str, object]:
    return hello(pair=code)


def test_a_charger_has_one_box(charger: Charger, box: FakeBox) -> None:
    box.connects(pair=code_for(charger, box.now))

    with pytest.raises(Conflict):
        code_for(charger, box.now)


def test_an_unpaired_box_is_told_and_its_charger_is_free_again(
    charger: Charger, box: FakeBox
) -> None:
    box.connects(pair=code_for(charger, box.now))
    confirmations(box)
    outbox.expire(now=box.now + timedelta(minutes=1))

    service.unpair(owner_id=charger.owner_id, charger_id=charger.id, now=box.now)

    assert service.device_of(charger.id) is None
    assert confirmations(box)[-1] == {"ok": False}
    assert code_for(charger, box.now)


def test_a_box_in_a_session_cannot_be_unpaired(charger: Charger, in_app: Flask) -> None:
    box = make_online_box(in_app, now=charger_now(in_app), evse_id=charger.id)
    box.says("state", state(sid="S1"))

    with pytest.raises(Conflict):
        service.unpair(owner_id=charger.owner_id, charger_id=charger.id, now=box.now)


def charger_now(app: Flask) -> datetime:
    """Return the application's standing clock."""
    moment: datetime = app.extensions["plugbid_clock"]()
    return moment
