"""The way on foot and the end of a charge, as the list says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.search.domain import by_words, in_at, walk_min

NOW = datetime(2026, 6, 10, 16, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance_m", "minutes"),
    [(0.0, 1), (20.0, 1), (400.0, 6), (1_000.0, 16), (3_000.0, 49), (3_000.1, None)],
)
def test_a_walk_is_a_third_longer_than_the_straight_line(
    distance_m: float, minutes: int | None
) -> None:
    assert walk_min(distance_m) == minutes


@pytest.mark.parametrize(
    ("energy_wh", "power_w", "minutes"),
    [
        # 22 kWh at 11 kW are two hours; 1 Wh more is the next five minutes.
        (22_000, 11_000, 120),
        (22_001, 11_000, 125),
        # The booked three hours end before 40 kWh are in.
        (40_000, 11_000, 180),
    ],
)
def test_the_energy_is_in_at_the_end_of_the_booked_time_at_the_latest(
    energy_wh: int, power_w: int, minutes: int
) -> None:
    ends_at = in_at(NOW, energy_wh=energy_wh, power_w=power_w, booked_s=3 * 3600)

    assert ends_at - NOW == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("zone", "hours", "words"),
    [
        ("Europe/Berlin", 1, "by 19:15"),
        ("America/New_York", 1, "by 13:15"),
        ("Europe/Berlin", 7, "by Thu 01:15"),
        ("America/New_York", 7, "by 19:15"),
    ],
)
def test_an_end_is_local_time_with_the_day_where_it_is_another(
    zone: str, hours: int, words: str
) -> None:
    assert by_words(NOW + timedelta(hours=hours), beside=NOW, zone=zone) == words
