"""What a host sees of the bids for his time."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from app.accounts.service import Person
from app.auctions.service.owner_book import owner_book_of
from tests.support.factories_auctions import make_auction, make_bid
from tests.support.people import make_person


def test_bids_under_the_reserve_are_only_counted_and_only_from_three_on(
    in_app: Flask, hanna: Person, dario: Person, nell: Person, now: datetime
) -> None:
    charger = make_auction(hanna, now=now)
    cem = make_person("Cem", now=now)
    shown = make_bid(dario, charger, 20, 22, 420, now=now)
    make_bid(dario, charger, 18, 20, 75, now=now)
    make_bid(nell, charger, 18, 20, 60, now=now)
    two = owner_book_of(charger=charger)

    make_bid(cem, charger, 18, 20, 50, now=now)
    three = owner_book_of(charger=charger)

    assert (two.alerts, three.alerts) == (None, 3)
    assert [each.period for each in three.pending] == [shown.period]
    assert two.pending == three.pending
