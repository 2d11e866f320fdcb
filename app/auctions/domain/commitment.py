"""Sealed bids: the hash published when a bid is placed, checked when it is opened.

Who wants to check one needs nothing but SHA-256: the canonical line is plain JSON.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from hmac import compare_digest

from app.kernel.errors import DomainError

# Exact in every language's numbers, so that a browser computes the same line.
_HIGHEST = 10**15
_CODE = re.compile(r"[0-9A-Za-z_-]{1,40}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")


class TamperedCommitment(DomainError):
    """An opened bid is not the one that was sealed."""


def canonical_line(
    code: str, first_slot: int, end_slot: int, maximum_milli: int, nonce: str
) -> str:
    """Return the line of JSON that is hashed: keys in alphabetical order, no spaces.

    >>> canonical_line("K7QX", 8, 16, 420_000, "0" * 32)[:40]
    '{"bid":"K7QX","end":16,"maximum":420000,'

    :param maximum_milli: the sealed maximum, in 1/1000 minor units
    :param nonce: 32 lower-case hex digits, secret until the bid is opened
    :raises TamperedCommitment: if a value could not belong to any sealed bid
    """
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise TamperedCommitment("A sealed bid has a code of letters and digits.")
    for value in (first_slot, end_slot, maximum_milli):
        if type(value) is not int or not 0 <= value <= _HIGHEST:
            raise TamperedCommitment(
                f"Bid {code}: slots and maximum are whole numbers from 0 to 10^15."
            )
    if first_slot >= end_slot:
        raise TamperedCommitment(f"Bid {code} ends before it starts.")
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise TamperedCommitment(f"Bid {code}: the nonce is not 32 hex digits.")
    sealed = {
        "bid": code,
        "end": end_slot,
        "maximum": maximum_milli,
        "nonce": nonce,
        "start": first_slot,
    }
    return json.dumps(sealed, separators=(",", ":"))


def commitment_of(
    code: str, first_slot: int, end_slot: int, maximum_milli: int, nonce: str
) -> str:
    """Return the SHA-256 of the canonical line, as 64 hex digits.

    :param maximum_milli: the sealed maximum, in 1/1000 minor units
    :raises TamperedCommitment: if a value could not belong to any sealed bid
    """
    line = canonical_line(code, first_slot, end_slot, maximum_milli, nonce)
    return sha256(line.encode("ascii")).hexdigest()


def check(
    commitment: str,
    *,
    code: str,
    first_slot: int,
    end_slot: int,
    maximum_milli: int,
    nonce: str,
) -> None:
    """Make sure that the opened bid is the one that was sealed.

    :raises TamperedCommitment: if the published hash and the opened bid differ
    """
    if not isinstance(commitment, str) or not _HASH.fullmatch(commitment):
        raise TamperedCommitment(f"Bid {code}: the commitment is not 64 hex digits.")
    opened = commitment_of(code, first_slot, end_slot, maximum_milli, nonce)
    if not compare_digest(commitment, opened):
        raise TamperedCommitment(
            f"Bid {code} was changed after it was sealed: "
            "its maximum, its time or its nonce does not fit the published hash."
        )
