"""Lives a charger's log through again and computes every open decision anew.

Pure: the log goes in, the state and the sums come out, or a sentence saying which
entry cannot be true. Neither the database nor the clock is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.auctions.domain.happenings import (
    Bought,
    Decided,
    Dropped,
    Event,
    Extended,
    Placed,
    Raised,
    Released,
    Reserved,
    Unreserved,
    Withdrawn,
)
from app.auctions.domain.log import Entry
from app.auctions.domain.recheck import (
    LoggedBid,
    Mismatch,
    check_seal,
    require_all,
    require_equal,
)
from app.kernel.errors import DomainError

# What ``State.sold`` says of slots that were booked at once.
BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class State:
    """Where a log ends.

    :param bids: in order of submission
    :param sold: slots that are sold, each with the bid's code or ``"booking"``
    :param decisions: how many decisions the log has
    :param recomputed: how many of them were open, computed again and found equal
    :param bought_milli: sum of what was booked at once, where the log says it
    """

    bids: tuple[LoggedBid, ...]
    sold: dict[int, str]
    events: int
    decisions: int
    recomputed: int
    bought_milli: int

    @property
    def paid_milli(self) -> int:
        """The sum of all won bids' payments, in 1/1000 minor units."""
        return sum(bid.paid for bid in self.bids if bid.state == "WON")

    def as_dict(self) -> dict[str, Any]:
        """Return the answer of ``flask auctions replay``."""
        states = Counter(bid.state for bid in self.bids)
        return {
            "events": self.events,
            "decisions": self.decisions,
            "recomputed": self.recomputed,
            "bids": {bid.code: bid.as_dict() for bid in self.bids},
            "states": dict(sorted(states.items())),
            "sold": [[slot, what] for slot, what in sorted(self.sold.items())],
            "sums": {"paid": self.paid_milli, "bought": self.bought_milli},
        }


def replay(entries: Iterable[Entry]) -> State:
    """Return where the log ends, having computed every open decision again.

    :raises Mismatch: naming the first entry that cannot be true
    """
    play = _Play()
    for entry in entries:
        try:
            play.take(entry.event)
        except DomainError as error:
            raise Mismatch(
                f"Entry {entry.number} ({entry.kind}): {error.message}"
            ) from error
    return play.state()


