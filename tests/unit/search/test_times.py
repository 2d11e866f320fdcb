"""A window, a length and "until full" hold only what makes sense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kernel.geo import Point
from app.kernel.period import Period
from app.search.domain import Query, SearchRefused, Span, Time, UntilFull, Window

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    """Return a wall-clock time of June 2026."""
    return datetime.fromisoformat(f"2026-06-{text}")


def window(starts: str, ends: str, length: timedelta = 2 * HOUR) -> Window:
    """Return a window of June 2026."""
    return Window(starts=wall(starts), ends=wall(ends), length=length)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "quarter of an hour"),
        (-HOUR, "quarter of an hour"),
        (25 * HOUR, "24 hours"),
        (6 * HOUR, "longer than the time between"),
    ],
)
def test_a_length_that_is_none_or_does_not_fit_is_refused(
    length: timedelta, words: str
) -> None:
    with pytest.raises(SearchRefused, match=words) as refused:
        window("10 18:00", "10 23:00", length)

    assert refused.value.field == "hours"


def test_a_length_off_the_grid_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="quarter hours"):
        window("10 18:00", "10 23:00", timedelta(minutes=20))


def test_a_window_that_ends_before_it_starts_is_refused_at_its_end() -> None:
    with pytest.raises(SearchRefused) as refused:
        window("10 18:00", "10 17:00")

    assert refused.value.field == "before"


def test_a_length_may_fill_the_window() -> None:
    assert window("10 18:00", "10 20:00").latest_start == wall("10 18:00")


def test_a_window_that_has_begun_is_not_over_while_the_length_still_fits() -> None:
    # It is 10:07 in Berlin; the next quarter hour begins at 10:15.
    last_chance, too_late = window("10 08:00", "10 12:15"), window("10 08:00", "10 12")

    last_chance.refuse_past(NOW, lon=13.4, zones={"Europe/Berlin"})
    with pytest.raises(SearchRefused) as refused:
        too_late.refuse_past(NOW, lon=13.4, zones={"Europe/Berlin"})

    assert refused.value.field == "day"


def test_without_chargers_a_window_is_over_when_it_is_over_everywhere_near() -> None:
    with pytest.raises(SearchRefused):
        window("10 01:00", "10 04:00").refuse_past(NOW, lon=13.4, zones=())
    window("10 01:00", "10 12:00").refuse_past(NOW, lon=13.4, zones=())


def test_a_span_and_a_window_of_the_same_times_are_not_the_same() -> None:
    span: Time = Span(starts=wall("10 18:00"), ends=wall("10 20:00"))
    any_time: Time = window("10 18:00", "10 20:00")

    assert span != any_time


def test_only_an_exact_time_is_the_span_of_a_query() -> None:
    here = Point(52.52, 13.405)
    span = Span(starts=wall("10 18:00"), ends=wall("10 20:00"))

    assert Query(center=here, time=span).span == span
    assert Query(center=here, time=window("10 18:00", "10 23:00")).span is None
    assert Query(center=here, time=UntilFull()).span is None
    assert Query(center=here).span is None


@pytest.mark.parametrize(
    ("starts_at", "hours", "span"),
    [
        (datetime(2026, 6, 10, 16, tzinfo=UTC), 2, ("2026-06-10 18", "2026-06-10 20")),
        # The night in which the clock goes back: from the first or second hour of two.
        (datetime(2026, 10, 25, 0, tzinfo=UTC), 4, ("2026-10-25 02", "2026-10-25 05")),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), 2, None),
        (datetime(2026, 10, 25, 0, 45, tzinfo=UTC), 0.5, None),
        # The night in which it goes forward.
        (datetime(2026, 3, 29, 0, tzinfo=UTC), 2, ("2026-03-29 01", "2026-03-29 04")),
    ],
)
def test_a_period_is_told_by_the_clock_of_the_place_where_that_is_possible(
    starts_at: datetime, hours: float, span: tuple[str, str] | None
) -> None:
    period = Period(starts_at, starts_at + hours * HOUR)

    told = Span.at(period, "Europe/Berlin")

    if span is None:
        assert told is None
    else:
        first, last = (datetime.fromisoformat(each) for each in span)
        assert told == Span(starts=first, ends=last)
