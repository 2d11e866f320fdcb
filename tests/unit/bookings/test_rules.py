"""What may be booked: times, chargers and cars, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.bookings.domain import (
    BookingRefused,
    TimeTaken,
    best_fit,
    check_offered,
    check_open,
    check_times,
)
from app.chargers.domain import Charger, Connector
from app.kernel.errors import DomainError
from app.kernel.period import Period
from tests.support.factories_bookings import NOON, car, hours

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TYPE_2 = Connector(
    standard="IEC_62196_T2",
    format="SOCKET",
    power_type="AC_3_PHASE",
    max_power_w=22_000,
)
CCS = Connector(
    standard="IEC_62196_T2_COMBO", format="CABLE", power_type="DC", max_power_w=50_000
)


def charger(**overrides: object) -> Charger:
    """Return Hanna's charger as a value."""
    values: dict[str, object] = {
        **dict.fromkeys(Charger.__slots__, ""),
        "id": 3,
        "owner_id": 1,
        "time_zone": "Europe/Berlin",
        "listing_state": "PUBLISHED",
        "min_length_min": 30,
        "max_length_min": 720,
        "lead_min": 0,
        "horizon_days": 28,
        "buffer_min": 10,
        "is_inoperative": False,
        "connectors": (TYPE_2,),
        "photos": (),
        **overrides,
    }
    return Charger(**values)  # type: ignore[arg-type]


def test_a_published_charger_takes_bookings_from_others() -> None:
    check_offered(charger(), 2)
    check_offered(charger(), None)


@pytest.mark.parametrize(
    ("values", "driver_id", "words"),
    [
        ({}, 1, "your own charger"),
        ({"listing_state": "PAUSED"}, 2, "no bookings at the moment"),
        ({"is_inoperative": True}, 2, "out of service"),
    ],
)
def test_a_charger_that_takes_no_booking_says_why(
    values: dict[str, object], driver_id: int, words: str
) -> None:
    with pytest.raises(BookingRefused, match=words):
        check_offered(charger(**values), driver_id)


def test_a_time_within_all_limits_passes() -> None:
    check_times(hours(2), charger(), NOW)


@pytest.mark.parametrize(
    ("period", "values", "field", "words"),
    [
        (hours(2, start=NOON + MINUTE), {}, "starts_at", "quarter hour"),
        (hours(2.1), {}, "ends_at", "quarter hour"),
        (hours(2, start=NOON - timedelta(hours=2)), {}, "starts_at", "already begun"),
        (hours(2), {"lead_min": 180}, "starts_at", "180 minutes ahead"),
        (hours(0.25), {}, "ends_at", "shortest booking"),
        (hours(13), {}, "ends_at", "longest booking"),
        (hours(2, start=NOON + timedelta(days=30)), {}, "ends_at", "28 days ahead"),
    ],
)
def test_a_time_that_cannot_be_says_why_at_its_field(
    period: Period, values: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        check_times(period, charger(**values), NOW)

    assert refused.value.field == field
    assert refused.value.status == 422


def test_the_quarter_hour_that_begins_now_is_not_past() -> None:
    check_times(hours(1), charger(), NOON)


def test_a_time_inside_one_opening_passes() -> None:
    check_open(hours(2), (hours(1, start=NOON - timedelta(hours=5)), hours(3)))


@pytest.mark.parametrize(
    "opened",
    [(), (hours(1),), (hours(1), hours(1, start=NOON + timedelta(hours=1.25)))],
)
def test_a_time_that_reaches_out_of_the_opening_is_refused(
    opened: tuple[Period, ...],
) -> None:
    with pytest.raises(BookingRefused, match="closed during part") as refused:
        check_open(hours(2), opened)

    assert refused.value.field == "starts_at"


def test_the_car_gets_what_both_sides_can() -> None:
    assert best_fit(charger(), car()).power_w == 11_000


def test_the_plug_that_gives_the_car_more_is_taken() -> None:
    fit = best_fit(charger(connectors=(TYPE_2, CCS)), car())

    assert fit.connector is CCS
    assert fit.power_w == 50_000


def test_without_a_car_the_strongest_plug_counts() -> None:
    assert best_fit(charger(connectors=(TYPE_2, CCS)), None).power_w == 50_000


@pytest.mark.parametrize(
    ("vehicle", "plugs"),
    [
        (car(standards=("CHADEMO",)), "CCS 2 and Type 2"),
        (car(standards=("IEC_62196_T2",), max_ac_w=0), "CCS 2 and Type 2"),
    ],
)
def test_a_car_without_a_fitting_plug_is_told_which_there_are(
    vehicle: object, plugs: str
) -> None:
    with pytest.raises(BookingRefused, match=plugs) as refused:
        best_fit(charger(connectors=(CCS, TYPE_2, CCS)), vehicle)  # type: ignore[arg-type]

    assert refused.value.field == "vehicle_id"


def test_a_charger_without_any_plug_fits_nobody() -> None:
    with pytest.raises(BookingRefused, match="This car does not fit"):
        best_fit(charger(connectors=()), None)


def test_a_taken_time_carries_the_nearest_free_ones() -> None:
    others = (hours(2, start=NOON + timedelta(hours=3)),)

    taken = TimeTaken(others)

    assert taken.status == 409
    assert taken.alternatives == others
    assert "nearest free" in taken.message
    assert "nothing as long" in TimeTaken(()).message


def test_replacing_the_car_changes_nothing_else() -> None:
    assert best_fit(charger(), replace(car(), battery_wh=1)) == best_fit(
        charger(), car()
    )
