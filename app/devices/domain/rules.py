"""Matching rules: which hello, will or state counts, and what may be acknowledged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Without a word for this long a box is offline, whatever the broker believes.
SEEN_S = 90
# After its expiry a sent command may still be answered: the lock takes up to 3 s.
ANSWER_GRACE_S = 5
PAIRING_CODE_LENGTH = 8
PAIRING_CODE_S = 15 * 60
OPS = frozenset(
    {"unlock", "relock", "stop", "lease", "extend", "selftest", "identify", "pair"}
)
_PAIRING_CODE = re.compile(r"[A-Z2-7]{8}", re.ASCII)
# What people type when they misread the page.
_LOOKALIKES = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What is known of a box's last connection."""

    counter: int
    boot_nonce: str | None
    journal_id: int | None


def is_fresh_hello(
    known: Connection, *, counter: int, boot_nonce: str, journal_id: int
) -> bool:
    """Return whether a hello opens a new connection or repeats the present one.

    A lower counter is a replay, unless the journal is another one: a wiped box
    starts to count again.
    """
    if journal_id != known.journal_id:
        return True
    if counter == known.counter:
        return known.boot_nonce in (None, boot_nonce)
    return counter > known.counter


def is_current(counter: int, known_counter: int) -> bool:
    """Return whether a state or will speaks of the newest connection we know.

    Brokers may deliver the will of a connection after the birth of the next.
    """
    return counter >= known_counter


def is_online(said_online: bool, last_seen_at: datetime | None, now: datetime) -> bool:
    """Return whether the box counts as reachable: said so, and heard of lately."""
    if not said_online or last_seen_at is None:
        return False
    return now - last_seen_at < timedelta(seconds=SEEN_S)


def contiguous(acked: int, stored: Iterable[int]) -> int:
    """Return the highest number up to which nothing is missing.

    :param stored: numbers above ``acked``, ascending

    >>> contiguous(3, [4, 5, 7])
    5
    """
    for seq in stored:
        if seq != acked + 1:
            break
        acked = seq
    return acked


def lost_before(acked: int, first_stored: int, *, dropped: int, known: int) -> int:
    """Return how many records before ``first_stored`` the box itself gave up.

    A gap is closed only when the box owned up to at least as many newly dropped
    records; any other gap is records still under way, which it will send again.
    """
    missing = first_stored - acked - 1
    return missing if 0 < missing <= dropped - known else 0


def has_died(state: str, expires_at: datetime, now: datetime) -> bool:
    """Return whether a command can no longer be sent, or no longer be answered."""
    if state == "QUEUED":
        return now >= expires_at
    if state == "SENT":
        return now >= expires_at + timedelta(seconds=ANSWER_GRACE_S)
    return False


def parse_pairing_code(text: str) -> str | None:
    """Return the pairing code a person typed into the box, or None.

    >>> parse_pairing_code("k7q2-m6xw")
    'K7Q2M6XW'
    """
    code = text.strip().upper().translate(_LOOKALIKES)
    return code if _PAIRING_CODE.fullmatch(code) else None


def next_counter(last: int, now: datetime) -> int:
    """Return a command counter above the last one and not below the clock (seconds).

    A database restored from a backup would otherwise count below what the box has
    seen, and every command would be refused as stale.
    """
    return max(last + 1, int(now.timestamp()))
