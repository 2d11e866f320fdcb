"""Money: adding, rounding, reading and writing amounts."""

from __future__ import annotations

import pytest

from app.kernel.money import (
    CURRENCIES,
    BadAmount,
    CurrencyMismatch,
    Money,
    divide_half_even,
    divide_up,
    exponent_of,
    format_milli,
    format_minor,
    parse_milli,
)


def test_amounts_of_one_currency_add_up_and_of_two_do_not() -> None:
    assert Money(150, "EUR") + Money(-25, "EUR") == Money(125, "EUR")
    with pytest.raises(CurrencyMismatch, match="USD to EUR"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("numerator", "denominator", "nearest"),
    [(24, 10, 2), (25, 10, 2), (26, 10, 3), (35, 10, 4), (-25, 10, -2), (-35, 10, -4)],
)
def test_halves_go_to_the_even_neighbor(
    numerator: int, denominator: int, nearest: int
) -> None:
    assert divide_half_even(numerator, denominator) == nearest


@pytest.mark.parametrize(("numerator", "up"), [(20, 2), (21, 3), (-21, -2), (0, 0)])
def test_promises_round_up(numerator: int, up: int) -> None:
    assert divide_up(numerator, 10) == up


@pytest.mark.parametrize(
    ("text", "currency", "milli"),
    [
        ("0.39", "EUR", 39_000),
        (" 0,385 ", "EUR", 38_500),
        (".5", "EUR", 50_000),
        ("5.", "EUR", 500_000),
        ("0.00001", "EUR", 1),
        ("0.390000000", "EUR", 39_000),
        ("-1", "EUR", -100_000),
        ("1000000000", "EUR", 10**14),
        ("12.5", "JPY", 12_500),
    ],
)
def test_a_price_reads_as_it_is_written(text: str, currency: str, milli: int) -> None:
    assert parse_milli(text, currency) == milli


@pytest.mark.parametrize(
    "text",
    ["", "x", "NaN", "inf", "-Infinity", "1e3", "1_000", "1 000", "0x10", "1.2.3", "٣",
     "0.1234567890123456", ".", "--1", "1\n2"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadAmount, match="number"):
        parse_milli(text, "EUR")


def test_absurd_and_too_fine_amounts_are_refused_with_their_own_words() -> None:
    with pytest.raises(BadAmount, match="more than can be right"):
        parse_milli("1000000000.01", "EUR")
    with pytest.raises(BadAmount, match="five decimals"):
        parse_milli("0.000001", "EUR")
    with pytest.raises(BadAmount, match="five decimals"):
        parse_milli("999999999.000000000000001", "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (640, "EUR", "€6.40"),
        (-5, "EUR", "-€0.05"),
        (123456789, "USD", "$1,234,567.89"),
        (1500, "JPY", "¥1,500"),
        (99, "CHF", "CHF 0.99"),
    ],
)
def test_an_amount_is_shown_with_its_sign(minor: int, currency: str, text: str) -> None:
    assert format_minor(minor, currency) == text


@pytest.mark.parametrize(
    ("milli", "currency", "text"),
    [
        (39_000, "EUR", "€0.39"),
        (38_500, "EUR", "€0.385"),
        (1, "GBP", "£0.00001"),
        (500, "JPY", "¥0.5"),
        (12_345, "CHF", "CHF 0.12345"),
    ],
)
def test_a_unit_price_has_more_decimals_only_where_they_matter(
    milli: int, currency: str, text: str
) -> None:
    assert format_milli(milli, currency) == text


def test_only_the_yen_among_the_offered_currencies_has_no_cents() -> None:
    assert [each for each in CURRENCIES if exponent_of(each) != 2] == ["JPY"]
