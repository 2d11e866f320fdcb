"""Whatever is uploaded or written in a file, the answer is a value or a refusal."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.chargers.domain import check_listing
from app.chargers.pictures import LONG_SIDE_PX, PhotoRefused, reencoded
from app.cli.afdc import station_of
from app.cli.afdc.hours import hours_of
from app.cli.afdc.prices import DEFAULT, price_of
from app.cli.stations.station import RowRefused, listing_of
from app.schedules.domain import Opening, check_opening
from tests.support.pictures import photo
from tests.support.stations import row

HONEST = {kind: photo((120, 90), kind=kind) for kind in ("JPEG", "PNG", "WEBP")}
words = st.sampled_from(
    ("mon", "Tue", "24 hours daily", "daily", "m-f", " - ", "; ", ". ", "9:00am",
     "12:00am", "11:59pm", "13:61pm", "5pm", "$0.30", "$2", "per kwh", "/hr", "free",
     "idle fee", " ", "x")
)  # fmt: skip
texts = st.one_of(st.text(max_size=30), st.lists(words, max_size=8).map("".join))
quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(content=st.binary(max_size=300))
@example(content=b"\x89PNG\r\n\x1a\n")
@example(content=b"RIFF\x00\x00\x00\x00WEBPVP8L")
def test_random_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(PhotoRefused):
        reencoded(content)


@quick
@given(
    kind=st.sampled_from(sorted(HONEST)),
    cut=st.integers(0, 5000),
    changes=st.dictionaries(st.integers(0, 5000), st.integers(0, 255), max_size=6),
)
def test_a_damaged_photo_is_refused_or_becomes_a_plain_picture(
    kind: str, cut: int, changes: dict[int, int]
) -> None:
    content = bytearray(HONEST[kind])
    for at, value in changes.items():
        content[at % len(content)] = value

    with suppress(PhotoRefused):
        picture = reencoded(bytes(content[: cut or None]))
        assert picture.content.startswith(b"\xff\xd8\xff")
        assert max(picture.width_px, picture.height_px) <= LONG_SIDE_PX


@quick
@given(text=texts)
def test_any_text_of_hours_gives_hours_that_can_be_kept(text: str) -> None:
    rules = hours_of(text).rules

    if rules is not None:
        check_opening(Opening(rules=rules))
        assert rules
        assert all(rule.begin_min != rule.end_min for rule in rules)


@quick
@given(text=texts)
def test_any_text_of_a_price_gives_a_price_that_is_not_negative(text: str) -> None:
    price = price_of(text)

    assert bool(price.tariff) + bool(price.refusal) == bool(price.text)
    if price.tariff is not None:
        assert price.tariff.energy_milli_per_kwh >= 0
        assert price.tariff.time_milli_per_hour >= 0


@quick
@given(changes=st.dictionaries(st.sampled_from(sorted(row())), texts, max_size=6))
def test_any_row_is_refused_or_gives_a_charger_that_can_be_listed(
    changes: dict[str, str],
) -> None:
    with suppress(RowRefused):
        station = station_of({**row(), **changes})
        check_listing(listing_of(station, DEFAULT).command)
