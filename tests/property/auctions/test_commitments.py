"""Any bid: its seal opens for itself and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.auctions.domain.commitment import TamperedCommitment, check, commitment_of

BIDS = st.tuples(
    st.from_regex(r"[A-Z2-7]{10}", fullmatch=True),
    st.integers(0, 10**6),
    st.integers(1, 400),
    st.integers(0, 10**15),
    st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
)


def sealed(bid):
    code, start, length, maximum, nonce = bid
    return {
        "code": code,
        "first_slot": start,
        "end_slot": start + length,
        "maximum_milli": maximum,
        "nonce": nonce,
    }


@settings(max_examples=200, deadline=None)
@given(BIDS, BIDS)
def test_a_seal_opens_for_its_own_bid_only(bid, other):
    assume(bid != other)
    published = commitment_of(*sealed(bid).values())

    check(published, **sealed(bid))

    with pytest.raises(TamperedCommitment):
        check(published, **sealed(other))
