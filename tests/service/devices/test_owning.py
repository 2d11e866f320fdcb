"""What owners may ask of a box, and simulated boxes, on both databases."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.service import Person
from app.chargers.service import Charger
from app.devices import boxes, heartbeat, mosquitto, outbox, service
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

pytestmark = pytest.mark.service


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """Hanna's charger, without a box."""
    return make_charger(hanna, now=now)


@pytest.fixture
def box(in_app: Flask, charger: Charger, now: datetime) -> FakeBox:
    """A box fresh from the factory."""
    return make_box(in_app, now=now)


def _hello_with(code: str) -> dict[str, object]:
    return hello(pair=code)


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
    assert "use_username_as_clientid true" in conf
    assert f"certfile {tmp_path}/c.pem" in conf
    assert "listener 8883 127.0.0.1" in conf
    assert "pattern read pb/v1/%u/down/#" in (tmp_path / "broker" / "acl").read_text()
