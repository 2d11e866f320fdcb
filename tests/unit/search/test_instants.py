"""Times that programs give: with an offset, or as clocks show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.kernel.period import Period
from app.search.domain import Instants, SearchRefused, Span, read_times

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
SIX = datetime(2026, 6, 10, 18, 0)
BERLIN = timezone(timedelta(hours=2))
IN_BERLIN = SIX.replace(tzinfo=BERLIN)
HOUR = timedelta(hours=1)


def test_without_an_offset_they_are_wall_clock_time() -> None:
    assert read_times(SIX, SIX + HOUR) == Span(starts=SIX, ends=SIX + HOUR)
    assert read_times(SIX, None) == Span(starts=SIX, ends=SIX + 2 * HOUR)
    assert read_times(None, None) is None


def test_with_an_offset_they_are_the_same_moment_in_every_zone() -> None:
    times = read_times(IN_BERLIN, IN_BERLIN + HOUR)

    assert isinstance(times, Instants)
    moment = Period(IN_BERLIN.astimezone(UTC), IN_BERLIN.astimezone(UTC) + HOUR)
    assert times.period_in("Europe/Berlin") == moment
    assert times.period_in("Pacific/Apia") == moment


def test_instants_are_widened_to_the_quarter_hour_and_take_two_hours() -> None:
    times = read_times(IN_BERLIN + timedelta(minutes=20), None)

    assert times == Instants(
        starts=datetime(2026, 6, 10, 16, 15), ends=datetime(2026, 6, 10, 18, 15)
    )


@pytest.mark.parametrize("offsets", [(BERLIN, None), (None, BERLIN)])
def test_one_offset_alone_is_refused(
    offsets: tuple[timezone | None, timezone | None],
) -> None:
    starts, ends = SIX.replace(tzinfo=offsets[0]), SIX.replace(tzinfo=offsets[1])

    with pytest.raises(SearchRefused, match="both times with an offset") as refused:
        read_times(starts, ends + HOUR)

    assert refused.value.field == "to"


def test_the_ends_of_the_calendar_are_refused_and_never_converted() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))

    with pytest.raises(SearchRefused, match="this century"):
        read_times(first, None)


def instants(starts: datetime) -> Instants:
    return Instants(starts=starts, ends=starts + HOUR)


def test_the_past_is_refused_whatever_zones_are_there() -> None:
    with pytest.raises(SearchRefused, match="already passed") as refused:
        instants(datetime(2026, 6, 10, 8, 0)).refuse_past(NOW, lon=0, zones=[])

    assert refused.value.field == "from"


def test_the_next_quarter_hour_has_not_passed() -> None:
    instants(datetime(2026, 6, 10, 8, 15)).refuse_past(NOW, lon=179, zones=["UTC"])


def test_too_far_ahead_is_refused() -> None:
    with pytest.raises(SearchRefused, match="four weeks ahead"):
        instants(datetime(2026, 7, 17, 8, 15)).refuse_past(NOW, lon=0, zones=["UTC"])
