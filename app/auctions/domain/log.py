"""The event log of one charger: its kinds of events and their lines of JSON.

A log only grows. Whoever has it can compute the same winners and the same prices
again (``replay.py``); nothing else is needed, not even the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from app.auctions.domain import fields as read
from app.auctions.domain.fields import BadLog, parse_line
from app.auctions.domain.happenings import (
    PRIVATE,
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
from app.kernel.errors import DomainError

KINDS: dict[str, type[Event]] = {
    "BID": Placed,
    "RAISE": Raised,
    "WITHDRAW": Withdrawn,
    "DROP": Dropped,
    "BUY": Bought,
    "RELEASE": Released,
    "RESERVE": Reserved,
    "UNRESERVE": Unreserved,
    "EXTEND": Extended,
    "DECIDE": Decided,
}
_KIND_OF = {event: kind for kind, event in KINDS.items()}

# One field name means the same in every kind, so it is read in one way.
_READERS: dict[str, Callable[[object], Any]] = {
    "amount": read.whole,
    "bid": read.code,
    "bidder": read.whole,
    "bids": read.codes,
    "booking": read.code,
    "commitment": read.digest,
    "end": read.whole,
    "maximum": read.whole,
    "minima": read.amounts,
    "nonce": read.nonce,
    "origin": read.whole,
    "payments": read.amounts,
    "reserve": read.wholes,
    "slot_prices": read.wholes,
    "slots": read.slot_amounts,
    "stage": read.stage,
    "start": read.whole,
    "top_up": read.whole,
    "until": read.instant_text,
    "why": read.text,
    "winners": read.codes,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    :param number: 1 for the first, without gaps
    :param at: when the server wrote it, UTC
    """

    number: int
    at: datetime
    event: Event

    @property
    def kind(self) -> str:
        """The kind's name in the log."""
        return _KIND_OF[type(self.event)]

    def as_dict(self) -> dict[str, Any]:
        """Return what the entry's line of JSON says."""
        return {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "kind": self.kind,
            "payload": payload_of(self.event),
        }


def payload_of(event: Event) -> dict[str, Any]:
    """Return the event as JSON values; what is sealed is left out."""
    payload: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, tuple):
            value = list(value)
        if isinstance(value, Mapping):
            value = {str(key): amount for key, amount in value.items()}
        if value is not None:
            payload[field.name] = value
    return payload


def event_of(kind: str, payload: object) -> Event:
    """Return the event that a kind and its payload describe.

    :raises BadLog: if the kind is unknown, or the payload lacks a field, has one too
        many, or has one that is not what it should be
    """
    event_class = KINDS.get(kind) if isinstance(kind, str) else None
    if event_class is None:
        raise BadLog(f"there is no kind of event called {str(kind)[:20]!r}.")
    if not isinstance(payload, dict):
        raise BadLog(f"the payload of {kind} must be an object.")
    known = {field.name: field for field in fields(event_class)}
    for name in payload:
        if name not in known:
            raise BadLog(f"{kind} has no field {str(name)[:20]!r}.")
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in payload:
            values[name] = _read(name, payload[name])
        elif field.default is MISSING:
            raise BadLog(f"{kind} needs the field {name!r}.")
    event: Event = event_class(**values)
    _require_sense(kind, event)
    return event


def entry_of(values: object) -> Entry:
    """Return the entry that a line of JSON says.

    :raises BadLog: if it is no entry
    """
    if not isinstance(values, dict) or set(values) != {
        "number",
        "at",
        "kind",
        "payload",
    }:
        raise BadLog("an entry has number, at, kind and payload, and nothing else.")
    return Entry(
        number=_read("number", values["number"], read.whole),
        at=_read("at", values["at"], read.instant),
        event=event_of(values["kind"], values["payload"]),
    )


def parse_log(lines: Iterable[str]) -> tuple[Entry, ...]:
    """Return the entries of a log in JSON lines; empty lines do not count.

    :raises BadLog: naming the line that is no entry, or where entries are missing
    """
    entries: list[Entry] = []
    for line_number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = entry_of(parse_line(line))
            if entry.number != len(entries) + 1:
                raise BadLog(
                    f"entry {len(entries) + 1} should follow, but this is entry "
                    f"{entry.number}: the log has a gap or is out of order."
                )
        except DomainError as error:
            raise BadLog(f"Line {line_number}: {error.message}") from error
        entries.append(entry)
    return tuple(entries)


def sealed(event: Event) -> Event:
    """Return the event as anyone may see it before its bids are decided."""
    return replace(event, **_none_of(event, lambda name: True))


def opened(event: Event) -> Event:
    """Return the event as anyone may see it after its bids are decided."""
    return replace(event, **_none_of(event, PRIVATE.__contains__))


def _none_of(event: Event, hides: Callable[[str], bool]) -> dict[str, Any]:
    return {
        field.name: None
        for field in fields(event)
        if field.default is None and hides(field.name)
    }


def _read(
    name: str, value: object, reader: Callable[[object], Any] | None = None
) -> Any:
    try:
        return (reader or _READERS[name])(value)
    except BadLog as error:
        raise BadLog(f"{name!r} {error.message}") from error


def _require_sense(kind: str, event: Event) -> None:
    """Refuse intervals that end before they start, and half-opened events."""
    start, end = getattr(event, "start", None), getattr(event, "end", None)
    if start is not None and end is not None:
        if start >= end:
            raise BadLog(f"{kind} ends before it starts.")
        # Else one short line could ask for any amount of work.
        if end - start > read.MOST_ITEMS:
            raise BadLog(f"{kind} is longer than any charger sells.")
    secrets = [
        getattr(event, field.name)
        for field in fields(event)
        if field.default is None and field.name not in PRIVATE
    ]
    if None in secrets and secrets != [None] * len(secrets):
        raise BadLog(f"{kind} is opened only in part.")
