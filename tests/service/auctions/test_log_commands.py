"""``flask auctions export`` and ``replay``: out of the product and back again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.accounts.service import Person
from app.kernel.events import EventBus
from tests.support.factories_auctions import EVENING, decide, make_auction, make_bid

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_mails(app: Flask) -> None:
    """Time is claimed without a booking here, so nobody above may look for one."""
    app.extensions["plugbid_events"] = EventBus()


def test_what_is_exported_is_replayed_to_the_same_sums(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    tmp_path: Path,
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 1000, now=now)
    make_bid(nell, charger, 18, 22, 600, now=now)
    make_bid(nell, charger, 22, 23, 420, now=now)
    decide(now=EVENING - 2 * HOUR)
    decide(now=EVENING + 3 * HOUR)
    run = in_app.test_cli_runner().invoke

    exported = run(args=["auctions", "export", str(charger.id), "--operator"])
    file = tmp_path / "log.jsonl"
    file.write_text(exported.output)
    replayed = run(args=["auctions", "replay", str(file)])

    assert exported.exit_code == replayed.exit_code == 0
    answer = json.loads(replayed.output)
    assert answer["decisions"] == answer["recomputed"] == 2
    assert answer["states"] == {"LOST": 1, "WON": 2}
    assert answer["sums"] == {"paid": 560_000, "bought": 0}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "not text in UTF-8"),
        (b'{"number": NaN}', "Line 1: NaN is not a whole number"),
        (b'{"number": 1e30}', "Line 1: 1e30 is not a whole number"),
        (b"nonsense", "Line 1: it is no JSON"),
        (
            b'{"number": 2, "at": "2026-05-01T18:00:00Z", "kind": "BUY", "payload": '
            b'{"start": 1, "end": 2}}',
            "gap",
        ),
    ],
)
def test_a_log_that_is_none_is_refused_with_a_sentence(
    app: Flask, tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "log.jsonl"
    file.write_bytes(content)

    result = app.test_cli_runner().invoke(args=["auctions", "replay", str(file)])

    assert result.exit_code == 1
    assert reason in result.output
    assert result.output.startswith("Error: ")


def test_only_chargers_that_exist_can_be_exported(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["auctions", "export", "999"])

    assert result.exit_code == 1
    assert result.output == "Error: There is nothing here.\n"
