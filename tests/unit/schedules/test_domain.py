"""Opening hours, lengths and refusals, case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kernel.period import Period
from app.schedules.domain import (
    ALWAYS,
    BadLength,
    Opening,
    OpeningException,
    OpeningRefused,
    OpeningRule,
    bookable_window,
    check_length,
    check_opening,
    expand,
    nearest_free,
    to_instant,
)

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_NIGHT = tuple(OpeningRule(day, 22 * 60, 6 * 60) for day in range(1, 8))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def night_of(year: int, month: int, day: int) -> Period:
    """Noon to noon round the night that begins on this date."""
    noon = utc(year, month, day, 12)
    return Period(noon, noon + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2026, 3, 27), 8), ((2026, 3, 28), 7), ((2026, 10, 24), 9)],
)
def test_a_night_from_22_to_6_has_as_many_hours_as_really_pass(
    day: tuple[int, int, int], hours: int
) -> None:
    (night,) = expand(EVERY_NIGHT, (), "Europe/Berlin", night_of(*day))

    assert night.duration_s == hours * 3600


def test_a_time_the_clock_skips_is_the_first_instant_after_the_gap() -> None:
    skipped = datetime(2026, 3, 29, 2, 30)

    assert to_instant(skipped, BERLIN, fold=0) == utc(2026, 3, 29, 1)
    assert to_instant(skipped, BERLIN, fold=1) == utc(2026, 3, 29, 1)


def test_a_time_shown_twice_is_taken_first_for_a_begin_and_last_for_an_end() -> None:
    twice = datetime(2026, 10, 25, 2, 30)

    assert to_instant(twice, BERLIN, fold=0) == utc(2026, 10, 25, 0, 30)
    assert to_instant(twice, BERLIN, fold=1) == utc(2026, 10, 25, 1, 30)


def test_a_window_wholly_inside_the_gap_does_not_exist_that_day() -> None:
    rule = OpeningRule(7, 2 * 60, 3 * 60)

    assert expand((rule,), (), "Europe/Berlin", night_of(2026, 3, 28)) == ()
    (usual,) = expand((rule,), (), "Europe/Berlin", night_of(2026, 4, 4))
    assert usual.duration_s == 3600


def test_a_date_that_never_was_has_no_opening_hours() -> None:
    friday = OpeningRule(5, 9 * 60, 17 * 60)
    week = Period(utc(2011, 12, 26), utc(2012, 1, 2))

    assert expand((friday,), (), "Pacific/Apia", week) == ()


def test_always_open_means_one_unbroken_period_over_a_change_of_clocks() -> None:
    window = Period(utc(2026, 10, 20), utc(2026, 10, 30))

    assert expand(ALWAYS, (), "Australia/Lord_Howe", window) == (window,)


def test_equal_begin_and_end_mean_a_whole_day() -> None:
    rule = OpeningRule(1, 9 * 60, 9 * 60)

    (period,) = expand(
        (rule,), (), "Europe/Berlin", Period(utc(2026, 6, 8), utc(2026, 6, 12))
    )

    assert period == Period(utc(2026, 6, 8, 7), utc(2026, 6, 9, 7))


def test_closed_on_a_date_takes_away_and_open_on_a_date_adds() -> None:
    monday = OpeningRule(1, 9 * 60, 17 * 60)
    exceptions = (
        OpeningException(date(2026, 6, 8), "CLOSED", 12 * 60, 13 * 60),
        OpeningException(date(2026, 6, 9), "OPEN", 10 * 60, 11 * 60),
        OpeningException(date(2026, 6, 15), "CLOSED"),
    )

    opened = expand(
        (monday,),
        exceptions,
        "Europe/Berlin",
        Period(utc(2026, 6, 8), utc(2026, 6, 18)),
    )

    assert opened == (
        Period(utc(2026, 6, 8, 7), utc(2026, 6, 8, 10)),
        Period(utc(2026, 6, 8, 11), utc(2026, 6, 8, 15)),
        Period(utc(2026, 6, 9, 8), utc(2026, 6, 9, 9)),
    )


def test_closed_on_a_date_also_ends_the_night_that_began_the_day_before() -> None:
    friday_night = OpeningRule(5, 22 * 60, 6 * 60)
    closed = OpeningException(date(2026, 6, 13), "CLOSED")

    (opened,) = expand(
        (friday_night,), (closed,), "Europe/Berlin", night_of(2026, 6, 12)
    )

    assert opened == Period(utc(2026, 6, 12, 20), utc(2026, 6, 12, 22))


def test_bookings_may_lie_between_notice_and_horizon_on_the_grid() -> None:
    now = utc(2026, 6, 10, 8, 7)

    window = bookable_window(now, lead_min=30, horizon_days=28)

    assert window == Period(utc(2026, 6, 10, 8, 45), utc(2026, 7, 8, 8))


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(15, "shortest booking here is 30 minutes"), (150, "longest booking here is 2 h")],
)
def test_a_length_outside_the_limits_is_refused_at_the_end_field(
    minutes: int, words: str
) -> None:
    start = utc(2026, 6, 10, 8)
    period = Period(start, start + timedelta(minutes=minutes))

    with pytest.raises(BadLength, match=words) as refusal:
        check_length(period, min_length_min=30, max_length_min=120)

    assert refusal.value.field == "ends_at"


def test_both_limits_themselves_are_allowed_and_odd_limits_are_said_in_full() -> None:
    start = utc(2026, 6, 10, 8)
    short = Period(start, start + timedelta(minutes=30))
    long = Period(start, start + timedelta(minutes=90))

    assert check_length(short, min_length_min=30, max_length_min=90) == short
    assert check_length(long, min_length_min=30, max_length_min=90) == long
    with pytest.raises(BadLength, match="1 h 15 min"):
        check_length(long, min_length_min=30, max_length_min=75)


def test_of_two_equally_near_alternatives_the_earlier_comes_first() -> None:
    wanted = Period(utc(2026, 6, 10, 18), utc(2026, 6, 10, 19))
    gaps = (
        Period(utc(2026, 6, 10, 16), utc(2026, 6, 10, 18)),
        Period(utc(2026, 6, 10, 19), utc(2026, 6, 10, 20, 10)),
    )

    starts = [each.starts_at for each in nearest_free(gaps, wanted)]

    assert starts == [
        utc(2026, 6, 10, 17),
        utc(2026, 6, 10, 19),
        utc(2026, 6, 10, 16, 45),
    ]


@pytest.mark.parametrize(
    ("opening", "field", "words"),
    [
        (Opening(rules=(OpeningRule(0, 0, 60),)), "rules", "weekday"),
        (Opening(rules=(OpeningRule(8, 0, 60),)), "rules", "weekday"),
        (Opening(rules=(OpeningRule(1, -15, 60),)), "rules", "between 00:00"),
        (Opening(rules=(OpeningRule(1, 1440, 60),)), "rules", "between 00:00"),
        (Opening(rules=(OpeningRule(1, 0, 1455),)), "rules", "between 00:00"),
        (Opening(rules=(OpeningRule(1, 5, 60),)), "rules", "quarter hour"),
        (Opening(rules=(OpeningRule(1, 0, 61),)), "rules", "quarter hour"),
        (Opening(rules=(OpeningRule(1, 0, 60),) * 57), "rules", "at most 56"),
        (
            Opening(rules=(), exceptions=(OpeningException(date(2026, 1, 1), "X"),)),
            "exceptions",
            "open or closed",
        ),
        (
            Opening(
                rules=(),
                exceptions=(OpeningException(date(2026, 1, 1), "OPEN", 7, 60),),
            ),
            "exceptions",
            "quarter hour",
        ),
        (
            Opening(
                rules=(),
                exceptions=(
                    OpeningException(date(2026, 1, 1), "OPEN", reason="x" * 121),
                ),
            ),
            "exceptions",
            "120",
        ),
        (
            Opening(
                rules=(),
                exceptions=(OpeningException(date(2026, 1, 1), "CLOSED"),) * 201,
            ),
            "exceptions",
            "at most 200",
        ),
    ],
)
def test_opening_hours_that_cannot_be_kept_are_refused_with_the_reason(
    opening: Opening, field: str, words: str
) -> None:
    with pytest.raises(OpeningRefused, match=words) as refusal:
        check_opening(opening)

    assert refusal.value.field == field


def test_ordinary_opening_hours_are_accepted() -> None:
    closed = OpeningException(date(2026, 12, 24), "CLOSED", reason="Christmas")

    check_opening(Opening(rules=(*ALWAYS, *EVERY_NIGHT), exceptions=(closed,)))
