"""What an owner reads: one sentence an hour, a summary, and a picture of the week."""

from __future__ import annotations

from typing import Any

import pytest

from app.pricing.domain.demand import Demand
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.suggestion import HourGain, Suggestion, suggest
from app.pricing.domain.week_view import HEATS, short_price, week_rows
from app.pricing.domain.wish import MarginPerKwh, MonthlyProfit
from app.pricing.domain.words import best_opening, summary, why
from tests.unit.pricing.test_wish import wish_of

_DAY_AND_NIGHT = Electricity.by_time_of_day([(22, 6, 20_000), (6, 22, 30_000)])
FRIDAY_CLOSED = tuple(0.0 if 96 <= hour < 120 else 4.0 for hour in range(168))


def suggested(requests: float = 0.5, **values: Any) -> Suggestion:
    demand = Demand(
        requests=(requests,) * 168,
        median_milli_per_hour=(60_000.0,) * 168,
        sigma=0.6,
    )
    return suggest(wish_of(**values), demand)


def test_the_summary_tells_what_to_expect() -> None:
    assert summary(suggested()).startswith("Expect about €")
    assert summary(suggested(aim=MonthlyProfit(1_000))).startswith(
        "€10.00 a month is within reach: expect about €"
    )


def test_an_unreachable_wish_names_the_most_and_the_best_time_to_open() -> None:
    found = suggested(aim=MonthlyProfit(10**6), open_hours=FRIDAY_CLOSED)

    words = summary(found)

    assert words.startswith("Not reachable: at most about €")
    assert " Opening Fri " in words
    assert why(found, 100).startswith("Closed; open, it should add about €")
    assert "what would bring most" in why(found, 3)


def test_without_closed_hours_there_is_nothing_to_open() -> None:
    found = suggested(aim=MonthlyProfit(10**6))

    assert "Opening" not in summary(found)
    assert best_opening(found.best_extra_hours) is None


def test_a_charger_that_is_never_open_is_said_so() -> None:
    found = suggested(open_hours=(0.0,) * 168)

    assert summary(found).startswith("The charger is never open. Opening ")
    assert found.expected_minor_a_month == 0
    assert found.energy_milli_per_kwh == 33_334 + 5_000


def test_a_closed_hour_that_adds_nothing_says_so() -> None:
    found = suggested(requests=0.0, open_hours=FRIDAY_CLOSED)

    assert why(found, 100) == "Closed; open, it should add about €0.00 a month."
    assert why(found, 3).startswith("Hardly anybody wants this hour, and ")


def test_the_best_opening_stays_within_one_day_and_three_hours() -> None:
    gains = (HourGain(22, 5), HourGain(23, 5), HourGain(24, 100), HourGain(60, 60))

    best = best_opening((*gains, HourGain(61, 30), HourGain(62, 20), HourGain(63, 19)))

    assert best
    assert (best.words(), best.gain_minor) == ("Wed 12–15", 110)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ceiling_milli_per_hour": 5_000}, "beside your margin, your highest price"),
        ({"floor_milli_per_hour": 200_000}, "your lowest price"),
        ({"aim": MarginPerKwh(2_000)}, "beside your margin, a little below"),
        ({"aim": MonthlyProfit(3_000)}, "enough for what you wish"),
        ({"floor_milli_per_hour": 299_000}, "nearly none of them"),
        ({"aim": MonthlyProfit(1)}, "nearly all of them"),
        (
            {"ceiling_milli_per_hour": 50_000, "aim": MonthlyProfit(1)},
            "at once is your highest",
        ),
        ({"electricity": _DAY_AND_NIGHT}, "(its electricity costs €0.20 more)"),
        ({"requests": 3.0}, "About 3.0 drivers a week"),
        ({}, "makes up for the bids that may still come"),
        ({"floor_milli_per_hour": 100_000}, "is also the price at once"),
    ],
)
def test_the_sentence_of_an_hour_names_its_reason(
    values: dict[str, Any], words: str
) -> None:
    assert words in why(suggested(**values), 18)


def test_the_picture_has_a_row_an_hour_and_heat_from_cheap_to_dear() -> None:
    reserve = tuple(range(0, 168_000, 1_000))
    rows = week_rows("EUR", reserve, (200_000,) * 168, FRIDAY_CLOSED)

    assert (len(rows), {len(row) for row in rows}) == (24, {7})
    assert [cell.hour_of_week for cell in rows[18][:2]] == [18, 42]
    assert (rows[0][0].reserve_heat, rows[23][6].reserve_heat) == (1, HEATS)
    assert {cell.book_now_heat for row in rows for cell in row if cell.is_open} == {1}
    assert not rows[5][4].is_open
    assert rows[5][4].reserve_heat == 0


def test_a_week_without_open_hours_has_no_heat() -> None:
    rows = week_rows("EUR", (1,) * 168, (1,) * 168, (0.0,) * 168)

    assert {cell.reserve_heat for row in rows for cell in row} == {0}


def test_prices_in_small_cells_are_short() -> None:
    shown = [short_price(milli, "SEK") for milli in (95_000, 1_240_000, 45_000_000)]

    assert shown == ["0.95", "12.4", "450"]
    assert short_price(96_000, "JPY") == "96"


def test_an_hour_is_cheapest_at_once_when_it_begins_soon() -> None:
    found = suggested(requests=2.0)

    reserve, soon = found.reserve_milli_per_hour[18], found.short_notice_milli(18)
    assert reserve < soon < found.book_now_milli_per_hour[18]