class _Play:
    """The state so far."""

    def __init__(self) -> None:
        self.bids: dict[str, LoggedBid] = {}
        # The undecided ones of them, so that a long log costs no more a step.
        self.open: dict[str, LoggedBid] = {}
        self.sold: dict[int, str] = {}
        self.frozen: dict[int, int] = {}
        self.decided: set[tuple[int, str]] = set()
        self.events = self.decisions = self.recomputed = self.bought_milli = 0

    def state(self) -> State:
        """Return where the log has come to."""
        return State(
            bids=tuple(self.bids.values()),
            sold=dict(self.sold),
            events=self.events,
            decisions=self.decisions,
            recomputed=self.recomputed,
            bought_milli=self.bought_milli,
        )

    def take(self, event: Event) -> None:
        """Let one event happen."""
        self.events += 1
        match event:
            case Placed() | Raised() | Withdrawn() | Dropped():
                self.take_bid(event)
            case Bought():
                self.buy(event)
            case Released():
                for slot in range(event.start, event.end):
                    self.sold.pop(slot, None)
            case Reserved():
                self.freeze(event)
            case Unreserved():
                self.unfreeze(event)
            case Extended():
                self.require_undecided(event.start, "GATE")
            case _:
                self.decide(event)

    def take_bid(self, event: Placed | Raised | Withdrawn | Dropped) -> None:
        """Let something happen to one bid."""
        match event:
            case Placed():
                self.place(event)
            case Raised():
                bid = self.pending(event.bid)
                bid = replace(bid, maximum=event.maximum)
                check_seal(bid, event.commitment, event.nonce)
                self.put(bid)
            case Withdrawn():
                bid = self.pending(event.bid)
                self.put(replace(bid, state="WITHDRAWN"))
            case _:
                bid = self.pending(event.bid)
                self.put(replace(bid, state="DROPPED"))

    def place(self, event: Placed) -> None:
        """Add a bid, if its seal and its time are right."""
        if event.bid in self.bids:
            raise Mismatch(f"bid {event.bid} was placed before.")
        slots = range(event.start or 0, event.end or 0)
        bid = LoggedBid(event.bid, slots, event.maximum)
        check_seal(bid, event.commitment, event.nonce)
        self.require_unsold(slots)
        self.put(bid)

    def buy(self, event: Bought) -> None:
        """Sell slots at once, so that whoever overlaps them has lost."""
        slots = range(event.start, event.end)
        self.require_unsold(slots)
        self.sold.update(dict.fromkeys(slots, BOOKING))
        self.bought_milli += event.amount or 0
        self.lose(bid for bid in self.waiting() if bid.overlaps(slots))

    def freeze(self, event: Reserved) -> None:
        """Remember the reserves that may not rise any more."""
        for slot, milli in (event.slots or {}).items():
            self.frozen[slot] = min(milli, self.frozen.get(slot, milli))

    def unfreeze(self, event: Unreserved) -> None:
        """Let these reserves rise again, if no bid is known to rely on them."""
        slots = range(event.start, event.end)
        for bid in self.waiting():
            if bid.overlaps(slots) and self.relies(bid):
                raise Mismatch(f"bid {bid.code} still relies on this reserve.")
        for slot in slots:
            self.frozen.pop(slot, None)

    def relies(self, bid: LoggedBid) -> bool:
        """Whether the bid is known to meet the reserves that are kept for it."""
        kept = [self.frozen[slot] for slot in bid.slots if slot in self.frozen]
        is_whole = len(kept) == len(bid.slots)
        return is_whole and bid.maximum is not None and bid.maximum >= sum(kept)

    def decide(self, event: Decided) -> None:
        """Check a decision as far as it is open, and commit its winners."""
        self.require_undecided(event.start, event.stage)
        if set(event.payments) != set(event.winners):
            raise Mismatch("payments and winners name different bids.")
        self.decisions += 1
        if event.is_open:
            self.recompute(event)
            self.recomputed += 1
        for code in event.winners:
            self.commit(self.pending(code), event.payments[code])
        if event.stage == "LAST_CALL":
            self.lose(bid for bid in self.waiting() if bid.starts(event.start))
        self.decided.add((event.start, event.stage))

    def recompute(self, event: Decided) -> None:
        """Compare an open decision with what the rules and the engine say."""
        bids = [self.pending(code) for code in event.bids or ()]
        require_all(event, bids, self.waiting())
        for slot, milli in enumerate(event.reserve or (), start=event.origin):
            if milli > self.frozen.get(slot, milli):
                raise Mismatch(f"the reserve of slot {slot} rose after a bid on it.")
        require_equal(event, bids)

    def commit(self, bid: LoggedBid, paid: int) -> None:
        """Sell the bid's slots, so that whoever overlaps it has lost."""
        self.require_unsold(bid.slots)
        self.put(replace(bid, state="WON", paid=paid))
        self.sold.update(dict.fromkeys(bid.slots, bid.code))
        self.lose(other for other in self.waiting() if other.overlaps(bid.slots))

    def lose(self, bids: Iterable[LoggedBid]) -> None:
        """End these bids, whose time others have."""
        for bid in list(bids):
            self.put(replace(bid, state="LOST"))

    def put(self, bid: LoggedBid) -> None:
        """Remember what became of a bid; both lists stay in order of submission."""
        self.bids[bid.code] = bid
        if bid.state == "PENDING":
            self.open[bid.code] = bid
        else:
            del self.open[bid.code]

    def waiting(self) -> list[LoggedBid]:
        """Return the undecided bids, in order of submission."""
        return list(self.open.values())

    def pending(self, code: str) -> LoggedBid:
        """Return a bid that may still change, or refuse."""
        bid = self.bids.get(code)
        if bid is None:
            raise Mismatch(f"there is no bid {code}.")
        if bid.state != "PENDING":
            raise Mismatch(f"bid {code} is {bid.state.lower()} already.")
        return bid

    def require_unsold(self, slots: range) -> None:
        """Refuse slots of which one is sold."""
        for slot in slots:
            if slot in self.sold:
                raise Mismatch(f"slot {slot} is sold already.")

    def require_undecided(self, start: int, stage: str) -> None:
        """Refuse a start that was decided at this stage."""
        if (start, stage) in self.decided:
            raise Mismatch(f"{stage} of slot {start} is decided already.")
