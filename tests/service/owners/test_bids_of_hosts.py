"""What a host changes ends the bids it concerns, at once and with a notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service as auctions
from app.auctions.service import BidState
from app.chargers.service import Charger
from app.owners import service as owners
from app.owners.service import SaveCharger
from app.pricing import service as pricing
from app.schedules.domain import Opening, OpeningRule
from tests.service.notifications.test_letters import mails_to
from tests.support.factories_auctions import make_auction, make_bid, set_plan
from tests.support.factories_chargers import TARIFF, listing

MORNINGS = Opening(rules=tuple(OpeningRule(day, 0, 12 * 60) for day in range(1, 8)))
Change = Callable[[Charger, datetime], object]


def _close_the_evening(charger: Charger, now: datetime) -> None:
    command = SaveCharger(
        charger=listing(buffer_min=0), tariff=TARIFF, opening=MORNINGS
    )
    owners.edit_charger(
        owner_id=charger.owner_id, charger_id=charger.id, command=command, now=now
    )


def _pause(charger: Charger, now: datetime) -> None:
    owners.pause_charger(owner_id=charger.owner_id, charger_id=charger.id, now=now)


def _remove(charger: Charger, now: datetime) -> None:
    owners.remove_charger(
        owner_id=charger.owner_id,
        charger_id=charger.id,
        confirmed_codes=frozenset(),
        now=now,
    )


def _go_back_to_one_price(charger: Charger, now: datetime) -> None:
    pricing.use_fixed(charger=charger, now=now)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_close_the_evening, "closed the charger"),
        (_pause, "taking no bids"),
        (_remove, "taken this charger down"),
        (_go_back_to_one_price, "fixed price"),
    ],
)
def test_a_bid_for_time_that_is_gone_ends_with_the_reason(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    now: datetime,
    change: Change,
    why: str,
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)

    change(charger, now)

    ended = auctions.bid_for(dario.id, bid.code)
    (mail,) = mails_to(in_app, dario)
    assert ended.state is BidState.DROPPED
    assert why in ended.why
    assert why in mail.body


def test_a_bid_for_time_that_stays_open_goes_on(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 11, 12, 420, now=now)

    _close_the_evening(charger, now)

    assert auctions.bid_for(dario.id, bid.code).is_pending
    assert mails_to(in_app, dario) == []


def test_a_higher_reserve_does_not_touch_a_bid_that_is_in(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 100, now=now)

    set_plan(charger, now=now, reserve=90_000, book_now=300_000)
    auctions.drop_unavailable(charger_id=charger.id, now=now)

    still = auctions.bid_for(dario.id, bid.code)
    assert still.standing == auctions.Standing.LEADING
