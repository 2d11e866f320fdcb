"""Potentials on a chain: lowest ones, longest paths, and why there may be none."""

from __future__ import annotations

import pytest

from app.auctions.domain.potentials import Chain, TooTight, longest_from, lowest

# Two spans of two nodes each, and a rise over both.
PAIR = Chain.of(5, [(0, 4, 10), (1, 3, 7)], [(0, 2), (2, 4)])


def test_potentials_are_the_lowest_that_keep_rises_and_caps() -> None:
    assert lowest(PAIR, [6, 6]) == [0, 0, 4, 7, 10]


def test_a_rise_within_a_span_of_less_is_a_circle_that_says_its_excess() -> None:
    with pytest.raises(TooTight) as refused:
        lowest(Chain.of(3, [(0, 2, 9)], [(0, 2)]), [4])

    assert refused.value.excess == 5
    assert refused.value.spans == [(0, 2)]


def test_a_circle_over_two_spans_names_both() -> None:
    with pytest.raises(TooTight) as refused:
        lowest(PAIR, [4, 5])

    assert refused.value.excess == 1
    assert sorted(refused.value.spans) == [(0, 2), (2, 4)]


def test_a_walk_above_the_ceiling_says_by_how_much() -> None:
    chain = Chain.of(4, [(0, 2, 4), (1, 3, 6)], [(0, 1), (1, 3)])
    with pytest.raises(TooTight) as refused:
        lowest(chain, [9, 5], ceiling=[0, 0, 4, 6])

    # 0 -> 1 -> 3 rises by 6, and back over the second span only 5 are given up.
    assert refused.value.excess == 1
    assert refused.value.spans == [(1, 3)]


def test_longest_paths_begin_anywhere_and_may_go_back_over_spans() -> None:
    assert longest_from(4, PAIR, [6, 6])[0] == -12
    assert longest_from(1, PAIR, [6, 6])[3] == 7


def test_seen_from_the_right_the_whole_rise_is_the_same() -> None:
    assert lowest(PAIR.mirrored(), [6, 6])[-1] == lowest(PAIR, [6, 6])[-1]


def test_narrowing_leaves_out_what_the_bounds_already_say() -> None:
    chain = Chain.of(4, [(0, 3, 10), (1, 3, 2)], [(0, 3)])

    narrowed = chain.narrowed([0, 0, 5, 10], [0, 8, 9, 10])

    assert narrowed.rises == [(0, 1, 0), (1, 2, 0), (2, 3, 0)]
    assert (1, 3, 2) in chain.narrowed([0, 0, 5, 9], [0, 8, 9, 10]).rises
