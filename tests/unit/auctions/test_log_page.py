"""What docs/auctions.md promises about books, seals and logs is what happens."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from app.auctions.domain.bids import Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.commitment import canonical_line
from app.auctions.domain.log import KINDS
from app.auctions.domain.replay import replay
from tests.support.auction_logs import decided, log_of, placed

PAGE = (Path(__file__).parents[3] / "docs" / "auctions.md").read_text()
EXAMPLES = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.S)]


def test_the_pages_book_clears_to_the_pages_answer():
    book, answer, _, _ = EXAMPLES

    assert clear(Book.from_dict(book)).as_dict() == answer


def test_the_pages_seal_is_the_hash_of_its_line():
    line, shown = re.findall(r"printf '%s' '(.*)' \| sha256sum\n([0-9a-f]{64})", PAGE)[
        0
    ]

    sealed = json.loads(line)

    assert shown == hashlib.sha256(line.encode()).hexdigest()
    assert line == canonical_line(
        sealed["bid"],
        sealed["start"],
        sealed["end"],
        sealed["maximum"],
        sealed["nonce"],
    )


def test_the_pages_answer_of_a_replay_has_the_fields_of_a_real_one():
    told = EXAMPLES[3]
    ((code, bid),) = told["bids"].items()
    wish = placed(code, bid["start"], bid["end"], 120_000)
    decision = decided(bid["start"], [wish], reserve=(48_000, 48_000))

    answer = replay(log_of(wish, decision)).as_dict()

    assert answer == {**told, "events": 2}


def test_the_page_names_every_kind_of_entry():
    named = re.findall(r"^\| `([A-Z]+)` \|", PAGE, re.M)

    assert sorted(named) == sorted(KINDS)
