"""Integers become words for people in one way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.web import filters

AT = datetime(2026, 6, 10, 16, 15, tzinfo=UTC)


def test_energy_and_power_are_written_in_kilowatts() -> None:
    assert filters.kwh(12_340) == "12.3 kWh"
    assert filters.kwh(12_340, 2) == "12.34 kWh"
    assert filters.kw(11_000) == "11 kW"
    assert filters.kw(3_680) == "3.7 kW"


@pytest.mark.parametrize(
    ("meters", "words"),
    [(3, "50 m"), (349, "350 m"), (960, "1.0 km"), (1340, "1.3 km")],
)
def test_distances_are_rounded_as_honestly_as_they_are_known(
    meters: float, words: str
) -> None:
    assert filters.distance(meters) == words


def test_times_are_shown_in_the_zone_of_the_place() -> None:
    assert filters.local(AT, "Europe/Berlin") == "Wed 10 Jun, 18:15"
    assert filters.local_time(AT, "America/New_York") == "12:15"
    assert filters.local_date(AT, "Pacific/Auckland") == "Thu 11 Jun"
    assert filters.iso(AT) == "2026-06-10T16:15:00Z"


def test_a_span_names_the_second_date_only_where_it_differs() -> None:
    two_hours = AT + timedelta(hours=2)
    night = AT + timedelta(hours=10)

    same_day = filters.local_span(AT, two_hours, "Europe/Berlin")
    next_day = filters.local_span(AT, night, "Europe/Berlin")

    assert same_day == "Wed 10 Jun, 18:15–20:15"
    assert next_day == "Wed 10 Jun, 18:15 – Thu 11 Jun, 04:15"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 min"), (1800, "30 min"), (3600, "1 h"), (5400, "1 h 30 min")],
)
def test_durations_are_written_in_hours_and_minutes(seconds: int, words: str) -> None:
    assert filters.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2, "just now"),
        (30, "30 s ago"),
        (600, "10 min ago"),
        (7200, "2 h ago"),
        (259_200, "3 days ago"),
    ],
)
def test_ages_are_written_in_one_unit(seconds: int, words: str) -> None:
    assert filters.ago(AT - timedelta(seconds=seconds), AT) == words


def test_what_was_never_seen_is_said_so() -> None:
    assert filters.ago(None, AT) == "never"
