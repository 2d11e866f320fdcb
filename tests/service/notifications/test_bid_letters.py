"""What bidders are told by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person
from app.auctions import service as auctions
from app.auctions.service import reading
from app.bookings import service as bookings
from app.chargers import service as chargers
from app.database import writing
from tests.service.notifications.test_letters import mails_to
from tests.support.factories_auctions import (
    EVENING,
    make_auction,
    make_bid,
)
from tests.support.factories_follow import a_follow

GATE = EVENING - timedelta(hours=2)


def test_who_is_outbid_and_who_is_back_in_is_told(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    bid = make_bid(dario, charger, 18, 20, 420, now=now)
    other = make_bid(nell, charger, 18, 20, 500, now=now)
    auctions.withdraw(bidder_id=nell.id, code=other.code, now=now)

    mails = {mail.subject.split(":")[0]: mail for mail in mails_to(in_app, dario)}
    outbid, back = mails["Outbid"], mails["You are back in"]

    assert outbid.subject == f"Outbid: {charger.name}, Wed 10 Jun, 18:00"
    assert "Your maximum  €4.20" in outbid.body
    assert f"/bids/{bid.code}" in outbid.body
    assert "is leading again" in back.body
    assert len(mails) == 2
    assert "5.00" not in outbid.body


def test_the_winner_reads_the_price_and_why_and_the_loser_that_it_costs_nothing(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(nell, charger, 18, 20, 300, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)

    bookings.award(now=GATE)

    (won,) = mails_to(in_app, dario)
    (lost,) = (m for m in mails_to(in_app, nell) if "Outbid" not in m.subject)
    (to_owner,) = mails_to(in_app, hanna)
    assert won.subject == f"Won: {charger.name}, Wed 10 Jun, 18:00"
    assert "The time  €3.00, your maximum was €4.20" in won.body
    assert "Your minimum alone was €3.00" in won.body
    assert lost.subject.startswith("Not this time")
    assert "It costs you nothing" in lost.body
    assert to_owner.subject.startswith("Dario booked")


def test_a_host_who_takes_the_charger_down_has_the_bidders_told(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    make_bid(dario, charger, 18, 20, 420, now=now)
    with writing() as work:
        chargers.pause_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    auctions.tick(now=now)

    (mail,) = mails_to(in_app, dario)
    assert mail.subject.startswith("Your bid has ended")
    assert "taking no bids" in mail.body


def test_a_lively_evening_does_not_fill_a_mailbox(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    mine = make_bid(dario, charger, 18, 20, 100, now=now)
    theirs = make_bid(nell, charger, 18, 20, 105, now=now)

    for amount in range(110, 310, 20):
        auctions.raise_bid(
            bidder_id=dario.id, code=mine.code, maximum_minor=amount, now=now
        )
        auctions.raise_bid(
            bidder_id=nell.id, code=theirs.code, maximum_minor=amount + 10, now=now
        )

    assert len(mails_to(in_app, dario)) == 4


def test_letters_clear_no_book_however_many_are_outbid(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charger = make_auction(hanna, now=now)
    for hour in (18, 19, 20, 21):
        make_bid(dario, charger, hour, hour + 1, 60, now=now)
    cleared: list[Any] = []
    really = reading.open_book_in

    def counted(*values: Any) -> Any:
        cleared.append(values)
        return really(*values)

    monkeypatch.setattr(reading, "open_book_in", counted)
    make_bid(nell, charger, 18, 22, 900, now=now)

    assert len(mails_to(in_app, dario)) == 4
    # The one is for Nell herself, who sees at once what her time costs.
    assert len(cleared) == 1
    assert all("Costs now" not in mail.body for mail in mails_to(in_app, dario))


def test_a_wish_that_is_outbid_moves_on_without_a_letter(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    auctions.start_follow(a_follow(dario, charger), now=now)

    make_bid(nell, charger, 18, 20, 900, now=now)

    assert mails_to(in_app, dario) == []
