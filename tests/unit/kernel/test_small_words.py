"""Codes, connectors, errors and events of the kernel."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.kernel.connectors import PLUG_NAMES, is_dc, plug_name, usable_power_w
from app.kernel.errors import Conflict, DomainError, NotFound, TooMany, Unavailable
from app.kernel.events import Event, EventBus
from app.kernel.ids import CODE_LENGTH, code_from, parse_code, spaced


def test_a_code_has_ten_letters_people_can_tell_apart() -> None:
    assert code_from(bytes(8)) == "A" * CODE_LENGTH
    assert code_from(bytes(range(100, 108))) == "MRSWMZ3INF"
    assert code_from(bytes(20), length=16) == "A" * 16


@pytest.mark.parametrize(
    "text",
    ["K7Q2M6XW4O", "k7q2-m6xw-4o", " K7Q2 M6XW 40 ", "K7Q2M6XW40"],
)
def test_a_typed_code_is_read_forgivingly(text: str) -> None:
    assert parse_code(text) == "K7Q2M6XW4O"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "K7Q2M6XW4",
        "K7Q2M6XW4OO",
        "K9Q2M6XW4O",
        "K7Q2M6XW4Ä",
        "../u/AAAAAA",
    ],
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert parse_code(text) is None


def test_one_and_eight_are_read_as_the_letters_they_look_like() -> None:
    assert parse_code("18AAAAAAAA") == "IBAAAAAAAA"


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert spaced("K7Q2M6XW4O") == "K7Q2-M6XW-4O"
    assert parse_code(spaced("K7Q2M6XW4O")) == "K7Q2M6XW4O"


def test_known_plugs_have_everyday_names_and_unknown_ones_stay_readable() -> None:
    assert plug_name("IEC_62196_T2_COMBO") == "CCS 2"
    assert plug_name("NEMA_6_50") == "NEMA 6 50"


def test_direct_current_comes_from_the_plugs_that_carry_it() -> None:
    assert {each for each in PLUG_NAMES if is_dc(each)} == {
        "IEC_62196_T2_COMBO",
        "IEC_62196_T1_COMBO",
        "CHADEMO",
    }


def test_a_car_draws_no_more_than_it_or_the_plug_can() -> None:
    car = {"car_ac_w": 11_000, "car_dc_w": 170_000}

    assert usable_power_w(power_type="AC_3_PHASE", offered_w=22_000, **car) == 11_000
    assert usable_power_w(power_type="AC_3_PHASE", offered_w=3_700, **car) == 3_700
    assert usable_power_w(power_type="DC", offered_w=50_000, **car) == 50_000
    assert (
        usable_power_w(power_type="DC", offered_w=9_000, car_ac_w=7_000, car_dc_w=0)
        == 0
    )


def test_each_refusal_carries_its_status_and_its_sentence() -> None:
    assert DomainError("No.", field="x").status == 422
    assert DomainError("No.", field="x").field == "x"
    assert Conflict("Late.").status == 409
    assert Unavailable("Gone.").status == 503
    assert NotFound().message == "There is nothing here."
    assert NotFound().status == 404
    assert TooMany("Slow.", retry_after_s=7).retry_after_s == 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LampLit(Event):
    """An event of this test."""

    room: str


def test_listeners_hear_exactly_their_events_in_the_order_they_came() -> None:
    heard: list[str] = []
    bus = EventBus()
    bus.subscribe(LampLit, lambda event: heard.append(f"first {event.room}"))
    bus.subscribe(LampLit, lambda event: heard.append(f"second {event.room}"))
    bus.subscribe(Event, lambda _: heard.append("any"))

    failures = bus.publish(LampLit(room="hall"))

    assert heard == ["first hall", "second hall"]
    assert failures == ()


def test_a_listener_that_fails_does_not_silence_the_next() -> None:
    heard: list[str] = []
    bus = EventBus()

    def stumble(_: LampLit) -> None:
        raise RuntimeError("stumbled")

    bus.subscribe(LampLit, stumble)
    bus.subscribe(LampLit, lambda event: heard.append(event.room))

    (failure,) = bus.publish(LampLit(room="hall"))

    assert str(failure) == "stumbled"
    assert heard == ["hall"]
