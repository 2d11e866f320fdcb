"""``flask auctions clear``: books in, answers out, a sentence for all that is odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.auctions import auctions

BOOK: dict[str, Any] = {
    "slots": 2,
    "reserve": [10, 10],
    "bids": [
        {"id": "Anna", "start": 0, "end": 1, "maximum": 1_010},
        {"id": "Bo", "start": 1, "end": 2, "maximum": 1_010},
        {"id": "Cem", "start": 0, "end": 2, "maximum": 1_220},
    ],
}
ANSWER = {
    "winners": ["Anna", "Bo"],
    "payments": {"Anna": 610, "Bo": 610},
    "personal_minimum": {"Anna": 210, "Bo": 210},
    "slot_prices": [610, 610],
    "income": 1_220,
    "top_up": 400,
    "value": 2_000,
}


def clear(text: str | bytes) -> Result:
    return CliRunner().invoke(auctions, ["clear", "-"], input=text)


def test_a_book_gives_its_answer() -> None:
    result = clear(json.dumps(BOOK))

    assert result.exit_code == 0
    assert json.loads(result.output) == ANSWER


def test_a_list_of_books_gives_a_list_of_answers() -> None:
    result = clear(json.dumps([BOOK, {"slots": 0, "reserve": [], "bids": []}, BOOK]))

    answers = json.loads(result.output)

    assert [answers[0], answers[2]] == [ANSWER, ANSWER]
    assert answers[1]["winners"] == []


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "book.json"
    bid = {"id": "Jürgen", "start": 0, "end": 2, "maximum": 25}
    file.write_bytes(
        json.dumps({**BOOK, "bids": [bid]}, ensure_ascii=False).encode("utf-8")
    )

    result = CliRunner().invoke(auctions, ["clear", str(file)])

    assert json.loads(result.output)["payments"] == {"Jürgen": 20}


def test_the_capacity_may_be_given() -> None:
    result = clear(json.dumps({**BOOK, "capacity": 2}))

    assert json.loads(result.output)["payments"] == {"Anna": 10, "Cem": 20, "Bo": 10}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is not JSON"),
        ("{", "The file is not JSON"),
        (b"\xff\xfe\x00", "The file is not JSON"),
        ('{"slots": ' + "9" * 5_000 + "}", "The file is not JSON"),
        ("[" * 100_000, "The file is nested too deeply."),
        ("7", "A book is an object"),
        ("[7]", "Book number 1: A book is an object"),
        (json.dumps([BOOK, {}]), "Book number 2: The book needs a list"),
        (json.dumps({**BOOK, "slots": 3}), '"slots" must be 2'),
        (json.dumps({**BOOK, "reserve": [float("nan"), 1]}), "The reserve of slot 0"),
        (json.dumps({**BOOK, "bids": [{"id": "x"}]}), 'Bid number 1: "start"'),
    ],
)
def test_what_is_odd_is_told_in_a_sentence_and_nothing_is_printed(
    text: str | bytes, sentence: str
) -> None:
    result = clear(text)

    assert result.exit_code != 0
    assert result.output.startswith(f"Error: {sentence}")
    assert "winners" not in result.output


def test_a_missing_file_is_told_in_a_sentence() -> None:
    result = CliRunner().invoke(auctions, ["clear", "missing.json"])

    assert result.exit_code != 0
    assert "No such file" in result.output
