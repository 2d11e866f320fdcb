"""A bid in words: how it stands, when it is decided, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.auctions.service import BidState, BidView
from app.kernel.money import MILLI, divide_up, format_minor
from app.schedules.wall_time import local_date
from app.web.filters import duration, local, local_span

_TONES = {
    "LEADING": "ok",
    "OUTBID": "warn",
    "ALERT": "info",
    "WON": "won",
    "DROPPED": "bad",
}
_TITLES = {
    "LEADING": "You are leading",
    "OUTBID": "You are outbid",
    "ALERT": "Your maximum is under the lowest price",
    "PENDING": "Your bid is in",
    "WON": "You won this time",
    "LOST": "This time went to somebody else",
    "WITHDRAWN": "You withdrew this bid",
    "DROPPED": "This bid had to go",
}

_ENDED = {BidState.WITHDRAWN: "Withdrawn", BidState.DROPPED: "Dropped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBid:
    """A bid with the words, icon and color that tell how it stands.

    :param key: the standing of an undecided bid, or how it ended
    """

    bid: BidView
    key: str
    tone: str
    title: str
    sentence: str
    span: str
    decided_words: str
    may_raise: bool
    may_withdraw: bool

    @classmethod
    def of(cls, bid: BidView, now: datetime) -> ShownBid:
        """Return the bid as it reads at this moment."""
        key = bid.state.value
        if bid.state is BidState.PENDING and bid.standing is not None:
            key = bid.standing.value
        return cls(
            bid=bid,
            key=key,
            tone=_TONES.get(key, "calm"),
            title=_TITLES[key],
            sentence=_sentence(bid, key),
            span=local_span(bid.starts_at, bid.ends_at, bid.time_zone),
            decided_words=decided_words(bid.decides_at, now, bid.time_zone),
            may_raise=bid.may_raise(now),
            may_withdraw=bid.may_step_back(now),
        )

    @property
    def on_date(self) -> date:
        """The date at the charger on which the wanted time begins."""
        return local_date(self.bid.starts_at, self.bid.time_zone)

    @property
    def top_up_minor(self) -> int:
        """The most that any guess could have saved a winner, in minor units."""
        return divide_up(self.bid.top_up_milli or 0, MILLI)

    @property
    def ended_words(self) -> str:
        """What happened when it ended: nobody decides what is taken back."""
        return _ENDED.get(self.bid.state, "Decided")

    @property
    def turnaround_words(self) -> str:
        """What is paid for beyond the wanted time; empty if nothing is."""
        return turnaround_words(self.bid.buffer_min)

    @property
    def actions_key(self) -> str:
        """What the buttons depend on; they are sent again only when it changes."""
        offered = f"{self.may_raise:d}{self.may_withdraw:d}"
        return f"{self.bid.state.value}-{offered}-{self.bid.maximum_minor}"


def turnaround_words(minutes: int) -> str:
    """Return that sold time is longer than the wanted; empty if it is not."""
    return f"includes {minutes} min turnaround" if minutes else ""


def decided_words(decides_at: datetime | None, now: datetime, zone: str) -> str:
    """Return when bids are decided: the clock there, and how long it is until then."""
    if decides_at is None:
        return ""
    left = decides_at - now
    if left <= timedelta(0):
        return "at this moment"
    if left < timedelta(minutes=2):
        return f"in {int(left.total_seconds())} seconds"
    if left < timedelta(hours=12):
        at = local(decides_at, zone).rsplit(" ", 1)[-1]
        return f"at {at}, in {duration(int(left.total_seconds()))}"
    return local(decides_at, zone)


def _sentence(bid: BidView, key: str) -> str:
    most = format_minor(bid.maximum_minor, bid.currency)
    if key == "LEADING":
        return f"You pay what is needed when it is decided, never more than {most}."
    if key == "OUTBID":
        # The price is what the leaders would pay, not what they offer at most.
        return (
            "Others bid more, or as much and earlier; how high they go is sealed. "
            "Raise your maximum if this time is worth more to you, or just wait: "
            "your bid stays and may come back in."
        )
    if key == "ALERT":
        return (
            "The host does not sell this time for so little. Your bid counts as soon "
            "as the lowest price falls, or you raise it."
        )
    if key == "WON":
        return receipt_words(bid)
    return bid.why


def receipt_words(bid: BidView) -> str:
    """Return what a winner pays, and why exactly this."""
    if bid.paid_minor is None or bid.minimum_minor is None:
        return bid.why
    paid, alone = (
        format_minor(each, bid.currency) for each in (bid.paid_minor, bid.minimum_minor)
    )
    added = bid.added_minor or 0
    if added <= 0:
        return f"You pay {paid}: your minimum alone, and no other offer added to it."
    more = format_minor(added, bid.currency)
    return f"You pay {paid}: your minimum alone was {alone}; other offers added {more}."
