"""When a charger is free, in slots and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.slots import slot_at
from app.search.domain import around, free_runs, free_words, next_free, stretch_words

# Wednesday, 10:07 in Berlin.
NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def slot(day: int, hour: int, minute: int = 0) -> int:
    """Return the slot at a Berlin time in June 2026."""
    midnight = datetime(2026, 6, 9, 22, tzinfo=UTC) + timedelta(days=day - 10)
    return slot_at(midnight + timedelta(hours=hour, minutes=minute))


def test_a_claim_cuts_an_open_stretch_and_the_turnaround_before_it() -> None:
    assert free_runs([(0, 20)], [8, 9], buffer_slots=1) == ((0, 7), (10, 20))


def test_claims_outside_opening_hours_change_nothing_inside() -> None:
    runs = free_runs([(10, 20), (30, 40)], [5, 6, 25, 44], buffer_slots=0)

    assert runs == ((10, 20), (30, 40))


def test_a_claim_just_after_closing_takes_the_turnaround_from_the_end() -> None:
    assert free_runs([(10, 20)], [20], buffer_slots=1) == ((10, 19),)
    assert free_runs([(10, 20)], [21], buffer_slots=1) == ((10, 20),)


def test_a_stretch_that_is_all_claimed_vanishes() -> None:
    assert free_runs([(0, 3)], [0, 1, 2], buffer_slots=0) == ()


def test_without_claims_every_stretch_is_free() -> None:
    assert free_runs([(0, 3), (5, 9)], [], buffer_slots=2) == ((0, 3), (5, 9))


def test_the_next_stretch_must_be_long_enough_from_the_first_bookable_slot() -> None:
    runs = [(0, 10), (12, 20)]

    assert next_free(runs, first_slot=5, min_slots=5) == (0, 10)
    assert next_free(runs, first_slot=6, min_slots=5) == (12, 20)
    assert next_free(runs, first_slot=17, min_slots=5) is None


def test_the_stretch_around_a_wish_contains_all_of_it() -> None:
    runs = [(0, 10), (12, 20)]

    assert around(runs, (12, 15)) == (12, 20)
    assert around(runs, (8, 12)) is None


@pytest.mark.parametrize(
    ("run", "wanted", "words"),
    [
        ((slot(10, 8), slot(10, 22)), None, "Free now until 22:00"),
        ((slot(10, 8), slot(11, 8)), None, "Free now until Thu 08:00"),
        ((slot(10, 8), slot(20, 8)), None, "Free now, all week"),
        ((slot(10, 18), slot(10, 22)), None, "Next free 18:00–22:00"),
        ((slot(11, 18), slot(11, 22)), None, "Next free Thu 18:00–22:00"),
        ((slot(11, 18), slot(12, 8)), None, "Next free Thu 18:00–Fri 08:00"),
        ((slot(11, 18), slot(30, 8)), None, "Next free from Thu 18:00"),
        ((slot(18, 18), slot(18, 22)), None, "Next free Thu 18 Jun 18:00–22:00"),
        ((slot(11, 16), slot(11, 23)), slot(11, 18), "Free 16:00–23:00"),
        ((slot(11, 16), slot(12, 8)), slot(11, 18), "Free 16:00–Fri 08:00"),
        ((slot(11, 16), slot(30, 8)), slot(11, 18), "Free from 16:00"),
        ((slot(10, 20), slot(11, 23)), slot(11, 18), "Free until 23:00"),
        ((slot(10, 20), slot(30, 23)), slot(11, 18), "Free all week"),
        ((slot(10, 8), slot(10, 23)), slot(10, 18), "Free until 23:00"),
    ],
)
def test_a_free_stretch_is_said_in_a_few_words(
    run: tuple[int, int], wanted: int | None, words: str
) -> None:
    assert free_words(run, now=NOW, zone=BERLIN, wanted_slot=wanted) == words


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ((slot(10, 19, 15), slot(10, 21, 15)), "Free 19:15–21:15"),
        ((slot(11, 19, 15), slot(11, 21, 15)), "Free Thu 19:15–21:15"),
        ((slot(10, 22), slot(11, 6)), "Free 22:00–Thu 06:00"),
        ((slot(26, 19), slot(26, 21)), "Free Fri 26 Jun 19:00–21:00"),
    ],
)
def test_a_stretch_that_was_found_is_said_with_its_day(
    run: tuple[int, int], words: str
) -> None:
    assert stretch_words(run, now=NOW, zone=BERLIN) == words
