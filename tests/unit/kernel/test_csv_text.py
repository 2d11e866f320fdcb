"""No text of a CSV file becomes a formula in somebody's spreadsheet."""

from __future__ import annotations

import doctest

import pytest

from app.kernel import csv_text
from app.kernel.csv_text import defused


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(csv_text).failed == 0


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "＝1", "＠x"],
)
def test_what_starts_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "  ", "Main St 5", "a=b", "5-7 High St", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text
