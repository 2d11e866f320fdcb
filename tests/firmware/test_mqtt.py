"""The MQTT client against a scripted broker, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from lib.config import DEFAULTS
from lib.mqtt import LOST, Client, MQTTError

from tests.firmware.scripted_broker import ScriptedBroker
from tests.firmware.virtual import VirtualLoop, run


class Wire:
    """A client, its broker, and what the client has heard."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.broker = ScriptedBroker()
        self.heard: list[tuple[str, bytes, bool]] = []
        self.confirmed: list[int] = []
        self.loop = loop
        self.client = Client(
            self.broker.open_stream,
            lambda *message: self.heard.append(message),
            self.confirmed.append,
            loop.ticks_ms,
            DEFAULTS,
        )

    async def connect(self) -> bool:
        """Log in the way the box does."""
        return await self.client.connect("pb-1", "user", "word", "up/state", b"gone")

    async def online(self) -> "asyncio.Task[None]":
        """Log in and start receiving."""
        await self.connect()
        return asyncio.create_task(self.client.run())


def wired(test: Callable[[Wire], Awaitable[Any]]) -> None:
    """Run a test body with a fresh client and broker."""
    loop = VirtualLoop()

    async def body() -> None:
        await test(Wire(loop))

    run(body(), loop)


def test_connect_carries_login_will_and_keepalive() -> None:
    async def body(wire: Wire) -> None:
        wire.broker.session_present = 1

        assert await wire.connect() is True

        (connect,) = wire.broker.connects
        assert connect["protocol"] == b"MQTT\x04"
        assert connect["client_id"] == "pb-1"
        assert (connect["user"], connect["password"]) == ("user", "word")
        assert (connect["will_topic"], connect["will"]) == ("up/state", b"gone")
        # User, password, will retained with QoS 1, no clean session.
        assert connect["flags"] == 0b11101100
        assert connect["keepalive"] == 30

    wired(body)


def test_a_refused_login_says_the_code() -> None:
    async def body(wire: Wire) -> None:
        wire.broker.return_code = 5

        with pytest.raises(MQTTError, match="5"):
            await wire.connect()

    wired(body)


def test_a_broker_that_never_answers_connect_is_given_up() -> None:
    async def body(wire: Wire) -> None:
        wire.broker.answers_connect = False
        task = asyncio.create_task(wire.connect())
        await asyncio.sleep(9)
        assert not wire.client.expired()

        await asyncio.sleep(2)

        assert wire.client.expired()
        assert not task.done()

    wired(body)


def test_an_answer_that_is_not_connack_is_refused() -> None:
    async def body(wire: Wire) -> None:
        wire.broker.answers_connect = False
        task = asyncio.create_task(wire.connect())
        await asyncio.sleep(0)
        wire.broker.send(b"\xd0\x00")

        with pytest.raises(MQTTError):
            await task

    wired(body)


def test_a_message_is_one_write_whatever_its_length() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()

        for size in (0, 100, 127, 128, 1500, 16_400):
            await wire.client.publish("up/rec", (b"a" * size, b"b"), 0)

        sizes = [len(row[1]) for row in wire.broker.published]
        assert sizes == [1, 101, 128, 129, 1501, 16_401]

    wired(body)


def test_qos_1_is_confirmed_by_number_and_retain_is_passed_on() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()

        first = await wire.client.publish("up/state", (b"x",), 1, True)
        second = await wire.client.publish("up/ack", (b"y",), 1)
        await asyncio.sleep(0.01)

        assert wire.broker.published[0][2:] == (1, True)
        assert first != second
        assert wire.confirmed == [first, second]

    wired(body)


def test_message_numbers_wrap_without_zero() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()

        wire.client._pid = 65_534

        numbers = [await wire.client.publish("t", (b"",), 1) for _ in range(2)]

        assert numbers == [65_535, 1]

    wired(body)


def test_messages_are_handed_over_and_confirmed_after_the_handler() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()
        wire.broker.deliver("down/time", b"t", 0)
        wire.broker.deliver("down/cmd", b"c", 1, True, pid=513)

        await asyncio.sleep(0.01)
        await wire.client.tend()

        assert wire.heard == [("down/time", b"t", False), ("down/cmd", b"c", True)]
        assert wire.broker.confirmed == [513]

    wired(body)


def test_a_message_over_the_cap_is_read_away_and_confirmed() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()
        wire.broker.deliver("down/cmd", b"x" * 100_000, 1, pid=9)
        wire.broker.deliver("down/rack", b"next", 0)

        await asyncio.sleep(0.01)
        await wire.client.tend()

        assert wire.heard == [("down/cmd", b"", False), ("down/rack", b"next", False)]
        assert wire.broker.confirmed == [9]

    wired(body)


def test_a_refused_subscription_ends_the_connection() -> None:
    async def body(wire: Wire) -> None:
        wire.broker.suback = 0x80
        receiving = await wire.online()

        await wire.client.subscribe("down/+", 1)

        with pytest.raises(MQTTError):
            await receiving

    wired(body)


def test_a_granted_subscription_is_remembered_by_the_broker() -> None:
    async def body(wire: Wire) -> None:
        receiving = await wire.online()

        await wire.client.subscribe("down/+", 1)
        await asyncio.sleep(0.01)

        assert wire.broker.subscribed == ["down/+"]
        assert not receiving.done()

    wired(body)


@pytest.mark.parametrize(
    "packet",
    [
        b"\x30\x01\x00",
        b"\x30\x00",
        b"\x32\x05\x00\x03abc",
        b"\x36\x07\x00\x01a\x00\x01bb",
        b"\xa0\x00",
        b"\x30\xff\xff\xff\xff\x01",
    ],
    ids=["short", "empty", "no pid", "qos 3", "unknown", "length"],
)
def test_a_broken_packet_ends_the_connection(packet: bytes) -> None:
    async def body(wire: Wire) -> None:
        receiving = await wire.online()
        wire.broker.send(packet)

        with pytest.raises(LOST):
            await receiving
        assert wire.heard == []

    wired(body)


def test_a_closed_connection_ends_receiving_and_sending() -> None:
    async def body(wire: Wire) -> None:
        receiving = await wire.online()
        wire.broker.drop()

        with pytest.raises(EOFError):
            await receiving
        wire.client.close()
        with pytest.raises(MQTTError):
            await wire.client.publish("t", (b"",))
        wire.client.close()
        assert wire.broker.closed == 1

    wired(body)


def test_a_silent_line_is_pinged_and_a_dead_one_given_up() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()
        for _ in range(60):
            await asyncio.sleep(1)
            await wire.client.tend()
        assert wire.broker.pings in (3, 4)
        assert not wire.client.expired()

        wire.broker.answers_ping = False
        for _ in range(27):
            await asyncio.sleep(1)
            await wire.client.tend()

        assert wire.client.expired()

    wired(body)


def test_a_line_that_only_receives_is_pinged_for_the_brokers_sake() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()

        for _ in range(40):
            await asyncio.sleep(1)
            wire.broker.deliver("down/time", b"", 0)
            await asyncio.sleep(0)
            await wire.client.tend()

        assert wire.broker.pings >= 2

    wired(body)


def test_sending_into_a_stalled_line_is_given_up() -> None:
    async def body(wire: Wire) -> None:
        await wire.online()
        wire.broker.stalled = True
        sending = asyncio.create_task(wire.client.publish("t", (b"",)))

        await asyncio.sleep(11)

        assert wire.client.expired()
        assert not sending.done()

    wired(body)
