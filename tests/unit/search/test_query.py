"""A search holds only what makes sense; the reason stands at its field."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.kernel.geo import BadPoint, Point
from app.search.domain import (
    PriceLimit,
    Query,
    SearchRefused,
    Span,
    read_span,
    usual_spans,
)

BERLIN = Point(52.52, 13.405)
NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)


def wall(text: str) -> datetime:
    """Return a wall-clock time of 10 June 2026."""
    return datetime.fromisoformat(f"2026-06-{text}")


@pytest.mark.parametrize("radius_m", [-5, 0, 999, 50_001])
def test_a_radius_outside_1_to_50_km_is_refused(radius_m: int) -> None:
    with pytest.raises(SearchRefused) as refused:
        Query(center=BERLIN, radius_m=radius_m)

    assert refused.value.field == "radius_km"


@pytest.mark.parametrize("power_w", [-1, 1_000_001])
def test_a_power_no_connector_has_is_refused(power_w: int) -> None:
    with pytest.raises(SearchRefused) as refused:
        Query(center=BERLIN, min_power_w=power_w)

    assert refused.value.field == "min_kw"


def test_a_search_without_any_plug_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="No plug"):
        Query(center=BERLIN, standards=frozenset())


def test_an_unknown_plug_is_refused() -> None:
    with pytest.raises(SearchRefused) as refused:
        Query.known_standards("IEC_99999")

    assert refused.value.field == "plug"
    assert Query.known_standards("IEC_62196_T2") == {"IEC_62196_T2"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 90.01])
def test_a_center_that_is_not_on_the_earth_is_refused(value: float) -> None:
    with pytest.raises(BadPoint):
        Point(value, 0)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-0.01", "1000001"])
def test_a_price_limit_that_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        PriceLimit(Decimal(text))

    assert refused.value.field == "max_price"


def test_a_limit_of_the_total_is_refused_at_its_own_field() -> None:
    with pytest.raises(SearchRefused) as refused:
        PriceLimit(Decimal(-1), asked_in="max_total")

    assert refused.value.field == "max_total"


def test_a_price_limit_means_the_same_number_in_each_currency() -> None:
    limit = PriceLimit(Decimal("0.45"))

    groups = limit.milli_by_exponent()

    assert limit.milli_in("EUR") == 45_000
    assert limit.milli_in("JPY") == 450
    assert groups[2][0] == 45_000
    assert "USD" in groups[2][1]
    assert groups[0] == (450, ("JPY",))


def test_times_off_the_grid_are_widened_and_it_is_said() -> None:
    span, note = read_span(wall("10 18:07"), wall("10 20:01"))

    assert span == Span(starts=wall("10 18:00"), ends=wall("10 20:15"))
    assert "18:00 to 20:15" in note


def test_times_on_the_grid_stay_and_nothing_is_said() -> None:
    assert read_span(wall("10 18:15"), wall("10 19:45")) == (
        Span(starts=wall("10 18:15"), ends=wall("10 19:45")),
        "",
    )


def test_no_time_at_all_means_whenever() -> None:
    assert read_span(None, None) == (None, "")


def test_only_a_start_means_two_hours_and_it_is_said() -> None:
    span, note = read_span(wall("10 18:00"), None)

    assert span == Span(starts=wall("10 18:00"), ends=wall("10 20:00"))
    assert "Two hours" in note


def test_only_an_end_is_refused_at_the_start() -> None:
    with pytest.raises(SearchRefused) as refused:
        read_span(None, wall("10 18:00"))

    assert refused.value.field == "from"


@pytest.mark.parametrize("end", ["10 18:00", "10 17:00"])
def test_an_end_not_after_the_start_is_refused_at_the_end(end: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        read_span(wall("10 18:00"), wall(end))

    assert refused.value.field == "to"


def test_a_span_itself_refuses_an_end_before_its_start() -> None:
    with pytest.raises(SearchRefused):
        Span(starts=wall("10 18:00"), ends=wall("10 17:00"))


def test_more_than_two_days_is_refused() -> None:
    with pytest.raises(SearchRefused) as refused:
        read_span(wall("10 18:00"), wall("12 18:15"))

    assert refused.value.field == "to"


def test_a_span_is_wall_clock_time_on_the_grid() -> None:
    with pytest.raises(ValueError, match="wall-clock"):
        Span(starts=NOW, ends=NOW + timedelta(hours=1))
    with pytest.raises(ValueError, match="quarter hour"):
        Span(starts=wall("10 18:05"), ends=wall("10 19:00"))


def test_the_same_wall_clock_is_another_instant_in_another_zone() -> None:
    span = Span(starts=wall("10 18:00"), ends=wall("10 20:00"))

    berlin = span.period_in("Europe/Berlin")
    new_york = span.period_in("America/New_York")

    assert berlin is not None
    assert new_york is not None
    assert berlin.starts_at == datetime(2026, 6, 10, 16, tzinfo=UTC)
    assert new_york.starts_at == datetime(2026, 6, 10, 22, tzinfo=UTC)


def test_a_span_that_the_clock_skips_is_no_time_at_all() -> None:
    skipped = Span(starts=datetime(2026, 3, 29, 2, 0), ends=datetime(2026, 3, 29, 3, 0))

    assert skipped.period_in("Europe/Berlin") is None


def test_what_has_passed_at_every_charger_is_refused() -> None:
    # It is 10:07 in Berlin and 4:07 in New York.
    span = Span(starts=wall("10 10:00"), ends=wall("10 12:00"))

    with pytest.raises(SearchRefused) as refused:
        span.refuse_past(NOW, lon=13.4, zones={"Europe/Berlin"})
    span.refuse_past(NOW, lon=13.4, zones={"Europe/Berlin", "America/New_York"})

    assert refused.value.field == "from"


def test_the_next_quarter_hour_has_not_passed() -> None:
    span = Span(starts=wall("10 10:15"), ends=wall("10 12:00"))

    span.refuse_past(NOW, lon=13.4, zones={"Europe/Berlin"})


@pytest.mark.parametrize(
    ("lon", "passed"), [(13.4, True), (-74.0, False), (175, False)]
)
def test_without_chargers_the_longitude_says_whether_a_time_has_passed(
    lon: float, passed: bool
) -> None:
    # 8:07 UTC: at least 4:30 in the morning in Berlin, whatever its zone.
    span = Span(starts=wall("10 04:30"), ends=wall("10 06:30"))

    if passed:
        with pytest.raises(SearchRefused):
            span.refuse_past(NOW, lon=lon, zones=())
    else:
        span.refuse_past(NOW, lon=lon, zones=())


def test_too_far_ahead_is_refused() -> None:
    starts = wall("10 18:00") + timedelta(days=60)
    span = Span(starts=starts, ends=starts + timedelta(hours=2))

    with pytest.raises(SearchRefused) as refused:
        span.refuse_past(NOW, lon=13.4, zones={"Europe/Berlin"})

    assert refused.value.field == "from"


def test_a_search_is_loosened_one_filter_at_a_time() -> None:
    query = Query(
        center=BERLIN,
        radius_m=5_000,
        time=Span(starts=wall("10 18:00"), ends=wall("10 20:00")),
        standards=frozenset({"CHADEMO"}),
        min_power_w=22_000,
        max_price=PriceLimit(Decimal("0.1")),
        max_total=PriceLimit(Decimal(5), asked_in="max_total"),
        is_instant=True,
        is_accessible=True,
        has_free_parking=True,
        is_open_at_night=True,
    )

    loosened = dict(query.loosened())

    assert {name: _changes(query, wider) for name, wider in loosened.items()} == {
        "time": {"time": None},
        "plug": {"standards": None},
        "min_kw": {"min_power_w": 0},
        "max_price": {"max_price": None},
        "max_total": {"max_total": None},
        "instant": {"is_instant": False},
        "accessible": {"is_accessible": False},
        "free_parking": {"has_free_parking": False},
        "night": {"is_open_at_night": False},
        "radius_km": {"radius_m": 10_000},
    }
    assert list(loosened)[-1] == "radius_km"


def _changes(query: Query, wider: Query) -> dict[str, object]:
    return {
        each.name: getattr(wider, each.name)
        for each in fields(Query)
        if getattr(wider, each.name) != getattr(query, each.name)
    }


def test_the_widest_search_without_filters_cannot_be_loosened() -> None:
    assert Query(center=BERLIN, radius_m=50_000).loosened() == ()


@pytest.mark.parametrize(
    ("local_now", "evening", "night_starts"),
    [
        ("10 10:07", "This evening", "10 22:00"),
        ("10 18:01", "Tomorrow evening", "10 22:00"),
        ("10 23:50", "Tomorrow evening", "11 00:00"),
    ],
)
def test_usual_times_lie_ahead(local_now: str, evening: str, night_starts: str) -> None:
    at = wall(local_now)

    spans = dict(usual_spans(at))

    assert list(spans) == ["Next 2 hours", evening, "Overnight", "Tomorrow, 9 to 12"]
    assert spans["Overnight"].starts == wall(night_starts)
    assert all(span.starts >= at for span in spans.values())
