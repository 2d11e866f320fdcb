"""Caps of a session, protections, the clock, the lights, the settings."""

from typing import Any

import pytest
from lib.clock import Clock
from lib.config import DEFAULTS, configure
from lib.lights import network_light, plug_light
from lib.protection import Protection, Sampler
from lib.session import Session

HOUR = 3_600_000


def session(**changes: Any) -> Session:
    """A session that began at boot with the meter at 1000 Wh."""
    facts = {"start_wh": 1000, "end_ms": HOUR, "cap_wh": 5000, "lease_s": 600}
    facts.update(changes)
    return Session("S1", **facts, started_mono=0)


def test_the_end_is_exclusive_and_needs_a_clock() -> None:
    running = session()

    assert running.over(0, HOUR - 1, DEFAULTS) is None
    assert running.over(0, HOUR, DEFAULTS) == "END_OF_BOOKING"
    assert running.over(0, None, DEFAULTS) is None


def test_a_lease_ends_and_is_renewed() -> None:
    running = session()
    assert running.over(599_999, 0, DEFAULTS) is None
    assert running.over(600_000, 0, DEFAULTS) == "LEASE"

    running.renew(60, 600_000)

    assert running.over(659_999, 0, DEFAULTS) is None
    assert running.over(660_000, 0, DEFAULTS) == "LEASE"


@pytest.mark.parametrize(
    ("total_wh", "step_wh", "reason"),
    [
        (5994, 0, None),
        (5994, 5, None),
        (5994, 6, "ENERGY_CAP"),
        (6000, 0, "ENERGY_CAP"),
        (7000, 0, "ENERGY_CAP"),
    ],
)
def test_the_cap_holds_even_after_one_more_step(
    total_wh: int, step_wh: int, reason: str | None
) -> None:
    assert session().spent(total_wh, step_wh, 0, DEFAULTS) == reason


@pytest.mark.parametrize(
    ("mono", "total_wh", "reason"),
    [
        (899_999, 1000, None),
        (900_000, 1099, "NO_ENERGY"),
        (900_000, 1100, None),
    ],
)
def test_a_session_without_energy_ends_after_a_quarter_of_an_hour(
    mono: int, total_wh: int, reason: str | None
) -> None:
    assert session().spent(total_wh, 0, mono, DEFAULTS) == reason


@pytest.mark.parametrize(
    ("charged", "reason"), [(True, "UNPLUGGED"), (False, "RETURNED")]
)
def test_a_plug_that_stays_home_ends_the_session(charged: bool, reason: str) -> None:
    running = session()
    running.charged = charged
    running.plug(True, 0)
    assert running.over(100_000, 0, DEFAULTS) is None, "never taken out"
    running.plug(False, 100_000)
    running.plug(True, 110_000)
    running.plug(True, 120_000)

    assert running.over(169_999, 0, DEFAULTS) is None
    assert running.over(170_000, 0, DEFAULTS) == reason


def test_replugging_in_time_goes_on_with_the_same_caps() -> None:
    running = session()
    for home, mono in ((False, 0), (True, 10_000), (False, 50_000), (True, 60_000)):
        running.plug(home, mono)

    assert running.over(100_000, 0, DEFAULTS) is None
    assert running.used_wh(1500) == 500


def test_extending_moves_the_caps_and_the_state_keeps_them() -> None:
    running = session()

    running.extend(2 * HOUR, 9000)

    assert running.over(0, HOUR, DEFAULTS) is None
    assert running.spent(9999, 0, 0, DEFAULTS) is None
    assert running.as_state() == ["S1", 1000, 2 * HOUR, 9000, 600]


def test_over_current_trips_slowly_above_110_and_at_once_above_125_percent() -> None:
    guard = Protection({"max_ma": 32_000, "silent_s": 10})

    assert not guard.over_current(35_200, 0)
    assert not guard.over_current(35_201, 1000)
    assert not guard.over_current(36_000, 5999)
    assert guard.over_current(36_000, 6000)
    assert Protection({"max_ma": 32_000}).over_current(40_001, 0)


