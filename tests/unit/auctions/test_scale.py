"""The colors of prices: they mean the same on all days that are shown together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.auctions.routes.scale import read_scale, scale_of
from app.auctions.service import SlotPrice

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


def slots(*prices: int, state: str = "OPEN") -> list[SlotPrice]:
    """Return quarter hours with these prices."""
    return [
        SlotPrice(
            slot=place,
            starts_at=NOON + timedelta(minutes=15 * place),
            state=state,  # type: ignore[arg-type]
            reserve_milli=0,
            price_milli=price,
            book_now_milli=price,
            has_bids=False,
        )
        for place, price in enumerate(prices)
    ]


def test_what_costs_the_same_is_calm_and_never_dear() -> None:
    scale = scale_of(slots(10_000, 10_000, 10_000))

    assert scale.share(10_000) == pytest.approx(0.25)
    assert "costs the same" in scale.words("EUR")


def test_what_differs_little_looks_alike() -> None:
    scale = scale_of(slots(10_000, 10_000, 11_000))

    assert scale.share(11_000) - scale.share(10_000) < 0.15
    assert scale.share(11_000) < 0.5
    assert scale.words("EUR").endswith("€0.40 to €0.44 an hour: they differ little.")


def test_one_price_far_off_leaves_the_others_their_colors() -> None:
    scale = scale_of(slots(10_000, 20_000, 30_000, 275_000))

    assert scale.share(30_000) - scale.share(10_000) > 0.3
    assert scale.share(275_000) == 1
    assert "€0.40 to €2.40 or more an hour" in scale.words("EUR")


def test_a_price_has_one_color_whatever_day_it_is_on() -> None:
    flat, steep = slots(10_000, 10_000), slots(10_000, 40_000, 60_000)

    scale = scale_of([*flat, *steep])

    assert scale.share(10_000) == 0
    assert scale.share(60_000) == 1


def test_free_hours_do_not_hide_that_others_cost_something() -> None:
    scale = scale_of(slots(0, 0, 0, 5_000))

    assert (scale.share(0), scale.share(5_000)) == (0, 1)


def test_what_is_not_open_has_no_part_in_it() -> None:
    scale = scale_of([*slots(10_000), *slots(90_000, state="TAKEN")])

    assert scale.dearest == 10_000
    assert scale_of(slots(90_000, state="CLOSED")).share(1) == pytest.approx(0.25)


def test_a_part_of_the_page_keeps_the_scale() -> None:
    scale = scale_of(slots(10_000, 11_000))

    assert read_scale(scale.text()) == scale


@pytest.mark.parametrize(
    "text", ["", "x", "1_2_3", "4_3_3_3", "1_2_0_2", "1_2_2_1", "9" * 99 + "_1_1_1"]
)
def test_a_text_that_is_no_scale_is_none(text: str) -> None:
    assert read_scale(text) is None
