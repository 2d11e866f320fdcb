"""What is worth a letter to somebody who keeps a search."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.domain.news import News, Offer, find_news, is_worth_telling

HERE = Offer(1, 1000, "EUR", 20_000)


@pytest.mark.parametrize(
    ("total", "lowest", "currency", "is_worth"),
    [
        (950, 1000, "EUR", True),
        (951, 1000, "EUR", False),
        (1000, 1000, "EUR", False),
        (1200, 1000, "EUR", False),
        # Five percent of 40 cents are 2 cents: less than a letter is worth.
        (37, 40, "EUR", False),
        (35, 40, "EUR", True),
        # A yen has no cents, so its twentieth is a yen.
        (95, 100, "JPY", True),
        (96, 100, "JPY", False),
        (0, 1, "JPY", True),
        (0, 0, "EUR", False),
    ],
)
def test_a_lower_total_counts_from_five_percent_and_five_cents_on(
    total: int, lowest: int, currency: str, is_worth: bool
) -> None:
    assert is_worth_telling(total, lowest, currency) is is_worth


def test_a_charger_that_was_not_there_is_news() -> None:
    assert find_news([HERE], {}, is_complete=True) == (News(HERE, is_cheaper=False),)


def test_a_charger_that_costs_the_same_is_no_news() -> None:
    assert find_news([HERE], {1: HERE}, is_complete=True) == ()


def test_a_cheaper_charger_is_news_and_says_so() -> None:
    cheaper = Offer(1, 900, "EUR", 20_000)

    assert find_news([cheaper], {1: HERE}, is_complete=True) == (
        News(cheaper, is_cheaper=True),
    )


def test_a_total_in_another_currency_is_not_compared() -> None:
    assert find_news([Offer(1, 5, "GBP", 20_000)], {1: HERE}, is_complete=True) == ()


def test_a_low_total_for_a_part_of_the_charge_is_not_cheaper() -> None:
    part = Offer(1, 148, "EUR", 7_000)

    assert find_news([part], {1: HERE}, is_complete=True) == ()
    assert find_news([HERE], {1: part}, is_complete=True) == ()
    assert find_news([Offer(1, 100, "EUR", 7_000)], {1: part}, is_complete=True)


def test_where_more_was_found_than_shown_only_lower_totals_are_news() -> None:
    shown = [Offer(2, 500, "EUR", 20_000), Offer(1, 500, "EUR", 20_000)]

    assert find_news(shown, {1: HERE}, is_complete=False) == (
        News(shown[1], is_cheaper=True),
    )


@settings(max_examples=100, deadline=None)
@given(
    totals=st.dictionaries(st.integers(1, 9), st.integers(0, 9999), max_size=9),
    later=st.dictionaries(st.integers(1, 9), st.integers(0, 9999), max_size=9),
)
def test_what_was_told_is_never_told_again(
    totals: dict[int, int], later: dict[int, int]
) -> None:
    known = {key: Offer(key, total, "EUR", 20_000) for key, total in totals.items()}
    shown = [Offer(key, total, "EUR", 20_000) for key, total in later.items()]

    news = find_news(shown, known, is_complete=True)
    known.update({each.offer.charger_id: each.offer for each in news})

    assert find_news(shown, known, is_complete=True) == ()
