"""Writes Mosquitto's configuration for production: accounts, access rules, settings."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from app.config import Settings
from app.database import db
from app.devices import keys
from app.devices.domain import topics
from app.devices.models import DeviceRow
from app.devices.provisioning import server_account

_CONF = """\
# Written by `flask devices mosquitto-config`; run it again after provisioning boxes
# and send Mosquitto a SIGHUP.
per_listener_settings false
listener {port} {bind}
allow_anonymous false
# Nobody can take over the session of another by naming its client id.
use_username_as_clientid true
password_file {folder}/passwd
acl_file {folder}/acl
{tls}
# Without this an unlock waits 40 ms for the network's habit of collecting bytes.
set_tcp_nodelay true
max_queued_messages 100000
max_packet_size 16384
persistence true
persistence_location {data}/
# What waits for the server survives a power cut of the broker, but for a second.
autosave_interval 1
"""
_TLS = "certfile {certificate}\nkeyfile {key}\n"
_ACL = """\
# Every box speaks and hears only under its own name.
pattern write {prefix}/%u/up/#
pattern read {prefix}/%u/down/#

user {server}
topic readwrite {prefix}/#
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where Mosquitto listens; TLS where a certificate and its key are named."""

    bind: str = "127.0.0.1"
    port: int = 1883
    certificate: Path | None = None
    key: Path | None = None


def write_config(folder: Path, listener: Listener) -> int:
    """Write mosquitto.conf, passwd and acl; return how many boxes may log in."""
    folder = folder.resolve()
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    tls = ""
    if listener.certificate and listener.key:
        tls = _TLS.format(certificate=listener.certificate, key=listener.key)
    settings: Settings = current_app.extensions["plugbid_settings"]
    server_name, server_password = server_account(settings)
    accounts = [(server_name, keys.hash_password(server_password)), *_boxes()]
    lines = [f"{name}:{password_hash}\n" for name, password_hash in accounts]
    conf = _CONF.format(
        port=listener.port, bind=listener.bind, folder=folder, data=data, tls=tls
    )
    _put(folder / "mosquitto.conf", conf)
    _put(folder / "passwd", "".join(lines))
    _put(folder / "acl", _ACL.format(prefix=topics.PREFIX, server=server_name))
    return len(accounts) - 1


def _boxes() -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(DeviceRow.id, DeviceRow.password_hash).order_by(DeviceRow.id)
    )
    return [(row.id, row.password_hash) for row in rows]


def _put(path: Path, content: str) -> None:
    """Replace the file at once: Mosquitto may read it at any moment."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)
