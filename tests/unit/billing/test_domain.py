"""Sums of income and receipts read back from what was sealed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app.billing.domain import Earned, Sums, income, receipt_from
from app.metering.domain.cdr import seal
from app.metering.domain.flow import Flow, fold
from tests.support.factories_metering import (
    STARTED_AT,
    make_parties,
    make_promise,
    mark,
    meter,
)

# 01:30 in Berlin: the day before is already yesterday there, but not in UTC.
NIGHT = datetime(2026, 6, 10, 23, 30, tzinfo=UTC)


def earned(**overrides: Any) -> Earned:
    values: dict[str, Any] = {
        "booking_code": "AAAABBBBCC",
        "session_code": "S7K2Q9M4",
        "charger_id": 1,
        "charger_name": "Hanna's driveway",
        "driver_name": "Dario",
        "time_zone": "Europe/Berlin",
        "ended_at": NIGHT,
        "energy_wh": 10_000,
        "total_minor": 590,
        "currency": "EUR",
        **overrides,
    }
    return Earned(**values)


def content(**overrides: Any) -> tuple[dict[str, Any], str]:
    flow = fold(
        Flow(code="S7K2Q9M4"),
        [
            mark(1, "start", code="S7K2Q9M4", wh=38_012),
            meter(2, 43_012, at_s=1800),
            mark(3, "stop", code="S7K2Q9M4", wh=48_012, why="DRIVER", at_s=3600),
        ],
    )
    sealed = seal(
        flow,
        promise=make_promise(**overrides),
        parties=make_parties(),
        device_id="pb-1",
        now=STARTED_AT,
    )
    # What a database gives back has been JSON in between.
    return json.loads(json.dumps(sealed.content)), sealed.sha256


def test_an_owner_without_sessions_has_earned_nothing_in_his_currency() -> None:
    summed = income((), currency="EUR", now=NIGHT)

    assert summed.sums == (Sums(currency="EUR"),)
    assert summed.sessions == ()


def test_today_is_the_chargers_own_day() -> None:
    this_night = earned(ended_at=NIGHT - timedelta(hours=1))
    yesterday = earned(ended_at=NIGHT - timedelta(hours=2), total_minor=100)

    summed = income((this_night, yesterday), currency="EUR", now=NIGHT)

    assert summed.sums[0].today_minor == 590
    assert summed.sums[0].week_minor == 690


def test_weeks_and_months_count_back_from_now() -> None:
    sessions = (
        earned(ended_at=NIGHT - timedelta(days=6), total_minor=1),
        earned(ended_at=NIGHT - timedelta(days=7), total_minor=10),
        earned(ended_at=NIGHT - timedelta(days=29), total_minor=100),
        earned(ended_at=NIGHT - timedelta(days=30), total_minor=1000),
    )

    (summed,) = income(sessions, currency="EUR", now=NIGHT).sums

    assert summed.week_minor == 1
    assert summed.month_minor == 111
    assert summed.total_minor == 1111
    assert summed.month_sessions == 3
    assert summed.month_energy_wh == 30_000


def test_currencies_are_never_added_together() -> None:
    sessions = (earned(), earned(currency="USD", total_minor=900))

    summed = income(sessions, currency="EUR", now=NIGHT)

    assert [(each.currency, each.total_minor) for each in summed.sums] == [
        ("USD", 900),
        ("EUR", 590),
    ]


def test_a_receipt_reads_back_what_was_sealed() -> None:
    sealed, sha256 = content()

    receipt = receipt_from(sealed, sha256)

    assert receipt.is_genuine
    assert receipt.seller == "Hanna"
    assert (receipt.meter_start_wh, receipt.meter_stop_wh) == (38_012, 48_012)
    assert [line.title for line in receipt.lines] == ["Time on the charger", "Energy"]
    assert sum(line.amount_minor for line in receipt.lines) == receipt.total_minor
    assert receipt.started_at == STARTED_AT
    assert len(receipt.gaps) == 2
    assert not receipt.ended_silently


def test_one_changed_cent_is_noticed() -> None:
    sealed, sha256 = content()

    receipt = receipt_from({**sealed, "total_minor": 589}, sha256)

    assert not receipt.is_genuine


def test_lines_that_nobody_has_named_yet_still_print() -> None:
    sealed, sha256 = content(ceiling_minor=100)
    sealed["lines"].append({"kind": "PARKING", "text": "x", "amount_minor": 0})

    receipt = receipt_from(sealed, sha256)

    assert [line.title for line in receipt.lines][-2:] == [
        "Promised ceiling",
        "Parking",
    ]


def test_an_end_that_no_box_told_is_marked() -> None:
    sealed, sha256 = content()
    sealed["session"]["stop_reason"] = "SILENT"

    assert receipt_from(sealed, sha256).ended_silently
