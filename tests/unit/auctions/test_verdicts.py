"""The sentences after a decision, and spreading a price over its quarter hours."""

from __future__ import annotations

import pytest

from app.auctions.domain import verdicts
from app.auctions.domain.spreading import spread


def test_a_winner_reads_his_minimum_and_what_others_added() -> None:
    words = verdicts.won_because(264_000, 190_000, "EUR")

    assert words == "Your minimum alone was €1.90; other offers added €0.74."


def test_a_winner_without_rivals_reads_that_nothing_was_added() -> None:
    assert "no other offer" in verdicts.won_because(190_100, 190_000, "EUR")


def test_a_loser_reads_the_price_rounded_up() -> None:
    assert verdicts.too_dear(610_001, 600, "EUR").endswith("this time cost €6.11.")
    assert verdicts.too_dear(None, 600, "EUR").startswith("Somebody else")


@pytest.mark.parametrize("price_milli", [400_000, 399_500, 350_000])
def test_who_lost_to_a_price_not_above_his_offer_is_not_told_it_was(
    price_milli: int,
) -> None:
    words = verdicts.too_dear(price_milli, 400, "EUR")

    assert "offered more" not in words
    assert "worth more, or as much and came first" in words
    assert len(words) <= 200


def test_an_alert_reads_the_reserve() -> None:
    assert "at least €3.02" in verdicts.under_reserve(301_001, "EUR")


def test_spreading_is_exact_and_even() -> None:
    assert spread((10, 20, 30), 60) == (10, 20, 30)
    assert spread((10, 20, 30), 67) == (13, 22, 32)


@pytest.mark.parametrize(("amounts", "total"), [((10, 20), 29), ((), 5)])
def test_only_more_can_be_spread_over_something(
    amounts: tuple[int, ...], total: int
) -> None:
    with pytest.raises(ValueError, match="spread over"):
        spread(amounts, total)
