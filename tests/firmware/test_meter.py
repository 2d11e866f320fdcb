"""PZEM frames against known vectors, and which readings are believed."""

import struct

import pytest
from board.host_meter import MeterUart
from board.host_world import DEFAULTS, World, merge
from lib.meter_pzem import WRAP_WH, Meter, crc16, parse, request

from tests.firmware.virtual import VirtualLoop, run

VECTOR = bytes.fromhex("01041408D1006C000000F400000026000001F4006400005134")


def test_the_request_is_the_one_of_the_manual() -> None:
    assert request().hex() == "f8040000000a6464"


def test_the_known_answer_is_read() -> None:
    # 225.7 V, 0.108 A, 24.4 W, 38 Wh.
    assert parse(VECTOR) == (2257, 108, 244, 38)


def test_thirty_two_bit_values_come_low_word_first() -> None:
    body = struct.pack(">BBB10H", 1, 4, 20, 2300, 1, 2, 3, 4, 5, 6, 500, 100, 0)
    frame = body + struct.pack("<H", crc16(body))

    assert parse(frame) == (2300, 0x20001, 0x40003, 0x60005)


@pytest.mark.parametrize("at", range(len(VECTOR)))
def test_any_damaged_byte_is_noticed(at: int) -> None:
    damaged = bytearray(VECTOR)
    damaged[at] ^= 0x10

    assert parse(bytes(damaged)) is None


@pytest.mark.parametrize("frame", [b"", VECTOR[:-1], VECTOR + b"\0", b"\x01\x84\x02"])
def test_an_incomplete_or_foreign_frame_is_no_reading(frame: bytes) -> None:
    assert parse(frame) is None


class Line:
    """A meter on a line, in virtual time."""

    def __init__(self, total_wh: int | None = None, max_w: int = 23_000) -> None:
        self.loop = VirtualLoop()
        settings = merge({}, {**DEFAULTS, "meter": dict(DEFAULTS["meter"])})
        self.world = World(settings, {})
        self.settings = settings["meter"]
        self.uart = MeterUart(
            self.world, self.loop.ticks_ms, lambda: None, lambda: None
        )
        self.meter = Meter(self.uart, self, max_w, total_wh)

    def mono(self) -> int:
        """The clock as the meter sees it."""
        return self.loop.ticks_ms()

    def show(self, wh: int) -> None:
        """Set the meter's register."""
        self.world.meter_mwh = wh * 1000

    async def poll(self, pause_s: float = 1) -> bool:
        """Let time pass, then ask once."""
        import asyncio

        await asyncio.sleep(pause_s)
        return await self.meter.poll()


def polled(line: Line, *registers: int) -> list[bool]:
    """Show registers one after the other and return which were believed."""

    async def body() -> list[bool]:
        believed = []
        for register in registers:
            line.show(register)
            believed.append(await line.poll())
        return believed

    found: list[bool] = run(body(), line.loop)
    return found


def test_the_first_reading_is_taken_as_it_is() -> None:
    line = Line()

    assert polled(line, 38_012) == [True]
    assert (line.meter.wh, line.meter.dv, line.meter.answers) == (38_012, 2300, True)
    assert line.meter.step_wh == 0


def test_energy_that_could_flow_is_believed_and_a_jump_is_not() -> None:
    line = Line()

    assert polled(line, 1000, 1006, 5000, 1010) == [True, True, False, True]
    assert line.meter.wh == 1010


def test_a_register_that_goes_back_is_not_believed() -> None:
    line = Line()

    assert polled(line, 1000, 999) == [True, False]
    assert line.meter.wh == 1000


def test_a_wrapped_register_goes_on_counting() -> None:
    line = Line()

    assert polled(line, WRAP_WH - 3, 2) == [True, True]
    assert line.meter.wh == WRAP_WH + 2
    assert line.meter.step_wh == 5


def test_the_total_from_the_journal_survives_a_wrap_in_the_dark() -> None:
    line = Line(total_wh=WRAP_WH + WRAP_WH - 10)

    assert polled(line, 40) == [True]
    assert line.meter.wh == 2 * WRAP_WH + 40


def test_a_meter_that_was_exchanged_is_adopted_only_on_request() -> None:
    line = Line(total_wh=500_000)

    believed = polled(line, *[7] * 10)

    assert believed == [False] * 10
    assert line.meter.replaced
    line.meter.adopt()
    assert line.meter.wh is None
    line.loop = VirtualLoop()


def test_three_silent_polls_mean_a_silent_meter() -> None:
    line = Line()

    async def body() -> None:
        assert await line.poll()
        line.settings["silent"] = True
        for silent in (1, 2):
            assert not await line.poll()
            assert line.meter.answers, silent
        assert not await line.poll()
        assert not line.meter.answers
        line.settings["silent"] = False
        assert await line.poll()
        assert line.meter.answers

    run(body(), line.loop)


def test_a_damaged_frame_is_one_failure_and_the_next_reading_is_clean() -> None:
    line = Line()
    line.settings["crc_errors"] = 1

    assert polled(line, 100, 100) == [False, True]


def test_late_bytes_of_an_old_answer_do_not_spoil_the_next() -> None:
    line = Line()

    async def body() -> None:
        line.uart.write(request())
        assert await line.poll(), "the stale answer was not flushed"

    run(body(), line.loop)


@pytest.mark.parametrize(
    "frame",
    [b"\x01\x42\x80\x11", b"\x02\x04\x00\x00\x00\x0a\x70\x3e", request()[:-1] + b"\0"],
)
def test_the_simulated_meter_ignores_what_the_real_one_ignores(frame: bytes) -> None:
    line = Line()

    async def body() -> int:
        import asyncio

        line.uart.write(frame)
        await asyncio.sleep(0.1)
        return line.uart.any()

    assert run(body(), line.loop) == 0
