"""Law 38 of follow me: every move makes all books together worth more."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.auctions.domain.bids import Bid, Book
from app.auctions.domain.clearing import clear
from app.auctions.domain.follow import Option, best_place, waiting_place
from app.auctions.domain.quotes import Quoter

SLOTS = 12
CHARGERS = 3
PLAIN = st.builds(
    lambda place, start, length, maximum: (
        place,
        start,
        min(SLOTS, start + length),
        maximum,
    ),
    st.integers(0, CHARGERS - 1),
    st.integers(0, SLOTS - 1),
    st.integers(1, 6),
    st.integers(0, 400),
)
WISHES = st.tuples(
    st.sets(st.integers(0, CHARGERS - 1), min_size=1),
    st.integers(1, 5),
    st.integers(0, 400),
)


class Town:
    """A few books, each with its bids in order of submission."""

    def __init__(self, reserves):
        self.reserves = reserves
        self.bids: list[list[Bid]] = [[] for _ in range(CHARGERS)]

    def book(self, place, without=None):
        bids = tuple(bid for bid in self.bids[place] if bid.id != without)
        return Book((self.reserves[place],) * SLOTS, bids)

    def add(self, place, bid):
        self.bids[place].append(bid)

    def remove(self, bid_id):
        self.bids = [[b for b in book if b.id != bid_id] for book in self.bids]

    def value(self):
        return sum(clear(self.book(place)).value for place in range(CHARGERS))

    def leads(self, bid_id):
        return any(bid_id in clear(self.book(p)).winners for p in range(CHARGERS))

    def options(self, places, length, leaving=None):
        """Yield the places of a wish, as if its own bid were withdrawn already."""
        for place in sorted(places):
            quoter = Quoter(self.book(place, without=leaving))
            for start in range(SLOTS - length + 1):
                yield Option(
                    evse_id=place,
                    rank=place,
                    first_slot=start,
                    end_slot=start + length,
                    reserve_milli=self.reserves[place] * length,
                    displaced_milli=quoter.displaced(start, start + length),
                )


def settle(town, wishes):
    """Move outbid wishes until none can; yield the total value around each move."""
    moved = True
    while moved:
        moved = False
        for number, (places, length, maximum) in enumerate(wishes):
            if town.leads(f"W{number}"):
                continue
            before = town.value()
            options = town.options(places, length, leaving=f"W{number}")
            better = best_place(options, maximum)
            if better is None:
                continue
            town.remove(f"W{number}")
            town.add(
                better.evse_id,
                Bid(f"W{number}", better.first_slot, better.end_slot, maximum),
            )
            yield before, town.value(), town.leads(f"W{number}"), better, maximum
            moved = True


# A tie in which the wish's own waiting bid would hide what it displaces.
@example([0, 0, 0], [(2, 1, 7, 2)], [({2}, 4, 2), ({2}, 2, 2)])
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=CHARGERS, max_size=CHARGERS),
    st.lists(PLAIN, max_size=8),
    st.lists(WISHES, min_size=1, max_size=4),
)
def test_38_total_value_strictly_increases_at_each_move(reserves, plain, wishes):
    town = Town(reserves)
    for number, (place, start, end, maximum) in enumerate(plain):
        town.add(place, Bid(f"P{number}", start, end, maximum))
    for number, (places, length, maximum) in enumerate(wishes):
        place = waiting_place(town.options(places, length), maximum)
        town.add(
            place.evse_id,
            Bid(f"W{number}", place.first_slot, place.end_slot, maximum),
        )

    for before, after, leads, place, maximum in settle(town, wishes):
        assert after == before + place.gain_milli(maximum)
        assert after > before
        assert leads
