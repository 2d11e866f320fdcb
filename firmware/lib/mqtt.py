"""A small MQTT 3.1.1 client for asyncio: QoS 0 and 1, last will, persistent session.

It owns no socket: the board opens the stream. It does not repeat unconfirmed
messages after a reconnect; the outbox above it does, since PUBACK is not storage.
"""

import struct

from micropython import const

_CONNACK = const(2)
_PUBLISH = const(3)
_PUBACK = const(4)
_SUBACK = const(9)
_PINGRESP = const(13)
# The server sends nothing larger; a box has no memory for it.
_CAP = const(1024)


class MQTTError(Exception):
    """The broker refused us or broke the protocol."""


# ValueError: MicroPython's TLS reports certificate trouble with it.
LOST = (OSError, EOFError, ValueError, MQTTError)


def _text(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(raw)) + raw


class Client:
    """One connection. One task receives with `run`, one other task sends.

    `expired` says that an await has taken too long; the owner then cancels both.
    `on_message(topic, payload, retained)` and `on_confirm(pid)` are called from
    `run` and must be quick. `open_stream()` gives (reader, writer), undelayed.
    """

    def __init__(self, open_stream, on_message, on_confirm, mono, config):
        self._open_stream = open_stream
        self._on_message = on_message
        self._on_confirm = on_confirm
        self._mono = mono
        self._timeout_ms = config["timeout_s"] * 1000
        self._keepalive_s = config["keepalive_s"]
        self._reader = None
        self._writer = None
        self._pid = 0
        self._owed = []  # what the other side published and we must confirm
        self._busy_since = mono()
        self._heard_at = None
        self._sent_at = 0
        self._pinged = False

    def expired(self):
        """Whether connecting, sending or the peer's silence exceeds its limit."""
        mono = self._mono()
        if self._busy_since is not None:
            return mono - self._busy_since > self._timeout_ms
        half_ms = self._keepalive_s * 500
        return mono - self._heard_at > half_ms + self._timeout_ms

    async def connect(self, client_id, user, password, will_topic, will):
        """Open the stream and log in; return whether the broker knew our session."""
        self._reader, self._writer = await self._open_stream()
        # User, password, will retained with QoS 1, session kept.
        body = _text("MQTT") + struct.pack(">BBH", 4, 0xEC, self._keepalive_s)
        for field in (client_id, will_topic, will, user, password):
            body += _text(field)
        await self._send(0x10, (body,))
        # Still busy until the broker has answered.
        self._busy_since = self._mono()
        head, answer = await self._receive()
        if head >> 4 != _CONNACK or len(answer) != 2:
            raise MQTTError("no CONNACK")
        if answer[1]:
            raise MQTTError("refused: " + str(answer[1]))
        self._heard_at = self._mono()
        self._busy_since = None
        return bool(answer[0] & 1)

    async def subscribe(self, topic, qos):
        """Ask for messages; `run` raises if the broker says no."""
        body = struct.pack(">H", self._next_pid()) + _text(topic) + bytes((qos,))
        await self._send(0x82, (body,))

    async def publish(self, topic, parts, qos=0, retain=False):
        """Send a message; with QoS 1 `on_confirm` gets the returned number later."""
        pid = self._next_pid() if qos else 0
        head = _text(topic) + (struct.pack(">H", pid) if qos else b"")
        await self._send(0x30 | qos << 1 | retain, (head,) + parts)
        return pid

    async def tend(self):
        """Confirm what was received and ping a silent peer; call it often."""
        while self._owed:
            await self._send(0x40, (self._owed.pop(0),))
        mono = self._mono()
        half_ms = self._keepalive_s * 500
        silent = mono - self._heard_at > half_ms and not self._pinged
        if silent or mono - self._sent_at > half_ms:
            self._pinged = True
            await self._send(0xC0, ())

    async def run(self):
        """Receive until the connection is lost, which it reports by raising."""
        while True:
            head, body = await self._receive()
            self._heard_at = self._mono()
            self._pinged = False
            self._dispatch(head, body)

    def close(self):
        """Drop the connection at once."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _dispatch(self, head, body):
        kind = head >> 4
        if kind == _PUBLISH:
            self._deliver(head, body)
        elif kind == _PUBACK and len(body) == 2:
            self._on_confirm(struct.unpack(">H", body)[0])
        elif kind == _SUBACK:
            if body[-1] > 1:
                raise MQTTError("subscription refused")
        elif kind != _PINGRESP:
            raise MQTTError("unexpected packet " + str(kind))

    def _deliver(self, head, body):
        qos = head >> 1 & 3
        at = 2 + (struct.unpack(">H", body[:2])[0] if len(body) > 1 else 0)
        start = at + 2 * qos
        if qos > 1 or len(body) < start or at == 2:
            raise MQTTError("malformed PUBLISH")
        payload = body[start:] if len(body) <= _CAP else b""
        self._on_message(body[2:at].decode(), payload, bool(head & 1))
        if qos:
            # After the handler: what we confirm is no longer the broker's duty.
            self._owed.append(body[at:start])

    async def _receive(self):
        """Return (head, body); of a packet over the cap only cap + 1 bytes."""
        head = await self._reader.readexactly(1)
        size = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 21:
                raise MQTTError("malformed length")
        body = b""
        if size:
            body = await self._reader.readexactly(min(size, _CAP + 1))
        rest = size - len(body)
        while rest:
            # Too large for our memory: read it away, or the broker sends it forever.
            rest -= len(await self._reader.readexactly(min(rest, 256)))
        return head[0], body

    async def _send(self, head, parts):
        if self._writer is None:
            raise MQTTError("connection lost")
        size = sum(len(part) for part in parts)
        packet = bytearray((head,))
        while True:
            packet.append(size & 0x7F | (0x80 if size > 0x7F else 0))
            size >>= 7
            if not size:
                break
        for part in parts:
            packet.extend(part)
        self._busy_since = self._sent_at = self._mono()
        # One write per packet: pieces would wait for each other's TCP ACK.
        self._writer.write(packet)
        await self._writer.drain()
        self._busy_since = None

    def _next_pid(self):
        self._pid = self._pid % 65535 + 1
        return self._pid
