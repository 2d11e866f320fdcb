"""Opening hours as an owner reads and writes them."""

from __future__ import annotations

from datetime import date

import pytest

from app.owners.countries import COUNTRIES, usual_country
from app.owners.domain import (
    PRESETS,
    clock_words,
    exception_words,
    hours_of_exception,
    parse_clock,
    require_some_time,
    span_words,
    week_words,
    window,
)
from app.schedules.domain import (
    ALWAYS,
    Opening,
    OpeningException,
    OpeningRefused,
    OpeningRule,
)


@pytest.mark.parametrize(
    ("text", "is_end", "minutes"),
    [
        ("00:00", False, 0),
        ("00:00", True, 1440),
        ("24:00", True, 1440),
        ("9:15", False, 555),
        ("23:45", True, 1425),
        (" 18:30:00 ", False, 1110),
    ],
)
def test_a_time_of_day_is_read(text: str, is_end: bool, minutes: int) -> None:
    assert parse_clock(text, is_end=is_end) == minutes


@pytest.mark.parametrize("text", ["", "24:00", "9", "9:60", "25:00", "-1:00", "nine"])
def test_what_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(OpeningRefused, match="such as 18:15"):
        parse_clock(text, is_end=False)


def test_times_go_by_the_quarter_hour() -> None:
    with pytest.raises(OpeningRefused, match="quarter hours"):
        parse_clock("18:07", is_end=False)


@pytest.mark.parametrize("minutes", range(0, 1440, 15))
def test_every_quarter_hour_survives_being_written_and_read(minutes: int) -> None:
    assert parse_clock(clock_words(minutes), is_end=False) == minutes


def test_spans_are_words() -> None:
    assert span_words(0, 1440) == "all day"
    assert span_words(1080, 480) == "18:00–08:00"
    assert span_words(1080, 1440) == "18:00–00:00"


@pytest.mark.parametrize(("begin", "end"), [("", "09:00"), ("09:00", " ")])
def test_half_a_window_is_refused(begin: str, end: str) -> None:
    with pytest.raises(OpeningRefused, match="both times"):
        window(1, begin, end)


def test_an_exception_without_times_is_the_whole_day() -> None:
    assert hours_of_exception("", " ") == (0, 1440)
    assert hours_of_exception("10:00", "16:30") == (600, 990)


def test_a_week_shows_each_day_and_what_reaches_over_midnight() -> None:
    opening = Opening(rules=(OpeningRule(7, 1080, 480), OpeningRule(1, 600, 720)))

    days = {day.name: day for day in week_words(opening)}

    assert days["Sunday"].windows == ("18:00–08:00",)
    assert days["Sunday"].bars == ((1080, 360),)
    assert days["Monday"].windows == ("10:00–12:00",)
    assert days["Monday"].bars == ((0, 480), (600, 120))
    assert days["Tuesday"].windows == ()
    assert days["Tuesday"].bars == ()


def test_a_day_that_is_always_open_is_one_full_bar() -> None:
    days = week_words(Opening(rules=ALWAYS))

    assert {day.bars for day in days} == {((0, 1440),)}
    assert {day.windows for day in days} == {("all day",)}


def test_a_charger_opens_at_some_time_or_is_refused() -> None:
    day = date(2026, 6, 12)

    require_some_time(Opening(rules=ALWAYS))
    require_some_time(Opening(rules=(), exceptions=(OpeningException(day, "OPEN"),)))
    with pytest.raises(OpeningRefused) as refused:
        require_some_time(
            Opening(rules=(), exceptions=(OpeningException(day, "CLOSED"),))
        )
    assert refused.value.field == "rules"


def test_exceptions_are_words() -> None:
    day = date(2026, 6, 12)

    assert exception_words(OpeningException(day, "CLOSED")) == "closed all day"
    assert exception_words(OpeningException(day, "OPEN", 600, 990)) == (
        "open 10:00–16:30"
    )


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_read(name: str) -> None:
    _, weekdays, begin, end = PRESETS[name]

    for weekday in weekdays:
        assert window(weekday, begin, end).weekday == weekday


@pytest.mark.parametrize(
    ("languages", "code"),
    [
        (["en-GB", "de"], "GB"),
        (["de", "de-CH"], "CH"),
        (["zh-Hant-HK"], "DE"),
        (["en"], "DE"),
        ([], "DE"),
    ],
)
def test_a_country_is_guessed_from_the_languages(
    languages: list[str], code: str
) -> None:
    assert usual_country(languages).code == code


def test_every_country_has_a_real_zone_and_an_offered_currency() -> None:
    from app.chargers.domain import is_time_zone
    from app.kernel.money import CURRENCIES

    for country in COUNTRIES.values():
        assert country.time_zone is None or is_time_zone(country.time_zone)
        assert country.currency in CURRENCIES
