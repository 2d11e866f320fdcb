"""What happened to kept searches, told to the rooms above after it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedCharger:
    """One charger that is news to a kept search.

    :ivar total_minor: the driver's whole charge, in minor units of the currency
    :ivar energy_text: what that buys, such as ``7 of 20 kWh``
    :ivar is_part: whether it is less than the driver wants
    :ivar is_request: whether the owner has to say yes first
    :ivar is_cheaper: whether it was known already, for more money
    :ivar when_text: when it is free, in a few words; empty where it was not worked out
    :ivar path: its page, with the wanted time filled in
    """

    charger_id: int
    name: str
    total_minor: int
    currency: str
    energy_text: str
    is_part: bool
    is_request: bool
    is_cheaper: bool
    when_text: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearchMatched(Event):
    """A check found news for a kept search; told once.

    :ivar path: opens the search and shows everything it finds
    :ivar off_path: switches its letters off, without logging in
    :ivar hits: the best of the news, at most five
    :ivar count: how much news there is altogether
    """

    user_id: int
    search_id: int
    name: str
    path: str
    off_path: str
    hits: tuple[MatchedCharger, ...]
    count: int
