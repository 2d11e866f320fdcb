"""Any bid: its seal opens for itself and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.auctions.domain.commitment import TamperedCommitment, check, commitment_of

BIDS = st.tuples(
    st.text("ABCXYZ234567", min_size=10, max_size=10),
    st.integers(0, 10**6),
    st.integers(1, 400),
    st.integers(0, 10**15),
    st.integers(0, 2**128 - 1).map("{:032x}".format),
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


@settings(max_examples=100, deadline=None)
@given(BIDS, BIDS)
def test_a_seal_opens_for_its_own_bid_only(bid, other):
    assume(bid != other)
    published = commitment_of(*sealed(bid).values())

    check(published, **sealed(bid))

    with pytest.raises(TamperedCommitment):
        check(published, **sealed(other))
