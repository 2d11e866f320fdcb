"""A broker in a few lines, over streams in memory, that does what a test scripts."""

import asyncio
import struct
from typing import Any


class _Writer:
    """The client's sending end."""

    def __init__(self, broker: "ScriptedBroker") -> None:
        self._broker = broker
        self.closed = False

    def write(self, data: bytes) -> None:
        self._broker.writes.append(bytes(data))
        self._broker.take(bytes(data))

    async def drain(self) -> None:
        if self._broker.stalled:
            await asyncio.Event().wait()

    def close(self) -> None:
        self.closed = True
        self._broker.closed += 1


class ScriptedBroker:
    """Parses what the client writes; every client write must be one whole packet."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.connects: list[dict[str, Any]] = []
        self.published: list[tuple[str, bytes, int, bool]] = []
        self.subscribed: list[str] = []
        self.confirmed: list[int] = []
        self.pings = 0
        self.closed = 0
        # The script: what this broker refuses or forgets to do.
        self.stalled = False
        self.answers_connect = True
        self.answers_ping = True
        self.answers_publish = True
        self.return_code = 0
        self.session_present = 0
        self.suback = 1
        self.unreachable = False
        self.reader = asyncio.StreamReader()

    async def open_stream(self, *_: Any) -> tuple[asyncio.StreamReader, Any]:
        """What the board offers: connect."""
        if self.unreachable:
            raise OSError(111)
        self.reader = asyncio.StreamReader()
        return self.reader, _Writer(self)

    def send(self, packet: bytes) -> None:
        """Let the client receive raw bytes."""
        self.reader.feed_data(packet)

    def deliver(
        self,
        topic: str,
        payload: bytes,
        qos: int = 0,
        retain: bool = False,
        pid: int = 7,
    ) -> None:
        """Let the client receive a message."""
        body = struct.pack(">H", len(topic)) + topic.encode()
        body += struct.pack(">H", pid) if qos else b""
        body += payload
        self.send(bytes([0x30 | qos << 1 | retain]) + _length(len(body)) + body)

    def drop(self) -> None:
        """Close the connection."""
        self.reader.feed_eof()

    def sent(self, name: str) -> list[bytes]:
        """Return the payloads published on topics that end like this."""
        return [row[1] for row in self.published if row[0].endswith(name)]

    def take(self, data: bytes) -> None:
        size = shift = 0
        at = 1
        while True:
            size |= (data[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not data[at - 1] & 0x80:
                break
        assert len(data) == at + size, "not exactly one packet in one write"
        getattr(self, f"_take_{data[0] >> 4}")(data[0], data[at:])

    def _take_1(self, _: int, body: bytes) -> None:
        fields, at = [], 10
        while at < len(body):
            (size,) = struct.unpack(">H", body[at : at + 2])
            fields.append(body[at + 2 : at + 2 + size])
            at += 2 + size
        (keepalive,) = struct.unpack(">H", body[8:10])
        client_id, topic, will, user, password = fields
        self.connects.append(
            {
                "protocol": body[2:7],
                "flags": body[7],
                "keepalive": keepalive,
                "client_id": client_id.decode(),
                "will_topic": topic.decode(),
                "will": will,
                "user": user.decode(),
                "password": password.decode(),
            }
        )
        if self.answers_connect:
            self.send(bytes([0x20, 2, self.session_present, self.return_code]))

    def _take_3(self, head: int, body: bytes) -> None:
        (size,) = struct.unpack(">H", body[:2])
        at = 2 + size
        qos = head >> 1 & 3
        topic = body[2:at].decode()
        payload = body[at + 2 * bool(qos) :]
        self.published.append((topic, payload, qos, bool(head & 1)))
        if qos and self.answers_publish:
            self.send(b"\x40\x02" + body[at : at + 2])

    def _take_4(self, _: int, body: bytes) -> None:
        self.confirmed.append(struct.unpack(">H", body)[0])

    def _take_8(self, head: int, body: bytes) -> None:
        assert head == 0x82
        (size,) = struct.unpack(">H", body[2:4])
        self.subscribed.append(body[4 : 4 + size].decode())
        self.send(b"\x90\x03" + body[:2] + bytes([self.suback]))

    def _take_12(self, _: int, __: bytes) -> None:
        self.pings += 1
        if self.answers_ping:
            self.send(b"\xd0\x00")


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        out.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes(out)
