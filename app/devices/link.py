"""Flask-MQTT with the guards it needs: asynchronous connect, one subscription place,
no Nagle delay, nothing sent late, no exception ever inside the network thread.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_mqtt import Mqtt

from app.config import Settings
from app.devices.domain import topics
from app.devices.provisioning import broker_address, server_account

_log = logging.getLogger(__name__)
CLIENT_ID = "plugbid-server"
KEEPALIVE_S = 15
LONGEST_WAIT_S = 5
_ECHO = f"{topics.PREFIX}/{topics.SERVER_ID}/up/echo"

Receive = Callable[[str, bytes, bool], None]


class Link:
    """The server's one connection to the broker."""

    def __init__(self, app: Flask, receive: Receive) -> None:
        self._app = app
        self._receive = receive
        self._mqtt: Any = None
        self._echoed_s = time.monotonic()
        # Set at each connect and disconnect, so that pages hear of it at once.
        self.changed = threading.Event()

    def start(self) -> None:
        """Begin to connect, and go on trying for ever."""
        settings: Settings = self._app.extensions["plugbid_settings"]
        self._app.config.update(_flask_mqtt_config(settings))
        mqtt = Mqtt(connect_async=True)
        client = mqtt.client
        client.on_socket_open = _without_delay
        client.reconnect_delay_set(1, LONGEST_WAIT_S)
        mqtt.on_connect()(self._on_connect)
        mqtt.on_disconnect()(self._on_disconnect)
        mqtt.on_message()(self._on_message)
        self._mqtt = mqtt
        mqtt.init_app(self._app)
        # Flask-MQTT sets this by a private name; a broker would otherwise forget
        # what boxes say while this process restarts.
        if client._clean_session is not False:
            raise RuntimeError("The broker session would not be kept.")

    def stop(self) -> None:
        """Say goodbye and end the network thread."""
        if self._mqtt is not None:
            self._mqtt.client.disconnect()
            self._mqtt.client.loop_stop()

    @property
    def is_connected(self) -> bool:
        """Whether the broker listens now."""
        mqtt = self._mqtt
        return bool(mqtt and mqtt.connected and mqtt.client.is_connected())

    @property
    def is_alive(self) -> bool:
        """Whether the network thread runs."""
        thread = self._mqtt.client._thread if self._mqtt else None
        return thread is not None and thread.is_alive()

    @property
    def echo_age_s(self) -> float:
        """Seconds since the own voice was last heard."""
        return time.monotonic() - self._echoed_s

    def publish(self, topic: str, payload: bytes, *, qos: int) -> bool:
        """Send now or never; return whether it left."""
        if not self.is_connected:
            return False
        code, _message_id = self._mqtt.publish(topic, payload, qos, retain=False)
        return bool(code == 0)

    def echo(self) -> None:
        """Say something to hear it come back."""
        self.publish(_ECHO, b"", qos=0)

    def _on_connect(self, client: Any, _data: Any, _flags: Any, code: int) -> None:
        if code != 0:
            _log.error("The broker refuses the server's log-in (code %s).", code)
            return
        filters = [*topics.subscriptions(), (_ECHO, 0)]
        client.subscribe(filters)
        self._echoed_s = time.monotonic()
        _log.info("Connected to the broker.")
        self.changed.set()

    def _on_disconnect(self, client: Any, _data: Any, code: int) -> None:
        # paho keeps what was not confirmed and sends it after the reconnect, however
        # late. An unlock must never come late, so it is forgotten here.
        with client._out_message_mutex:
            client._out_messages.clear()
            client._inflight_messages = 0
        if code != 0:
            _log.warning("The connection to the broker broke off (code %s).", code)
        self.changed.set()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        # An exception in here would end paho's thread without a sound.
        try:
            if message.topic == _ECHO:
                self._echoed_s = time.monotonic()
            else:
                self._receive(message.topic, message.payload, bool(message.retain))
        except Exception:
            _log.exception("A message could not be queued.")


def _without_delay(_client: Any, _data: Any, sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _flask_mqtt_config(settings: Settings) -> dict[str, object]:
    address = broker_address(settings)
    username, password = server_account(settings)
    return {
        "MQTT_CLIENT_ID": CLIENT_ID,
        "MQTT_CLEAN_SESSION": False,
        "MQTT_BROKER_URL": address.host,
        "MQTT_BROKER_PORT": address.port,
        "MQTT_USERNAME": username,
        "MQTT_PASSWORD": password,
        "MQTT_KEEPALIVE": KEEPALIVE_S,
        "MQTT_TLS_ENABLED": address.is_secure,
        "MQTT_TLS_VERSION": ssl.PROTOCOL_TLS_CLIENT,
    }
