"""Pairing by code, and what owners may ask of a box."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.devices import boxes, heartbeat, mosquitto, outbox, service
from app.devices.events import DeviceSeen
from app.kernel.errors import Conflict, NotFound, Unavailable
from tests.support import databases
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


def test_nell_may_not_touch_hannas_box(
    charger: Charger, nell: Person, in_app: Flask, now: datetime
) -> None:
    make_online_box(in_app, now=now, evse_id=charger.id)

    for use_case in (
        service.panel,
        service.start_pairing,
        service.unpair,
        service.request_selftest,
        service.start_simulated_box,
    ):
        with pytest.raises(NotFound):
            use_case(owner_id=nell.id, charger_id=charger.id, now=now)


def test_a_selftest_reaches_the_box(
    charger: Charger, in_app: Flask, now: datetime
) -> None:
    box = make_online_box(in_app, now=now, evse_id=charger.id)

    command_id = service.request_selftest(
        owner_id=charger.owner_id, charger_id=charger.id, now=now
    )
    outbox.send_due(now=now)

    assert [told["id"] for told in box.hears("cmd")] == [command_id]
    panel = service.panel(owner_id=charger.owner_id, charger_id=charger.id, now=now)
    assert panel.selftest_pending


def test_a_selftest_is_refused_with_the_true_reason(
    charger: Charger, in_app: Flask, now: datetime
) -> None:
    def ask() -> None:
        service.request_selftest(
            owner_id=charger.owner_id, charger_id=charger.id, now=now
        )

    with pytest.raises(Unavailable, match="link"):
        ask()
    heartbeat.beat(is_connected=True, now=now)
    with pytest.raises(NotFound, match="no box"):
        ask()
    box = make_online_box(in_app, now=now, evse_id=charger.id)
    box.says("state", state(sid="S1"))
    with pytest.raises(Conflict):
        ask()
    box.says("state", {"v": 1, "on": False, "c": 1})
    with pytest.raises(Unavailable, match="offline"):
        ask()


def test_the_link_is_down_without_a_fresh_beat(in_app: Flask, now: datetime) -> None:
    assert not service.broker_ok(now)
    heartbeat.beat(is_connected=True, now=now)
    assert service.broker_ok(now + timedelta(seconds=7))
    assert not service.broker_ok(now + timedelta(seconds=8))
    heartbeat.beat(is_connected=False, now=now)
    assert not service.broker_ok(now)


def test_boxes_of_several_chargers_come_in_one_go(
    charger: Charger, in_app: Flask, now: datetime
) -> None:
    box = make_box(in_app, now=now, evse_id=charger.id)

    found = service.devices_of((charger.id, 999))

    assert {key: device.id for key, device in found.items()} == {charger.id: box.id}
    assert service.devices_of(()) == {}
    assert service.find_device("pb-nobody") is None


def test_a_simulated_box_gets_a_folder_with_identity_world_and_code(
    charger: Charger, in_app: Flask, now: datetime
) -> None:
    device_id = service.start_simulated_box(
        owner_id=charger.owner_id, charger_id=charger.id, now=now
    )

    home = Path(in_app.instance_path) / "boxes" / device_id
    identity = json.loads((home / "cred.json").read_text())
    assert identity["dev"] == identity["user"] == device_id
    assert (identity["host"], identity["port"]) == ("127.0.0.1", 18830)
    assert (home / "cred.json").stat().st_mode & 0o077 == 0
    panel = service.panel(owner_id=charger.owner_id, charger_id=charger.id, now=now)
    assert panel.pairing is not None
    code = json.loads((home / "pair.json").read_text())["code"]
    assert code == panel.pairing.code
    boxes.remove(device_id)
    boxes.remove("../..")
    assert not home.exists()
    assert home.parent.exists()


def test_unpairing_a_simulated_box_ends_it(
    charger: Charger, in_app: Flask, now: datetime
) -> None:
    device_id = service.start_simulated_box(
        owner_id=charger.owner_id, charger_id=charger.id, now=now
    )
    box = make_box(in_app, now=now)
    code = json.loads(_pair_file(in_app, device_id).read_text())["code"]
    box.credentials = _renamed(box, device_id)
    box.says("hello", _hello_with(code))

    service.unpair(owner_id=charger.owner_id, charger_id=charger.id, now=now)

    assert not _pair_file(in_app, device_id).parent.exists()


def _pair_file(app: Flask, device_id: str) -> Path:
    return Path(app.instance_path) / "boxes" / device_id / "pair.json"


def _renamed(box: FakeBox, device_id: str) -> service.Credentials:
    return service.Credentials(
        device_id=device_id,
        device_key=box.credentials.device_key,
        password=box.credentials.password,
        broker=box.credentials.broker,
    )


def test_production_has_no_simulated_boxes(
    charger: Charger, in_app: Flask, now: datetime, tmp_path: Path
) -> None:
    in_app.extensions["plugbid_settings"] = databases.settings_for(
        in_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path, mode="production"
    )

    with pytest.raises(NotFound):
        service.start_simulated_box(
            owner_id=charger.owner_id, charger_id=charger.id, now=now
        )


def test_a_simulated_box_may_wait_without_a_code(in_app: Flask, now: datetime) -> None:
    device_id = boxes.create_simulated_box(pairing_code=None, now=now, world={})

    assert not _pair_file(in_app, device_id).exists()


def test_mosquitto_gets_an_account_for_every_box(
    box: FakeBox, tmp_path: Path, in_app: Flask
) -> None:
    listener = mosquitto.Listener(
        port=8883, certificate=tmp_path / "c.pem", key=tmp_path / "k.pem"
    )

    count = mosquitto.write_config(tmp_path / "broker", listener)

    accounts = (tmp_path / "broker" / "passwd").read_text()
    conf = (tmp_path / "broker" / "mosquitto.conf").read_text()
    assert count == 1
    assert f"{box.id}:$7$" in accounts
    assert accounts.startswith("server:$7$")
    assert box.credentials.password not in accounts
    assert "set_tcp_nodelay true" in conf
    assert f"certfile {tmp_path}/c.pem" in conf
    assert "listener 8883 127.0.0.1" in conf
    assert "pattern read pb/v1/%u/down/#" in (tmp_path / "broker" / "acl").read_text()
