"""Free stretches against a scan of every single slot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.search.domain import free_runs


@given(
    edges=st.lists(st.integers(0, 120), unique=True, max_size=10),
    claimed=st.sets(st.integers(0, 130), max_size=40),
    buffer_slots=st.integers(0, 4),
)
def test_a_slot_is_free_if_it_is_open_and_neither_it_nor_its_turnaround_is_claimed(
    edges: list[int], claimed: set[int], buffer_slots: int
) -> None:
    edges.sort()
    windows = list(zip(edges[::2], edges[1::2], strict=False))

    runs = free_runs(windows, sorted(claimed), buffer_slots=buffer_slots)

    naive = {
        slot
        for first, end in windows
        for slot in range(first, end)
        if not claimed & set(range(slot, slot + 1 + buffer_slots))
    }
    assert {slot for first, end in runs for slot in range(first, end)} == naive
    assert list(runs) == sorted(runs)
