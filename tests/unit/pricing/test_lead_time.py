"""How many are still to ask at a lead, and which leads have prices of their own."""

from __future__ import annotations

import pytest

from app.pricing.domain.lead_time import CURVE, buckets, share_within


def test_the_assumed_curve_is_met_at_its_points_and_ends_with_everybody() -> None:
    assert [share_within(at) for at, _ in CURVE] == [share for _, share in CURVE]
    assert share_within(10**6) == 1.0


@pytest.mark.parametrize(
    ("gate_min", "ends"),
    [(60, [60, 480, 1440]), (240, [240, 480, 1440]), (480, [480, 1440])],
)
def test_the_first_stretch_ends_at_the_gate(gate_min: int, ends: list[int]) -> None:
    assert [end for end, _ in buckets(gate_min)] == ends


@pytest.mark.parametrize("gate_min", [60, 120, 720])
def test_the_more_notice_the_more_are_still_to_come(gate_min: int) -> None:
    shares = [0.0, *(share for _, share in buckets(gate_min)), 1.0]

    assert shares == sorted(set(shares))
