"""Laws 28-31 of the gate, on random lives of one charger, by replaying their logs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.auctions.domain.happenings import Bought, Decided, Event, Placed, Withdrawn
from app.auctions.domain.log import Entry, parse_log
from app.auctions.domain.replay import Mismatch, State, replay
from tests.support.auction_logs import decided, lines_of, log_of, placed, raised

SLOTS = 24
RESERVE = 40_000
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["bid", "bid", "bid", "raise", "withdraw", "buy", "tick"]),
        st.integers(0, SLOTS - 1),
        st.integers(1, 8),
        st.integers(0, 900_000),
    ),
    max_size=25,
)


def life(steps) -> tuple[Entry, ...]:
    """Return the log of a charger whose gates pass one slot at each tick."""
    events: list[Event] = []
    now = 0
    for kind, slot, length, maximum in steps:
        state = replay(log_of(*events))
        waiting = [bid for bid in state.bids if bid.state == "PENDING"]
        begin, end = max(now, slot), min(SLOTS, max(now, slot) + length)
        is_free = begin < end and not set(range(begin, end)) & set(state.sold)
        if kind == "bid" and is_free:
            events.append(placed(f"B{len(events)}", begin, end, maximum))
        elif kind == "raise" and waiting:
            bid = waiting[slot % len(waiting)]
            events.append(raised(_latest(events, bid.code), bid.maximum + maximum))
        elif kind == "withdraw" and waiting:
            events.append(Withdrawn(bid=waiting[slot % len(waiting)].code))
        elif kind == "buy" and is_free:
            events.append(Bought(start=begin, end=end, amount=maximum))
        elif kind == "tick" and now < SLOTS:
            for stage in ("GATE", "LAST_CALL"):
                events.append(_decision(events, now, stage))
            now += 1
    return log_of(*events)


def _latest(events: list[Event], code: str) -> Placed:
    bid = next(each for each in events if isinstance(each, Placed) and each.bid == code)
    found = {each.code: each for each in replay(log_of(*events)).bids}[code]
    return replace(bid, maximum=found.maximum)


def _decision(events: list[Event], start: int, stage: str) -> Decided:
    waiting = [
        _latest(events, bid.code)
        for bid in replay(log_of(*events)).bids
        if bid.state == "PENDING" and bid.slots.start >= start
    ]
    reserve = (RESERVE,) * (SLOTS - start)
    return decided(start, waiting, reserve=reserve, stage=stage)


def outcome(state: State) -> dict[str, tuple[str, int]]:
    return {bid.code: (bid.state, bid.paid) for bid in state.bids}


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_28_each_slot_is_sold_at_most_once(steps):
    log = life(steps)

    state = replay(log)

    won = [slot for bid in state.bids if bid.state == "WON" for slot in bid.slots]
    bought = [
        slot
        for entry in log
        if isinstance(entry.event, Bought)
        for slot in range(entry.event.start, entry.event.end)
    ]
    assert len(won + bought) == len(set(won + bought))
    assert set(won + bought) == set(state.sold)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_29_replaying_the_written_log_ends_in_the_same_state_and_sums(steps):
    log = life(steps)

    written = lines_of(log)

    assert replay(parse_log(written.splitlines())) == replay(log)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_30_a_bid_is_decided_once_and_later_bids_never_revoke_it(steps):
    log = life(steps)

    seen: dict[str, tuple[str, int]] = {}
    for length in range(len(log) + 1):
        now = outcome(replay(log[:length]))
        for code, result in seen.items():
            assert result[0] == "PENDING" or now[code] == result
        seen = now


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_31_nobody_pays_more_than_his_maximum(steps):
    state = replay(life(steps))

    for bid in state.bids:
        assert 0 <= bid.paid <= bid.maximum
        assert bid.state == "WON" or bid.paid == 0


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 1000), st.integers(1, 10**6))
def test_a_payment_changed_in_the_log_is_always_found(steps, which, more):
    log = life(steps)
    paying = [e for e in log if isinstance(e.event, Decided) and e.event.winners]
    if not paying:
        return
    entry = paying[which % len(paying)]
    code = entry.event.winners[0]
    wrong = {**entry.event.payments, code: entry.event.payments[code] + more}
    changed = [
        replace(e, event=replace(e.event, payments=wrong)) if e is entry else e
        for e in log
    ]

    with pytest.raises(Mismatch, match=f"^Entry {entry.number} .DECIDE."):
        replay(changed)
