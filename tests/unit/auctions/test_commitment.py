"""Sealed bids: the published hash fits exactly one bid."""

from __future__ import annotations

import hashlib

import pytest

from app.auctions.domain.commitment import (
    TamperedCommitment,
    canonical_line,
    check,
    commitment_of,
)

NONCE = "0123456789abcdef" * 2
SEALED = {"code": "K7Q2M6XW4T", "first_slot": 8, "end_slot": 16, "nonce": NONCE}


def test_the_hash_can_be_computed_by_hand_from_one_line():
    line = (
        f'{{"bid":"K7Q2M6XW4T","end":16,"maximum":420000,"nonce":"{NONCE}","start":8}}'
    )

    published = commitment_of("K7Q2M6XW4T", 8, 16, 420_000, NONCE)

    assert published == hashlib.sha256(line.encode()).hexdigest()


def test_a_bid_opened_as_it_was_sealed_is_accepted():
    published = commitment_of("K7Q2M6XW4T", 8, 16, 420_000, NONCE)

    check(published, maximum_milli=420_000, **SEALED)


@pytest.mark.parametrize(
    "change",
    [
        {"maximum_milli": 420_001},
        {"first_slot": 7},
        {"end_slot": 17},
        {"code": "K7Q2M6XW4U"},
        {"nonce": "f" * 32},
    ],
)
def test_a_bid_changed_after_sealing_is_refused(change):
    published = commitment_of("K7Q2M6XW4T", 8, 16, 420_000, NONCE)

    with pytest.raises(TamperedCommitment, match="was changed after it was sealed"):
        check(published, **{"maximum_milli": 420_000, **SEALED, **change})


@pytest.mark.parametrize("published", ["", "ABCDEF", "g" * 64, "A" * 64, None, 7])
def test_what_is_no_hash_is_refused_as_such(published):
    with pytest.raises(TamperedCommitment, match="64 hex digits"):
        check(published, maximum_milli=420_000, **SEALED)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (("", 8, 16, 1, NONCE), "code of letters"),
        (('x","y', 8, 16, 1, NONCE), "code of letters"),
        ((7, 8, 16, 1, NONCE), "code of letters"),
        (("K7", -1, 16, 1, NONCE), "whole numbers"),
        (("K7", 8, 16, 1.0, NONCE), "whole numbers"),
        (("K7", 8, 16, True, NONCE), "whole numbers"),
        (("K7", 8, 16, float("nan"), NONCE), "whole numbers"),
        (("K7", 8, 16, 10**30, NONCE), "whole numbers"),
        (("K7", 16, 16, 1, NONCE), "ends before it starts"),
        (("K7", 8, 16, 1, "0" * 31), "32 hex digits"),
        (("K7", 8, 16, 1, None), "32 hex digits"),
        (("K7", 8, 16, 1, "0" * 31 + "\n"), "32 hex digits"),
    ],
)
def test_nothing_odd_can_be_sealed(values, reason):
    with pytest.raises(TamperedCommitment, match=reason):
        canonical_line(*values)
