"""The embedded broker (amqtt) for one machine: real passwords, real access rules.

For demonstration and tests only, on the loopback interface; production uses
Mosquitto. It mends faults of amqtt 0.12.1 that would break those rules or lose
messages.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import ItemsView, Iterator
from dataclasses import dataclass
from typing import Any

from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.database import db
from app.devices import keys
from app.devices.domain import topics
from app.devices.models import DeviceRow
from app.devices.provisioning import server_account

_HERE = __name__
_ALL = f"{topics.PREFIX}/"


class Directory:
    """Who may log in: the boxes in the database, and the server itself."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        settings: Settings = app.extensions["plugbid_settings"]
        self.server_name, self._server_password = server_account(settings)

    def knows(self, username: str, password: str) -> bool:
        """Return whether this is the password of a box or of the server."""
        if username == self.server_name:
            given, wanted = password.encode(), self._server_password.encode()
            return hmac.compare_digest(given, wanted)
        with self._app.app_context():
            # A plain column: nothing of a box is kept in this process.
            stored = db.session.scalar(
                select(DeviceRow.password_hash).where(DeviceRow.id == username)
            )
            db.session.remove()
        return stored is not None and keys.fits(password, stored)


class BoxLogIn(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in who knows the password; a box only under its own client id."""

    @dataclass
    class Config:
        """What amqtt hands to the plugin."""

        directory: Directory

    async def authenticate(self, *, session: Any) -> bool:
        """Return whether the session may be opened."""
        name, password = session.username, session.password
        directory: Directory = self.config.directory
        if not name or not password:
            return False
        if name != directory.server_name and session.client_id != name:
            return False
        # The database must not hold up the other connections.
        return await asyncio.to_thread(directory.knows, name, password)


class BoxTopics(BaseTopicPlugin):  # type: ignore[misc]
    """Keeps every box inside its own branch of the topics."""

    @dataclass
    class Config:
        """What amqtt hands to the plugin."""

        directory: Directory

    async def topic_filtering(
        self,
        *,
        session: Any = None,
        topic: str | None = None,
        action: Action | None = None,
    ) -> bool:
        """Return whether the session may publish, subscribe or receive there."""
        if session is None or topic is None:
            return False
        if session.username == self.config.directory.server_name:
            return topic.startswith(_ALL)
        if action is Action.PUBLISH:
            return topics.may_publish(session.username, topic)
        return topics.may_hear(session.username, topic)


class _Subscriptions(dict[str, Any]):
    """A dictionary that may change while somebody walks through it.

    amqtt awaits inside such loops; without this, two boxes that connect at once end
    each other's connection.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        return dict(super().items()).items()


class EmbeddedBroker(Broker):  # type: ignore[misc]
    """amqtt with its faults mended."""

    def __init__(self, config: BrokerConfig) -> None:
        super().__init__(config)
        self._subscriptions = _Subscriptions()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Any
    ) -> None:
        # amqtt offers a reconnecting client the retained messages of everybody's
        # subscriptions; only its own may be served.
        holders = self._subscriptions.get(subscription[0], ())
        if any(holder.client_id == session.client_id for holder, _qos in holders):
            await super()._publish_retained_messages_for_subscription(
                subscription, session
            )

    async def _publish_session_retained_messages(self, session: Any) -> None:
        # What waited for a client is no retained message; amqtt marks it as one, and
        # both sides of our contract drop commands and records so marked.
        handler = self._get_handler(session)
        while handler and not session.retained_messages.empty():
            kept = await session.retained_messages.get()
            await handler.mqtt_publish(kept.topic, kept.data, kept.qos, retain=False)


async def serve(app: Flask, *, port: int, ending: asyncio.Event) -> None:
    """Run the broker on the loopback interface until ``ending`` is set."""
    # amqtt tells about every packet; what matters are its warnings.
    logging.getLogger("amqtt").setLevel(logging.WARNING)
    logging.getLogger("transitions").setLevel(logging.WARNING)
    broker = EmbeddedBroker(_config(Directory(app), port))
    await broker.start()
    try:
        await ending.wait()
    finally:
        await broker.shutdown()


def _config(directory: Directory, port: int) -> BrokerConfig:
    return BrokerConfig.from_dict(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                f"{_HERE}.BoxLogIn": {"directory": directory},
                f"{_HERE}.BoxTopics": {"directory": directory},
            },
        }
    )
