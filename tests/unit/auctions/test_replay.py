"""Replaying a log: the same end, or the first entry that cannot be true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.auctions.domain.happenings import (
    Bought,
    Dropped,
    Extended,
    Released,
    Reserved,
    Unreserved,
    Withdrawn,
)
from app.auctions.domain.log import parse_log, sealed
from app.auctions.domain.replay import Mismatch, replay
from tests.support.auction_logs import decided, lines_of, log_of, placed, raised

# Quarter hours from 18:00; amounts in 1/1000 cent.
ANNA = placed("ANNA", 0, 8, 420_000)
BO = placed("BO", 8, 16, 300_000)
CEM = placed("CEM", 4, 12, 500_000)
DIA = placed("DIA", 16, 24, 150_000)
EVA = placed("EVA", 0, 16, 610_000)
FIL = placed("FIL", 12, 20, 260_000)
EVENING = (ANNA, BO, CEM, DIA, EVA, FIL)
FREE = (0,) * 24


def states(state):
    return {bid.code: bid.state for bid in state.bids}


def test_an_evening_ends_as_it_was_decided():
    first = decided(0, EVENING, reserve=FREE)
    # Cem and Eva lost against Anna's sold time; the rest is decided at its own gate.
    second = decided(8, (BO, DIA, FIL), reserve=FREE[8:])
    third = decided(16, (DIA,), reserve=FREE[16:])

    state = replay(log_of(*EVENING, first, second, third))

    assert states(state) == {
        "ANNA": "WON",
        "BO": "WON",
        "CEM": "LOST",
        "DIA": "WON",
        "EVA": "LOST",
        "FIL": "LOST",
    }
    assert state.recomputed == state.decisions == 3
    # Later gates forget the bids that are gone, so that Bo owes less than he would
    # have together with Anna; what Anna was told stays as it was.
    assert abs(first.payments["ANNA"] - 383_000) <= 1000
    assert state.paid_milli == sum(
        amount for each in (first, second, third) for amount in each.payments.values()
    )
    assert set(state.sold) == set(range(24))


def test_the_answer_as_json_has_every_sum():
    log = log_of(
        ANNA, decided(0, (ANNA,), reserve=FREE), Bought(start=8, end=9, amount=50)
    )

    answer = replay(parse_log(lines_of(log).splitlines())).as_dict()

    assert answer["bids"]["ANNA"] == {"state": "WON", "start": 0, "end": 8, "paid": 0}
    assert answer["states"] == {"WON": 1}
    assert answer["sold"][-2:] == [[7, "ANNA"], [8, "booking"]]
    assert answer["sums"] == {"paid": 0, "bought": 50}
    assert (answer["events"], answer["decisions"], answer["recomputed"]) == (3, 1, 1)


def test_a_purchase_ends_the_bids_it_overlaps():
    state = replay(log_of(ANNA, BO, Bought(start=7, end=8, amount=9, booking="B5")))

    assert states(state) == {"ANNA": "LOST", "BO": "PENDING"}


def test_a_raised_bid_counts_with_its_new_maximum():
    higher = raised(CEM, 900_000)
    book = (ANNA, replace(CEM, maximum=900_000))

    state = replay(log_of(ANNA, CEM, higher, decided(4, book[1:], reserve=FREE)))

    assert states(state) == {"ANNA": "LOST", "CEM": "WON"}


def test_withdrawn_and_dropped_bids_take_no_part():
    log = log_of(
        ANNA,
        BO,
        EVA,
        Withdrawn(bid="EVA"),
        Dropped(bid="BO", why="The host closed these hours."),
        Extended(start=0, until="2026-05-01T16:05:00Z"),
        decided(0, (ANNA,), reserve=FREE),
    )

    state = replay(log)

    assert states(state) == {"ANNA": "WON", "BO": "DROPPED", "EVA": "WITHDRAWN"}


def test_released_time_can_be_sold_again():
    log = log_of(
        Bought(start=0, end=8),
        Released(start=0, end=8, booking="B5"),
        ANNA,
        Bought(start=0, end=4),
    )

    state = replay(log)

    assert states(state) == {"ANNA": "LOST"}
    assert sorted(state.sold) == [0, 1, 2, 3]


def test_after_the_last_call_nobody_waits_for_that_start():
    late = decided(0, (ANNA,), reserve=(100_000,) * 24, stage="LAST_CALL")

    state = replay(log_of(ANNA, BO, late))

    assert states(state) == {"ANNA": "LOST", "BO": "PENDING"}


def test_a_price_alert_may_be_left_out():
    low = placed("LOW", 0, 8, 10)
    decision = decided(0, (ANNA,), reserve=(1000,) * 24)

    state = replay(log_of(ANNA, low, decision))

    assert states(state) == {"ANNA": "WON", "LOW": "LOST"}


def test_what_is_sealed_is_carried_along_but_not_recomputed():
    events = (ANNA, CEM, raised(CEM, 510_000))
    first = decided(0, (ANNA,), reserve=FREE)

    state = replay(log_of(*map(sealed, events), sealed(first)))

    assert state.decisions == 1
    assert state.recomputed == 0
    assert state.as_dict()["bids"]["ANNA"] == {
        "state": "WON",
        "is_sealed": True,
        "paid": first.payments["ANNA"],
    }


FIRST = decided(0, EVENING, reserve=FREE)
LIE = "c" * 64


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ((ANNA, ANNA), "bid ANNA was placed before"),
        ((replace(ANNA, maximum=421_000),), "ANNA was changed after it was sealed"),
        ((ANNA, replace(raised(ANNA, 500_000), commitment=LIE)), "was changed after"),
        ((Withdrawn(bid="NELL"),), "there is no bid NELL"),
        ((Dropped(bid="NELL"),), "there is no bid NELL"),
        ((ANNA, Withdrawn(bid="ANNA"), Withdrawn(bid="ANNA")), "withdrawn already"),
        ((Bought(start=0, end=2), Bought(start=1, end=3)), "slot 1 is sold already"),
        ((Bought(start=0, end=2), ANNA), "slot 0 is sold already"),
        ((*EVENING, FIRST, FIRST), "GATE of slot 0 is decided already"),
        (
            (*EVENING, FIRST, Extended(start=0, until="2026-05-01T16:05:00Z")),
            "decided already",
        ),
        ((*EVENING, FIRST, Withdrawn(bid="ANNA")), "ANNA is won already"),
        ((*EVENING, FIRST, Dropped(bid="ANNA")), "ANNA is won already"),
        ((ANNA, CEM, Bought(start=0, end=1), FIRST), "ANNA is lost already"),
        ((*EVENING, decided(0, EVENING[:-1], reserve=FREE)), "FIL was left out"),
        (
            (*EVENING, replace(FIRST, bids=tuple(reversed(FIRST.bids)))),
            "not in order of submission",
        ),
        ((*EVENING, replace(FIRST, start=4)), "starts before the decided start"),
        ((*EVENING, replace(FIRST, winners=())), "name different bids"),
        (
            (*EVENING, replace(FIRST, winners=("CEM",), payments={"CEM": 1})),
            "winners is not what the log says",
        ),
        (
            (*EVENING, replace(FIRST, payments={"ANNA": 1})),
            "payments is not what the log says",
        ),
        (
            (*EVENING, replace(FIRST, minima={"ANNA": 1})),
            "minima is not what the log says",
        ),
        ((*EVENING, replace(FIRST, top_up=0)), "top_up is not what the log says"),
        (
            (*EVENING, replace(FIRST, slot_prices=FREE)),
            "slot_prices is not what the log says",
        ),
        ((*EVENING, replace(FIRST, reserve=(0,))), "start and end are not whole slots"),
        ((*EVENING, replace(FIRST, origin=1)), "start and end are not whole slots"),
        ((sealed(ANNA), decided(0, (ANNA,), reserve=FREE)), "still sealed"),
        (
            (
                ANNA,
                Reserved(slots={0: 10}),
                decided(0, (ANNA,), reserve=(11, *FREE[1:])),
            ),
            "reserve of slot 0 rose after a bid",
        ),
        (
            (*(map(sealed, EVENING)), replace(sealed(FIRST), winners=("NELL",))),
            "name different bids",
        ),
    ],
)
def test_a_log_that_cannot_be_true_is_refused(events, reason):
    with pytest.raises(Mismatch, match=f"^Entry [0-9]+ .*{reason}"):
        replay(log_of(*events))


def test_a_bid_longer_than_the_decided_book_cannot_be_left_out_as_an_alert():
    beyond = placed("BEYOND", 4, 40, 1)
    decision = decided(0, (ANNA,), reserve=(1000,) * 24)

    with pytest.raises(Mismatch, match="BEYOND was left out"):
        replay(log_of(ANNA, beyond, decision))


def test_bids_decided_earlier_or_elsewhere_are_not_missed():
    decision = decided(8, (BO,), reserve=FREE)

    state = replay(log_of(ANNA, BO, placed("FAR", 40, 44, 10), decision))

    assert states(state) == {"ANNA": "PENDING", "BO": "WON", "FAR": "PENDING"}


def test_the_reserve_kept_for_a_bid_may_fall():
    log = log_of(
        ANNA, Reserved(slots={0: 10}), decided(0, (ANNA,), reserve=(9, *FREE[1:]))
    )

    assert replay(log).paid_milli == 9


def test_a_reserve_that_nobody_relies_on_may_rise_again():
    gone = Withdrawn(bid="ANNA")
    kept = Reserved(slots=dict.fromkeys(range(8), 10))
    high = (50_000,) * 8
    late = placed("LATE", 0, 8, 420_000)
    decision = decided(0, (late,), reserve=high)

    state = replay(log_of(ANNA, kept, gone, Unreserved(start=0, end=8), late, decision))

    assert state.paid_milli == 400_000
    with pytest.raises(Mismatch, match="rose after a bid"):
        replay(log_of(ANNA, kept, gone, late, decision))


def test_a_reserve_cannot_be_let_go_on_which_a_bid_relies():
    kept = Reserved(slots=dict.fromkeys(range(8), 10))

    with pytest.raises(Mismatch, match="ANNA still relies on this reserve"):
        replay(log_of(ANNA, BO, kept, Unreserved(start=7, end=8)))


@pytest.mark.parametrize(
    ("bid", "slots"),
    [
        # Under the reserve, not promised all of its time, elsewhere, or still sealed.
        (placed("LOW", 0, 8, 79), range(8)),
        (placed("PART", 4, 12, 500_000), range(8)),
        (placed("FAR", 40, 44, 10), range(8)),
        (sealed(ANNA), range(8)),
    ],
)
def test_who_does_not_rely_on_a_reserve_keeps_nobody_from_raising_it(bid, slots):
    kept = Reserved(slots=dict.fromkeys(slots, 10))

    state = replay(log_of(bid, kept, Unreserved(start=0, end=8)))

    assert states(state) == {bid.bid: "PENDING"}
