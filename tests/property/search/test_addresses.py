"""Every possible search survives its address; no text breaks the reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.connectors import PLUG_NAMES
from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.search.address import address_of, values_of
from app.search.asked import Asked, read_asked
from app.search.domain import DayWindow, Order, PriceLimit, Span, UntilFull, Wish
from app.search.domain.days import WEEKDAYS

QUARTER = timedelta(minutes=15)
FIRST = datetime(2026, 6, 10)
NAMES = (
    *("q", "lat", "lon", "radius_km", "when", "from", "to"),
    *("day", "after", "before", "hours", "plug", "min_kw", "max_price", "max_total"),
    *("kwh", "soc_from", "soc_to", "instant", "accessible", "free_parking", "night"),
    *("public", "sort", "shown"),
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Return any time of a year."""
    starts = FIRST + draw(st.integers(0, 35_000)) * QUARTER
    return Span(starts=starts, ends=starts + draw(st.integers(1, 192)) * QUARTER)


@st.composite
def day_windows(draw: st.DrawFn) -> DayWindow:
    """Return any stretch of any day."""
    after, wide = draw(st.integers(0, 95)), draw(st.integers(1, 96))
    before = (after + wide) % 96 or 96
    return DayWindow(
        day=draw(st.sampled_from(["", "today", "tomorrow", "2026-07-01", *WEEKDAYS])),
        after_min=after * 15,
        before_min=before * 15,
        length=draw(st.integers(1, wide)) * QUARTER,
    )


WISHES = st.one_of(
    st.none(),
    st.integers(1_000, 200_000).map(lambda wh: Wish(energy_wh=wh)),
    st.tuples(st.integers(0, 100), st.integers(0, 100))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: Wish(soc_from=pair[0], soc_to=pair[1])),
)
LIMITS = st.one_of(
    st.none(),
    st.decimals(0, 1_000_000, places=3, allow_nan=False).map(PriceLimit),
)
ASKED = st.builds(
    Asked,
    text=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])).map(
        lambda text: text[:120]
    ),
    point=st.one_of(
        st.none(),
        st.tuples(
            st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000)
        ).map(lambda pair: Point(pair[0] / 1e5, pair[1] / 1e5)),
    ),
    radius_km=st.integers(1, 50),
    time=st.one_of(st.none(), st.just(UntilFull()), spans(), day_windows()),
    plug=st.sampled_from(["any", *PLUG_NAMES]),
    min_power_w=st.integers(0, 1_000_000),
    max_price=LIMITS,
    max_total=LIMITS,
    wish=WISHES,
    instant=st.booleans(),
    accessible=st.booleans(),
    free_parking=st.booleans(),
    night=st.booleans(),
    public=st.booleans(),
    order=st.sampled_from(Order),
    shown=st.sampled_from([20, 40, 60, 80, 100]),
)


@settings(max_examples=60, deadline=None)
@given(ASKED)
def test_reading_an_address_gives_the_search_it_was_made_of(asked: Asked) -> None:
    address = address_of(asked)

    again, refusals = read_asked(dict(parse_qsl(address)), has_car=False)

    assert refusals == ()
    assert again == asked
    assert address_of(again) == address


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=12)))
def test_any_text_is_read_or_refused_with_a_sentence(values: dict[str, str]) -> None:
    asked, refusals = read_asked(values, has_car=False)

    assert all(isinstance(each, DomainError) and each.field for each in refusals)
    assert read_asked(values_of(asked), has_car=False) == (asked, ())


@settings(max_examples=100, deadline=None)
@given(day_windows(), st.integers(0, 60_000))
def test_the_day_that_is_meant_lies_ahead_unless_it_was_named(
    asked: DayWindow, minutes: int
) -> None:
    local_now = FIRST + timedelta(minutes=minutes)

    window = asked.on(local_now)

    assert window.length == asked.length
    if asked.day in {"", *WEEKDAYS}:
        assert local_now <= window.latest_start
        assert window.starts < local_now + timedelta(days=9)
    if asked.day in WEEKDAYS:
        assert window.starts.weekday() == WEEKDAYS.index(asked.day)


def test_limits_are_compared_as_numbers() -> None:
    assert PriceLimit(Decimal("0.450")) == PriceLimit(Decimal("0.45"))