def test_a_short_peak_is_forgiven() -> None:
    guard = Protection({"max_ma": 32_000})
    guard.over_current(36_000, 0)
    guard.over_current(30_000, 4000)

    assert not guard.over_current(36_000, 6000)


def test_a_silent_meter_is_patiently_waited_for() -> None:
    guard = Protection({"silent_s": 10})

    assert not guard.silent_too_long(False, 0)
    assert not guard.silent_too_long(False, 9999)
    assert guard.silent_too_long(False, 10_000)
    assert not guard.silent_too_long(True, 10_001)
    assert not guard.silent_too_long(False, 15_000)


@pytest.mark.parametrize(
    ("in_session", "total_wh", "mono", "due"),
    [
        (True, 1009, 5000, False),
        (True, 1010, 999, False),
        (True, 1010, 1000, True),
        (True, 1000, 59_999, False),
        (True, 1000, 60_000, True),
        (False, 1010, 60_000, False),
        (False, 1000, 900_000, True),
    ],
)
def test_readings_worth_a_record(
    in_session: bool, total_wh: int, mono: int, due: bool
) -> None:
    sampler = Sampler()
    assert sampler.due(in_session, 0, 0), "the first one always is"

    sampler.taken(1000, 0)

    assert sampler.due(in_session, total_wh, mono) is due


def test_the_clock_counts_on_when_the_ticks_wrap() -> None:
    ticks = [(1 << 30) - 5]
    clock = Clock(lambda: ticks[0])
    ticks[0] = 7

    assert clock.mono() == 12
    assert clock.mono() == 12


def test_an_unset_clock_is_no_earlier_than_the_journal() -> None:
    ticks = [0]
    clock = Clock(lambda: ticks[0], floor_ms=HOUR)
    ticks[0] = 50

    assert clock.now() == HOUR + 50
    assert clock.quality == 0
    assert clock.known_now() is None


def test_a_battery_clock_is_better_than_none_but_not_synchronized() -> None:
    clock = Clock(lambda: 0, floor_ms=5, rtc_ms=HOUR)

    assert (clock.now(), clock.quality, clock.known_now()) == (HOUR, 1, None)


def test_the_servers_time_is_taken_half_a_trip_old() -> None:
    ticks = [100]
    clock = Clock(lambda: ticks[0])
    ticks[0] = 140

    clock.sync(0, HOUR)

    assert clock.known_now() == HOUR + 20
    assert clock.quality == 2


def test_settings_replace_known_defaults_only() -> None:
    assert configure({}) is DEFAULTS
    assert configure({"relock_s": 5})["relock_s"] == 5
    assert DEFAULTS["relock_s"] != 5
    with pytest.raises(ValueError, match="relok_s"):
        configure({"relok_s": 5})


@pytest.mark.parametrize(
    ("online", "paired", "identify", "pattern"),
    [
        (True, True, False, "####################"),
        (True, False, False, "..##################"),
        (False, True, False, "##########.........."),
        (True, True, True, "#.#.#.#.#.#.#.#.#.#."),
    ],
)
def test_the_network_light(
    online: bool, paired: bool, identify: bool, pattern: str
) -> None:
    shown = [network_light(online, paired, identify, ms) for ms in range(0, 2000, 100)]

    assert "".join("#" if on else "." for on in shown) == pattern


@pytest.mark.parametrize(
    ("status", "identify", "pattern"),
    [
        ("Available", False, ".........."),
        ("Finishing", False, "##########"),
        ("Faulted", False, "#.#......."),
        ("Charging", False, "##########"),
        ("Charging", True, ".#.#.#.#.#"),
    ],
)
def test_the_plug_light(status: str, identify: bool, pattern: str) -> None:
    shown = [plug_light(status, identify, ms) for ms in range(0, 1000, 100)]

    assert "".join("#" if on else "." for on in shown) == pattern


def test_a_charging_box_breathes() -> None:
    assert plug_light("Charging", False, 1999)
    assert not plug_light("Charging", False, 2000)
