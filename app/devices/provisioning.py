"""Making a box's identity: id, key and broker password, shown exactly once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.config import Settings
from app.database import writing
from app.devices import keys
from app.devices.models import DeviceRow

_SECURE_PORT = 8883
_PLAIN_PORT = 1883


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where the broker listens and whether it speaks TLS."""

    host: str
    port: int
    is_secure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What is written into a new box; the server keeps no readable copy."""

    device_id: str
    device_key: bytes
    password: str
    broker: BrokerAddress

    def as_file(self) -> dict[str, object]:
        """Return the content of the box's ``cred.json``."""
        return {
            "dev": self.device_id,
            "key": self.device_key.hex(),
            "host": self.broker.host,
            "port": self.broker.port,
            "user": self.device_id,
            "password": self.password,
            "tls": self.broker.is_secure,
        }


def provision(*, now: datetime, simulated: bool = False) -> Credentials:
    """Make a new box known to the server and return its credentials."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    device_key, password = keys.new_device_key(), keys.new_password()
    device_id = f"pb-{secrets.token_hex(6)}"
    with writing() as work:
        work.session.add(
            DeviceRow(
                id=device_id,
                key_encrypted=keys.wrap(device_key, settings.secret_key),
                password_hash=keys.hash_password(password),
                is_simulated=simulated,
                created_at=now,
                faults=[],
            )
        )
    return Credentials(
        device_id=device_id,
        device_key=device_key,
        password=password,
        broker=broker_address(settings),
    )


def broker_address(settings: Settings) -> BrokerAddress:
    """Return where boxes and the worker find the broker."""
    if settings.mqtt_broker_url is None:
        return BrokerAddress(
            host="127.0.0.1", port=settings.mqtt_embedded_port, is_secure=False
        )
    url = urlsplit(settings.mqtt_broker_url)
    is_secure = url.scheme == "mqtts"
    return BrokerAddress(
        host=url.hostname or "127.0.0.1",
        port=url.port or (_SECURE_PORT if is_secure else _PLAIN_PORT),
        is_secure=is_secure,
    )


def server_account(settings: Settings) -> tuple[str, str]:
    """Return the user name and password with which the worker logs in."""
    url = urlsplit(settings.mqtt_broker_url or "")
    if url.username:
        return unquote(url.username), unquote(url.password or "")
    return "server", keys.server_password(settings.secret_key)
