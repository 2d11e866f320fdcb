"""Local times at the charger: reading them, showing them, and the days to tap."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.bookings.domain import (
    exact_wall_time,
    local_date,
    read_period,
    wall_time,
)
from app.bookings.domain.calendar import (
    day_window,
    days_of,
    read_wall_time,
    suggest,
    week_window,
)
from app.kernel.period import Period
from app.schedules.wall_time import BadTime
from tests.support.factories_bookings import NOON, hours

BERLIN = "Europe/Berlin"
TODAY = date(2026, 6, 10)
HOUR_S = 3600


def test_local_text_is_read_in_the_zone_of_the_charger() -> None:
    assert read_wall_time(" 2026-06-10T12:00 ", BERLIN, field="starts_at") == NOON
    assert read_wall_time(
        "2026-06-10T12:00", "America/New_York", field="starts_at"
    ) == NOON + timedelta(hours=6)


def test_text_with_an_offset_means_exactly_that_instant() -> None:
    assert read_wall_time("2026-06-10T11:00+01:00", BERLIN, field="x") == NOON


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "date and a time"),
        ("soon", "date and a time"),
        ("2026-13-01T10:00", "date and a time"),
        ("0001-01-01T00:00", "this century"),
        ("9999-12-31T23:45", "this century"),
        ("2026-03-29T02:30", "clocks go forward"),
    ],
)
def test_what_is_no_time_there_is_refused_at_its_field(text: str, words: str) -> None:
    with pytest.raises(BadTime, match=words) as refused:
        read_wall_time(text, BERLIN, field="starts_at")

    assert refused.value.field == "starts_at"


def test_a_night_that_repeats_an_hour_is_read_from_its_first_to_its_second() -> None:
    period = read_period("2026-10-25T02:00", "2026-10-25T02:30", BERLIN)

    assert period.duration_s == HOUR_S + 1800


def test_the_end_comes_after_the_start() -> None:
    with pytest.raises(BadTime, match="after the start") as refused:
        read_period("2026-06-10T12:00", "2026-06-10T12:00", BERLIN)

    assert refused.value.field == "ends_at"


def test_a_link_carries_an_offset_only_on_the_nights_that_need_one() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)

    assert exact_wall_time(NOON, BERLIN) == "2026-06-10T12:00"
    assert exact_wall_time(first, BERLIN) == "2026-10-25T02:30+02:00"
    assert exact_wall_time(second, BERLIN) == "2026-10-25T02:30+01:00"
    for at in (NOON, first, second):
        text = exact_wall_time(at, BERLIN)
        assert read_wall_time(text, BERLIN, field="x") == at


def test_form_fields_and_dates_show_the_local_clock() -> None:
    assert wall_time(NOON, BERLIN) == "2026-06-10T12:00"
    assert local_date(NOON, "Pacific/Auckland") == TODAY
    assert local_date(NOON - timedelta(hours=11), "America/New_York") == date(
        2026, 6, 9
    )


@pytest.mark.parametrize(
    ("on_date", "length_h"),
    [(TODAY, 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)],
)
def test_a_day_is_as_long_as_its_clocks_make_it(on_date: date, length_h: int) -> None:
    window = day_window(on_date, BERLIN)

    assert window is not None
    assert window.duration_s == length_h * HOUR_S


def test_a_date_that_a_zone_skipped_is_not_there() -> None:
    skipped = date(2011, 12, 30)

    assert day_window(skipped, "Pacific/Apia") is None
    days = days_of(
        skipped - timedelta(days=1), "Pacific/Apia", opened=(), free=(), length_s=900
    )
    assert skipped not in [day.on_date for day in days]
    assert len(days) == 6


def test_seven_days_make_a_week() -> None:
    assert week_window(TODAY, BERLIN).duration_s == 7 * 24 * HOUR_S


def test_a_day_knows_its_free_and_taken_parts() -> None:
    opened = (hours(6),)
    free = (hours(2), hours(2, start=NOON + timedelta(hours=4)))

    day = days_of(TODAY, BERLIN, opened=opened, free=free, length_s=HOUR_S)[0]

    assert day.free == free
    assert day.taken == (hours(2, start=NOON + timedelta(hours=2)),)
    assert day.length_s == 24 * HOUR_S
    assert day.offset_s(NOON) == 12 * HOUR_S


def test_starts_are_each_gaps_first_and_half_hours() -> None:
    gap = Period(NOON + timedelta(minutes=15), NOON + timedelta(hours=2))

    day = days_of(TODAY, BERLIN, opened=(gap,), free=(gap,), length_s=HOUR_S)[0]

    assert [wall_time(at, BERLIN)[11:] for at in day.starts] == [
        "12:15",
        "12:30",
        "13:00",
    ]


def test_a_long_day_offers_whole_hours_only() -> None:
    window = day_window(TODAY, BERLIN)
    assert window is not None

    day = days_of(TODAY, BERLIN, opened=(window,), free=(window,), length_s=HOUR_S)[0]

    assert len(day.starts) == 24
    assert {at.minute for at in day.starts} == {0}


def test_a_gap_that_is_too_short_offers_no_start() -> None:
    gap = hours(1)

    day = days_of(TODAY, BERLIN, opened=(gap,), free=(gap,), length_s=2 * HOUR_S)[0]

    assert day.starts == ()


def test_a_night_can_begin_on_one_day_and_end_on_the_next() -> None:
    night = hours(8, start=datetime(2026, 6, 10, 20, tzinfo=UTC))

    today, tomorrow = days_of(
        TODAY, BERLIN, opened=(night,), free=(night,), length_s=6 * HOUR_S
    )[:2]

    assert [wall_time(at, BERLIN)[11:] for at in today.starts] == [
        "22:00",
        "22:30",
        "23:00",
        "23:30",
    ]
    assert wall_time(tomorrow.starts[0], BERLIN)[11:] == "00:00"


def test_the_first_gap_of_the_usual_length_is_suggested() -> None:
    gaps = (hours(1), hours(3, start=NOON + timedelta(hours=2)))

    assert suggest(gaps, shortest_s=1800, usual_s=2 * HOUR_S) == hours(
        2, start=NOON + timedelta(hours=2)
    )


def test_without_one_the_shortest_is_suggested_on_the_grid() -> None:
    gaps = (Period(NOON + timedelta(minutes=1), NOON + timedelta(hours=1)),)

    assert suggest(gaps, shortest_s=1800, usual_s=2 * HOUR_S) == hours(
        0.5, start=NOON + timedelta(minutes=15)
    )


def test_where_nothing_is_free_nothing_is_suggested() -> None:
    assert suggest((), shortest_s=1800, usual_s=7200) is None
