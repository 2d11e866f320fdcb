"""The server's side of the device contract for tests: paho instead of the product."""

import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho

from tests.firmware.box import command_key

Message = dict[str, Any]


def sign(key: bytes, topic: str, inner: Message) -> bytes:
    """Return the signed envelope of a message for a topic."""
    text = json.dumps(inner, separators=(",", ":"))
    mac = hmac.new(command_key(key), f"{topic}\n{text}".encode(), hashlib.sha256)
    return json.dumps({"p": text, "s": mac.hexdigest()}).encode()


class Server:
    """Context manager: answers hello, stores records, acknowledges them, commands."""

    def __init__(
        self,
        port: int,
        dev: str,
        key: bytes,
        *,
        password: str = "server-secret",
        tell_time: bool = True,
        acknowledge: bool = True,
    ) -> None:
        self.dev = dev
        self.key = key
        self.tell_time = tell_time
        self.acknowledge = acknowledge
        self.records: dict[tuple[int, int], list[Any]] = {}
        self.batches: list[Message] = []
        self.messages: list[tuple[str, Message, bool]] = []
        self.counter = 0
        self._port = port
        self._news = threading.Condition()
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=f"server-{secrets.token_hex(3)}"
        )
        self._client.username_pw_set("server", password)
        self._client.reconnect_delay_set(0.05, 0.2)
        self._client.on_connect = self._connected
        self._client.on_message = self._received
        self._client.on_socket_open = self._undelay
        self._subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: self._subscribed.set()

    def __enter__(self) -> "Server":
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        assert self._subscribed.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def topic(self, name: str) -> str:
        """Return the full topic, such as for "down/cmd"."""
        return f"pb/v1/{self.dev}/{name}"

    def publish(
        self, name: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> None:
        """Publish raw bytes on a topic of the box."""
        self._client.publish(self.topic(name), payload, qos, retain)

    def inner(self, op: str, arg: Message, **changes: Any) -> Message:
        """Return the inner object of a genuine, fresh command, with changes."""
        self.counter += 1
        command = {
            "id": secrets.token_hex(8),
            "op": op,
            "ctr": self.counter,
            "bn": self.last("up/hello")["bn"],
            "exp": int(time.time() * 1000) + 30_000,
            "arg": arg,
        }
        return {**command, **changes}

    def send(self, op: str, arg: Message | None = None, **changes: Any) -> str:
        """Send a signed command and return its id."""
        command = self.inner(op, arg or {}, **changes)
        self.publish("down/cmd", sign(self.key, self.topic("down/cmd"), command))
        return str(command["id"])

    def ask(self, op: str, arg: Message | None = None, **changes: Any) -> Message:
        """Send a signed command and return the box's answer."""
        return self.answer(self.send(op, arg, **changes))

    def answer(self, command_id: str) -> Message:
        """Wait for the answer to a command."""
        return self.wait("up/ack", lambda ack: ack["id"] == command_id)

    def unlock(self, sid: str = "S1", **changes: Any) -> Message:
        """Start a session and return the answer."""
        end = int(time.time() * 1000) + 3_600_000
        arg = {"sid": sid, "end": end, "wh": 20_000, "lease": 600, **changes}
        return self.ask("unlock", arg)

    def all(self, name: str) -> list[Message]:
        """Return every message heard on a topic."""
        with self._news:
            full = self.topic(name)
            return [message for topic, message, _ in self.messages if topic == full]

    def last(self, name: str) -> Message:
        """Return the newest message on a topic."""
        return self.all(name)[-1]

    def wait(
        self,
        name: str,
        wanted: Callable[[Message], object] = lambda _: True,
        timeout_s: float = 15,
        after: int = 0,
    ) -> Message:
        """Wait for a message that is wanted, beyond the first `after` ones."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                full = self.topic(name)
                heard = [m for topic, m, _ in self.messages if topic == full][after:]
                for message in heard:
                    if wanted(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{name} not heard; last: {heard[-3:]}")
                self._news.wait(left)

    def wait_record(
        self, wanted: Callable[[list[Any]], object], timeout_s: float = 15
    ) -> list[Any]:
        """Wait until a record that is wanted is stored."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                for key in sorted(self.records):
                    if wanted(self.records[key]):
                        return self.records[key]
                left = deadline - time.monotonic()
                if left <= 0:
                    tail = [self.records[key] for key in sorted(self.records)[-5:]]
                    raise AssertionError(f"record not stored; last: {tail}")
                self._news.wait(left)

    def stored(self, kind: str) -> list[list[Any]]:
        """Return the stored records of one kind in their order."""
        with self._news:
            ordered = [self.records[key] for key in sorted(self.records)]
        return [row for row in ordered if row[0] == kind]

    def highest(self) -> tuple[int, int]:
        """Return (journal id, highest contiguous sequence)."""
        journal = self.batches[-1]["j"]
        seq = 0
        while (journal, seq + 1) in self.records:
            seq += 1
        return journal, seq

    def _connected(self, client: paho.Client, *_: object) -> None:
        client.subscribe(f"pb/v1/{self.dev}/up/#", 1)

    def _received(self, client: paho.Client, _: object, got: paho.MQTTMessage) -> None:
        message = json.loads(got.payload)
        with self._news:
            self.messages.append((got.topic, message, got.retain))
            if got.topic == self.topic("up/hello") and self.tell_time:
                self._tell_time(message)
            if got.topic == self.topic("up/rec"):
                self._store(message)
            self._news.notify_all()

    def _tell_time(self, hello: Message) -> None:
        now_ms = int(time.time() * 1000)
        inner = {"t0": hello["t0"], "t1": now_ms, "bn": hello["bn"]}
        topic = self.topic("down/time")
        self._client.publish(topic, sign(self.key, topic, inner), 0)

    def _store(self, batch: Message) -> None:
        self.batches.append(batch)
        for row in batch["r"]:
            known = self.records.setdefault((batch["j"], row[1]), row)
            # A record that is sent again must be the same record.
            assert known == row
        if self.acknowledge:
            self.rack()

    def rack(self) -> None:
        """Acknowledge what is stored without a gap."""
        journal, seq = self.highest()
        payload = json.dumps({"j": journal, "s": seq}).encode()
        self.publish("down/rack", payload)

    @staticmethod
    def _undelay(_: object, __: object, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
