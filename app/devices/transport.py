"""How messages leave for the boxes: one verb behind which brokers are exchanged.

Only the device worker has a transport that reaches a broker. Web processes have
none; they write to the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask, current_app

_EXTENSION = "plugbid_device_transport"


class Transport(Protocol):
    """Where downward messages go."""

    @property
    def is_connected(self) -> bool:
        """Whether a message published now would leave at once."""

    def publish(self, topic: str, payload: bytes, *, qos: int) -> bool:
        """Send now or never; return whether it left."""


class NoTransport:
    """The transport of processes that must not speak to boxes."""

    is_connected = False

    def publish(self, topic: str, payload: bytes, *, qos: int) -> bool:
        """Send nothing."""
        return False


@dataclass
class MemoryTransport:
    """Keeps what was sent, for tests and for trying things without a broker."""

    is_connected: bool = True
    sent: list[tuple[str, bytes, int]] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes, *, qos: int) -> bool:
        """Keep the message where connected."""
        if self.is_connected:
            self.sent.append((topic, payload, qos))
        return self.is_connected


def init_app(app: Flask) -> None:
    """Start without a transport."""
    app.extensions[_EXTENSION] = NoTransport()


def use(app: Flask, transport: Transport) -> None:
    """Send through this transport from now on."""
    app.extensions[_EXTENSION] = transport


def current() -> Transport:
    """Return the transport of this process."""
    transport: Transport = current_app.extensions[_EXTENSION]
    return transport
