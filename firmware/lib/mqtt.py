"""A small MQTT 3.1.1 client for asyncio: QoS 0 and 1, last will, persistent session.

It owns no socket: the board opens the stream. It does not repeat unacknowledged
messages after a reconnect; the outbox above it does, since PUBACK is not storage.
"""

import asyncio
import struct

from micropython import const

_CONNACK = const(2)
_PUBLISH = const(3)
_PUBACK = const(4)
_SUBACK = const(9)
_PINGRESP = const(13)


class MQTTError(Exception):
    """The broker refused us or broke the protocol."""


# ValueError: MicroPython's TLS reports certificate trouble with it.
LOST = (OSError, EOFError, ValueError, asyncio.TimeoutError, MQTTError)


def _text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(raw)) + raw


def _packet(head, body):
    size = len(body)
    prefix = bytearray((head,))
    while True:
        prefix.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes(prefix) + body


class Client:
    """One connection's life: connect, run, and every await has a time limit.

    `on_message(topic, payload, retained)` is called from `run` and must be quick.
    `open_stream()` is awaited and gives (reader, writer) with TCP_NODELAY set.
    """

    def __init__(self, open_stream, on_message, mono, config):
        self._open_stream = open_stream
        self._on_message = on_message
        self._mono = mono
        self._timeout_s = config["timeout_s"]
        self._keepalive_s = config["keepalive_s"]
        self._cap = config["packet_cap"]
        self._reader = None
        self._writer = None
        self._sending = asyncio.Lock()
        self._waiting = {}
        self._last_pid = 0
        self._sent_at = 0
        self._lost = False
        self.oversize = 0

    async def connect(self, client_id, user, password, will_topic, will):
        """Open the stream and log in; return whether the broker knew our session."""
        self._reader, self._writer = await self._limit(self._open_stream())
        # User, password, will retained with QoS 1, session kept.
        body = _text("MQTT") + struct.pack(">BBH", 4, 0xEC, self._keepalive_s)
        for field in (client_id, will_topic, will, user, password):
            body += _text(field)
        await self._send(_packet(0x10, body))
        head, answer = await self._limit(self._receive())
        if head >> 4 != _CONNACK or len(answer) != 2:
            raise MQTTError("no CONNACK")
        if answer[1]:
            raise MQTTError("refused: " + str(answer[1]))
        return bool(answer[0] & 1)

    async def subscribe(self, topic, qos):
        """Subscribe; `run` must be running. Raises if the broker says no."""
        pid = self._next_pid()
        body = struct.pack(">H", pid) + _text(topic) + bytes((qos,))
        answer = await self._request(pid, _packet(0x82, body))
        if answer != qos:
            raise MQTTError("subscription refused")

    async def publish(self, topic, payload, qos=0, retain=False):
        """Send a message; with QoS 1 return when the broker has confirmed it."""
        head = 0x30 | qos << 1 | retain
        if not qos:
            await self._send(_packet(head, _text(topic) + payload))
            return
        pid = self._next_pid()
        body = _text(topic) + struct.pack(">H", pid) + payload
        await self._request(pid, _packet(head, body))

    async def run(self):
        """Receive until the connection is lost, which it reports by raising."""
        try:
            while True:
                await self._turn()
        finally:
            self.close()

    async def disconnect(self):
        """Say goodbye, so that the broker does not publish the will."""
        await self._send(_packet(0xE0, b""))
        self.close()

    def close(self):
        """Drop the connection at once and wake everyone who waits for an answer."""
        self._lost = True
        for entry in self._waiting.values():
            entry[0].set()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def _turn(self):
        # Silence for half a keepalive is answered by a ping; if that too stays
        # without any answer, the peer is gone, whatever TCP believes.
        half_s = self._keepalive_s / 2
        try:
            first = await asyncio.wait_for(self._reader.readexactly(1), half_s)
        except asyncio.TimeoutError:
            await self._ping()
            first = await self._limit(self._reader.readexactly(1))
        head, body = await self._limit(self._receive(first))
        await self._dispatch(head, body)
        if self._mono() - self._sent_at > half_s * 1000:
            await self._ping()

    async def _ping(self):
        await self._send(_packet(0xC0, b""))

    async def _dispatch(self, head, body):
        kind = head >> 4
        if kind == _PUBLISH:
            await self._deliver(head, body)
        elif kind in (_PUBACK, _SUBACK) and len(body) >= 2:
            entry = self._waiting.get(struct.unpack(">H", body[:2])[0])
            if entry is not None:
                entry[1] = body[-1] if kind == _SUBACK else 0
                entry[0].set()
        elif kind != _PINGRESP:
            raise MQTTError("unexpected packet " + str(kind))

    async def _deliver(self, head, body):
        qos = head >> 1 & 3
        if len(body) < 2 or qos > 1:
            raise MQTTError("malformed PUBLISH")
        at = 2 + struct.unpack(">H", body[:2])[0]
        pid = body[at : at + 2] if qos else b""
        if len(body) < at + 2 * qos:
            raise MQTTError("malformed PUBLISH")
        if len(body) <= self._cap:
            topic = bytes(body[2:at]).decode()
            payload = bytes(body[at + 2 * qos :])
            self._on_message(topic, payload, bool(head & 1))
        else:
            self.oversize += 1
        if qos:
            # After the handler: what we confirm is no longer the broker's duty.
            await self._send(_packet(0x40, pid))

    async def _receive(self, first=None):
        """Return (head, body); of a packet over the cap only cap + 1 bytes."""
        head = first or await self._reader.readexactly(1)
        size = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 21:
                raise MQTTError("malformed length")
        body = await self._reader.readexactly(min(size, self._cap + 1))
        rest = size - len(body)
        while rest:
            # Too large for our memory: read it away, or the broker sends it forever.
            rest -= len(await self._reader.readexactly(min(rest, 256)))
        return head[0], body

    async def _request(self, pid, packet):
        entry = [asyncio.Event(), None]
        self._waiting[pid] = entry
        try:
            await self._send(packet)
            await self._limit(entry[0].wait())
        finally:
            del self._waiting[pid]
        if entry[1] is None:
            raise MQTTError("connection lost")
        return entry[1]

    async def _send(self, packet):
        if self._lost:
            raise MQTTError("connection lost")
        # One write per packet: pieces would wait for each other's TCP ACK.
        await self._limit(self._write(packet))

    async def _write(self, packet):
        async with self._sending:
            if self._writer is None:
                raise MQTTError("connection lost")
            self._writer.write(packet)
            await self._writer.drain()
            self._sent_at = self._mono()

    async def _limit(self, awaitable):
        return await asyncio.wait_for(awaitable, self._timeout_s)

    def _next_pid(self):
        while True:
            self._last_pid = self._last_pid % 65535 + 1
            if self._last_pid not in self._waiting:
                return self._last_pid
