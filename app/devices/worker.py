"""The one process that speaks to the broker for the server (Flask-MQTT).

The network thread only fills a queue; one thread stores what came in, another sends
what waits in the outbox. Web processes never touch the broker.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from flask import Flask
from sqlalchemy.exc import OperationalError

from app.database import db
from app.devices import heartbeat, ingest, outbox, service, transport
from app.devices.domain.topics import parse_up
from app.devices.ingest import Inbound
from app.devices.link import Link
from app.devices.single import SingleWorker
from app.web import clock

_log = logging.getLogger(__name__)
QUEUE_LENGTH = 20_000
BATCH = 200
POLL_S = 0.02
UPKEEP_EVERY_S = 1.0
# The own voice must come back within this time, or the link is dead.
ECHO_LATE_S = 20
_RETRIES_S = (0.1, 0.5, 2.0, 5.0)


class WorkerFailed(Exception):
    """The worker cannot go on and must be started again."""


class DeviceWorker:
    """Stores what boxes say and sends what they are told, until stopped."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inbox: queue.Queue[Inbound] = queue.Queue(QUEUE_LENGTH)
        self._overflow = 0
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._link = Link(app, self._receive)
        self._threads = [
            threading.Thread(target=self._guard, args=(work,), name=name, daemon=True)
            for name, work in (("inbox", self._store), ("outbox", self._send))
        ]

    def run(self) -> None:
        """Work until ``stop`` is called.

        :raises WorkerFailed: if a thread died or the link went dead unnoticed
        """
        with self._app.app_context(), SingleWorker() as single:
            transport.use(self._app, self._link)
            for thread in self._threads:
                thread.start()
            self._link.start()
            try:
                while not self._stopping.is_set():
                    self._upkeep(single)
                    self._link.changed.wait(heartbeat.BEAT_EVERY_S)
                    self._link.changed.clear()
            finally:
                self._end()
        if self._failure is not None:
            raise WorkerFailed(str(self._failure)) from self._failure

    def stop(self) -> None:
        """Ask the worker to end; safe to call from a signal handler."""
        self._stopping.set()
        self._link.changed.set()

    def _upkeep(self, single: SingleWorker) -> None:
        now = clock.now()
        with suppress(OperationalError):
            # A database that is busy or away right now is tried again soon.
            heartbeat.beat(is_connected=self._link.is_connected, now=now)
            self._note_overflow()
        db.session.remove()
        single.require()
        self._link.echo()
        if not self._link.is_alive:
            raise WorkerFailed("The thread that speaks to the broker has ended.")
        if self._link.is_connected and self._link.echo_age_s > ECHO_LATE_S:
            raise WorkerFailed("The broker takes messages but gives none back.")

    def _end(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(10)
        self._link.stop()
        with suppress(OperationalError):
            heartbeat.beat(is_connected=False, now=clock.now())
        db.session.remove()

    def _receive(self, topic: str, payload: bytes, is_retained: bool) -> None:
        with self._app.app_context():
            now = clock.now()
        message = Inbound(
            topic=topic, payload=payload, received_at=now, is_retained=is_retained
        )
        try:
            self._inbox.put_nowait(message)
        except queue.Full:
            # Records are sent again by the box; the rest would be stale anyway.
            self._overflow += 1

    def _note_overflow(self) -> None:
        lost, self._overflow = self._overflow, 0
        if lost:
            ingest.note_drops("(worker)", "queue_full", lost, now=clock.now())

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            with self._app.app_context():
                work()
        except BaseException as error:
            _log.exception("The device worker must restart.")
            self._failure = error
            self.stop()

    def _store(self) -> None:
        while not self._stopping.is_set():
            batch = self._next_batch()
            if batch:
                self._take(batch)
                db.session.remove()

    def _next_batch(self) -> list[Inbound]:
        try:
            batch = [self._inbox.get(timeout=0.2)]
        except queue.Empty:
            return []
        with suppress(queue.Empty):
            while len(batch) < BATCH:
                batch.append(self._inbox.get_nowait())
        return [message for message in batch if parse_up(message.topic)]

    def _take(self, batch: list[Inbound]) -> None:
        for wait_s in (*_RETRIES_S, None):
            try:
                ingest.take(batch)
                return
            except OperationalError:
                if wait_s is None:
                    # Unacknowledged records come again; the worker goes on.
                    _log.exception("%d messages could not be stored.", len(batch))
                    return
                db.session.remove()
                self._stopping.wait(wait_s)
            except Exception:
                _log.exception("A batch of %d messages failed.", len(batch))
                return

    def _send(self) -> None:
        upkeep_at = 0.0
        while not self._stopping.wait(POLL_S):
            try:
                if outbox.has_queued():
                    outbox.send_due(now=clock.now())
                if time.monotonic() >= upkeep_at:
                    upkeep_at = time.monotonic() + UPKEEP_EVERY_S
                    service.tick(now=clock.now())
            except OperationalError:
                _log.warning("The database is busy or away; trying again.")
                self._stopping.wait(1)
            finally:
                db.session.remove()
