"""The lines of the event log: what fits is read, everything else is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest

from app.auctions.domain.fields import MOST_ITEMS, BadLog, parse_line
from app.auctions.domain.happenings import (
    Bought,
    Decided,
    Event,
    Extended,
    Placed,
    Raised,
    Reserved,
)
from app.auctions.domain.log import (
    KINDS,
    Entry,
    entry_of,
    event_of,
    opened,
    parse_log,
    payload_of,
    sealed,
)

NONCE = "0" * 32
HASH = "a" * 64
AT = datetime(2026, 5, 1, 18, tzinfo=UTC)
PLACED = Placed(
    bid="K7", commitment=HASH, start=8, end=16, maximum=420, nonce=NONCE, bidder=3
)
DECIDED = Decided(
    start=8,
    stage="GATE",
    origin=8,
    winners=("K7",),
    payments={"K7": 300},
    slot_prices=(100, 200),
    reserve=(1, 2),
    bids=("K7", "L8"),
    minima={"K7": 290},
    top_up=10,
)


def line(**changes):
    values = Entry(1, AT, PLACED).as_dict()
    return json.dumps({**values, **changes})


def test_every_kind_of_event_has_a_name_in_the_log():
    assert set(get_args(Event)) == set(KINDS.values())


@pytest.mark.parametrize(
    "event",
    [
        PLACED,
        DECIDED,
        Raised(bid="K7", commitment=HASH, maximum=500, nonce=NONCE),
        Reserved(slots={8: 100, 9: 120}),
        Extended(start=8, until="2026-05-01T18:05:00Z"),
        Bought(start=8, end=9, amount=100, booking="B5"),
        *map(sealed, (PLACED, DECIDED)),
    ],
)
def test_what_is_written_is_read_back_the_same(event):
    entry = Entry(1, AT, event)

    read = entry_of(parse_line(json.dumps(entry.as_dict())))

    assert read == entry


def test_times_are_written_in_utc():
    summer = timezone(timedelta(hours=2))

    written = Entry(1, AT.astimezone(summer), PLACED).as_dict()

    assert written["at"] == "2026-05-01T18:00:00Z"
    assert written["kind"] == "BID"


def test_a_sealed_bid_shows_its_commitment_and_nothing_else():
    assert payload_of(sealed(PLACED)) == {"bid": "K7", "commitment": HASH}


def test_an_opened_bid_shows_its_maximum_but_never_who_it_was():
    shown = payload_of(opened(PLACED))

    assert shown["maximum"] == 420
    assert "bidder" not in shown


def test_a_sealed_decision_shows_prices_but_neither_bids_nor_minima():
    shown = payload_of(sealed(DECIDED))

    assert shown["slot_prices"] == [100, 200]
    assert not {"bids", "minima", "top_up", "reserve"} & set(shown)


def test_empty_lines_do_not_count():
    assert len(parse_log(["", line(), "  \n"])) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("9" * 5000, "no JSON"),
        ("[]", "an entry has number"),
        ('{"number": 1, "number": 2}', "a key twice"),
        (line(extra=1), "an entry has number"),
        (line(number=1.5), "1.5 is not a whole number"),
        (line(number=float("nan")), "NaN is not a whole number"),
        (line(number=10**30), "from 0 to 10\\^15"),
        (line(number=True), "from 0 to 10\\^15"),
        (line(number=2), "gap or is out of order"),
        (line(at=7), "must be a text"),
        (line(at="x" * 301), "must be a text"),
        (line(at="yesterday"), "must be a time"),
        (line(at="2026-05-01T18:00:00"), "time zone"),
        (line(kind="STEAL"), "no kind of event called 'STEAL'"),
        (line(kind=["BID"]), "no kind of event"),
        (line(payload=[]), "must be an object"),
    ],
)
def test_a_line_that_is_no_entry_is_refused_with_its_number(text, reason):
    with pytest.raises(BadLog, match=f"^Line 2: .*{reason}"):
        parse_log(["", text])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"maximum": -1}, "'maximum' must be a whole number"),
        ({"maximum": "420"}, "'maximum' must be a whole number"),
        ({"start": 16}, "ends before it starts"),
        ({"end": 10**15}, "longer than any charger sells"),
        ({"bid": "K 7"}, "'bid' must be a code"),
        ({"bid": None}, "'bid' must be a code"),
        ({"nonce": "0"}, "'nonce' must be 32 hex digits"),
        ({"commitment": "0"}, "'commitment' must be 64 hex digits"),
        ({"price": 1}, "BID has no field 'price'"),
    ],
)
def test_a_bid_with_an_odd_field_is_refused(changes, reason):
    with pytest.raises(BadLog, match=reason):
        event_of("BID", {**payload_of(PLACED), **changes})


@pytest.mark.parametrize("missing", ["bid", "commitment"])
def test_a_bid_without_code_or_commitment_is_refused(missing):
    payload = payload_of(PLACED)
    del payload[missing]

    with pytest.raises(BadLog, match=f"BID needs the field '{missing}'"):
        event_of("BID", payload)


def test_a_bid_opened_only_in_part_is_refused():
    payload = payload_of(PLACED)
    del payload["nonce"]

    with pytest.raises(BadLog, match="opened only in part"):
        event_of("BID", payload)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stage": "NOW"}, "'stage' must be GATE or LAST_CALL"),
        ({"stage": ["GATE"]}, "'stage' must be GATE or LAST_CALL"),
        ({"bids": ["K7", "K7"]}, "'bids' must not name one bid twice"),
        ({"bids": "K7"}, "'bids' must be a list"),
        ({"bids": ["K7"] * (MOST_ITEMS + 1)}, "'bids' must be a list"),
        ({"payments": [1]}, "'payments' must be an object"),
        ({"payments": {"K 7": 1}}, "'payments' must be a code"),
        ({"reserve": [1, "2"]}, "'reserve' must be a whole number"),
    ],
)
def test_a_decision_with_an_odd_field_is_refused(changes, reason):
    with pytest.raises(BadLog, match=reason):
        event_of("DECIDE", {**payload_of(DECIDED), **changes})


@pytest.mark.parametrize("slot", ["-1", "08", "x", "", "1" * 16, "٣"])
def test_reserves_are_kept_for_slot_numbers_only(slot):
    with pytest.raises(BadLog, match="slot numbers as its keys"):
        event_of("RESERVE", {"slots": {slot: 1}})


def test_an_extension_needs_a_time():
    with pytest.raises(BadLog, match="'until' must be a time"):
        event_of("EXTEND", {"start": 8, "until": "later"})
