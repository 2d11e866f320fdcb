"""Placing bids: what is stored, what is told, and what is refused with nothing kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service
from app.auctions.domain import commitment
from app.auctions.events import BidLeading, BidOutbid, BidPlaced
from app.auctions.service import BidRefused, Stage, Standing
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    all_bids,
    evening,
    kinds,
    log_entries,
    make_auction,
    make_bid,
    set_plan,
)
from tests.support.heard import listen
from tests.support.people import make_person


def test_a_bid_alone_leads_at_the_reserve_and_is_decided_two_hours_before(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    bid = service.place(a_wish(dario, charger), now)

    assert bid.standing is Standing.LEADING
    assert bid.stage is Stage.GATE
    assert bid.decides_at == EVENING - timedelta(hours=2)
    assert bid.current_minor == 80
    assert bid.is_seen
    assert kinds(charger) == ["BID", "RESERVE"]


def test_the_published_commitment_seals_the_maximum(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    bid = service.place(a_wish(dario, charger), now)

    placed: Any = log_entries(charger)[0].event
    assert placed.maximum == 420_000
    commitment.check(
        bid.commitment,
        code=bid.code,
        first_slot=bid.first_slot,
        end_slot=bid.end_slot,
        maximum_milli=420_000,
        nonce=placed.nonce,
    )


def test_the_turnaround_is_bid_for_and_paid_with_the_time(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now, buffer_min=10)

    bid = service.place(a_wish(dario, charger), now)

    assert bid.end_slot - bid.first_slot == 9
    assert bid.buffer_min == 15
    assert bid.current_milli == 90_000


def test_a_higher_bid_outbids_and_tells_the_one_who_led(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    first = make_bid(dario, charger, 18, 20, 420, now=now)
    outbid, placed = listen(in_app, BidOutbid), listen(in_app, BidPlaced)

    second = make_bid(nell, charger, 19, 21, 500, now=now)

    assert second.standing is Standing.LEADING
    assert [each.code for each in outbid] == [first.code]
    assert [(each.code, each.standing) for each in placed] == [(second.code, "LEADING")]
    assert service.bid_for(dario.id, first.code).standing is Standing.OUTBID
    assert service.unseen_count(dario.id) == 1
    assert service.unseen_count(nell.id) == 0


def test_two_short_bids_bring_each_other_back_in(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    cem = make_person("Cem", now=now)
    early = make_bid(dario, charger, 18, 20, 300, now=now)
    make_bid(cem, charger, 18, 22, 500, now=now)
    leading = listen(in_app, BidLeading)

    make_bid(nell, charger, 20, 22, 300, now=now)

    assert [each.code for each in leading] == [early.code]
    assert service.bid_for(dario.id, early.code).standing is Standing.LEADING


def test_a_bid_under_the_reserve_is_kept_as_an_alert_and_freezes_nothing(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)

    bid = service.place(a_wish(dario, charger, maximum_minor=79), now)

    assert bid.standing is Standing.ALERT
    assert kinds(charger) == ["BID"]


def test_a_reserve_that_a_bid_has_met_does_not_rise(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    set_plan(charger, now=now, reserve=100_000)

    kept = service.quote(charger, evening(18, 20), now)
    beside = service.quote(charger, evening(20, 22), now)

    assert kept is not None
    assert kept.reserve_minor == 80
    assert beside is not None
    assert beside.reserve_minor == 200


def test_a_reserve_that_falls_is_kept_lower_by_the_next_bid(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    set_plan(charger, now=now, reserve=20_000)
    make_bid(nell, charger, 18, 20, 60, now=now)
    set_plan(charger, now=now, reserve=100_000)

    quote = service.quote(charger, evening(18, 20), now)

    assert quote is not None
    assert quote.reserve_minor == 40


def test_the_same_form_sent_again_is_the_same_bid(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    wish = a_wish(dario, charger)
    first = service.place(wish, now)

    again = service.place(wish, now + timedelta(minutes=1))

    assert again == first
    assert len(all_bids(charger)) == 1


def test_the_same_form_is_the_same_bid_after_it_was_raised(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    wish = a_wish(dario, charger)
    first = service.place(wish, now)
    later = now + timedelta(minutes=1)
    service.raise_bid(bidder_id=dario.id, code=first.code, maximum_minor=600, now=later)

    again = service.place(wish, later)

    assert (again.code, again.maximum_minor) == (first.code, 600)


@pytest.mark.parametrize(
    "other",
    [
        {"maximum_minor": 421},
        {"period": evening(18, 21)},
        {"energy_cap_wh": 5_000},
    ],
)
def test_a_used_key_with_another_wish_is_refused(
    in_app: Flask, hanna: Person, dario: Person, now: datetime, other: dict[str, Any]
) -> None:
    charger = make_auction(hanna, now=now)
    service.place(a_wish(dario, charger, idempotency_key="once"), now)

    with pytest.raises(BidRefused, match="another bid"):
        service.place(a_wish(dario, charger, idempotency_key="once", **other), now)
