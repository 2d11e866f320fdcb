"""What sessions cost and what is sealed."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from app.metering.domain.cdr import (
    NotOver,
    canonical,
    cost_of,
    fingerprint,
    percent_of_ceiling,
    seal,
)
from app.metering.domain.flow import COMPLETED, Flow, fold
from tests.support.factories_metering import (
    STARTED_AT,
    make_parties,
    make_promise,
    mark,
    meter,
)

CODE = "S7K2Q9M4"
NOW = STARTED_AT + timedelta(hours=2)


def ended_after(energy_wh: int) -> Flow:
    return fold(
        Flow(code=CODE),
        [
            mark(1, "start", code=CODE, wh=38_012),
            meter(2, 38_012 + energy_wh // 2, at_s=1800),
            mark(3, "stop", code=CODE, wh=38_012 + energy_wh, why="DRIVER", at_s=3600),
        ],
    )


def test_booked_time_and_metered_energy_are_billed() -> None:
    cost = cost_of(make_promise(), 10_000)

    assert cost.total_minor == 200 + 390
    assert [line["kind"] for line in cost.lines] == ["TIME", "ENERGY"]
    assert cost.billed_wh == 10_000


def test_under_a_hundred_watt_hours_nothing_is_billed() -> None:
    promise = make_promise()

    assert cost_of(promise, 99).total_minor == 0
    assert cost_of(promise, 99).lines == ()
    assert cost_of(promise, 100).total_minor == 204


def test_energy_above_the_cap_is_not_billed() -> None:
    cost = cost_of(make_promise(energy_cap_wh=22_000), 22_400)

    assert cost.billed_wh == 22_000
    assert cost.total_minor == 1058


def test_a_bill_above_the_ceiling_is_cut_with_a_line_that_says_so() -> None:
    cost = cost_of(make_promise(ceiling_minor=500), 10_000)

    assert cost.total_minor == 500
    assert cost.lines[-1]["kind"] == "CEILING"
    assert cost.lines[-1]["amount_minor"] == -90


def test_the_sealed_record_holds_what_the_receipt_prints() -> None:
    sealed = seal(
        ended_after(10_000),
        promise=make_promise(),
        parties=make_parties(),
        device_id="pb-1",
        now=NOW,
    )

    assert sealed.total_minor == 590
    assert sealed.energy_wh == 10_000
    assert (sealed.meter_start_wh, sealed.meter_stop_wh) == (38_012, 48_012)
    assert sealed.content["seller"] == "Hanna"
    assert sealed.content["total_minor"] == 590
    assert sealed.content["ceiling_minor"] == 1058
    assert sealed.content["session"] == {
        "code": CODE,
        "started_at": "2026-06-10T10:00:00Z",
        "ended_at": "2026-06-10T11:00:00Z",
        "stop_reason": "DRIVER",
        "ended_because": "The driver stopped charging.",
    }
    assert sealed.content["meter"] == {
        "metrology_class": "INDICATIVE",
        "is_known": True,
        "start_wh": 38_012,
        "stop_wh": 48_012,
        "last_reading_at": "2026-06-10T11:00:00Z",
        "gaps": [
            ["2026-06-10T10:00:00Z", "2026-06-10T10:30:00Z"],
            ["2026-06-10T10:30:00Z", "2026-06-10T11:00:00Z"],
        ],
    }
    assert sealed.sha256 == fingerprint(sealed.content)


def test_one_changed_watt_hour_changes_the_hash() -> None:
    sealed = seal(
        ended_after(10_000),
        promise=make_promise(),
        parties=make_parties(),
        device_id="pb-1",
        now=NOW,
    )

    assert fingerprint({**sealed.content, "energy_wh": 10_001}) != sealed.sha256


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": [1, 2], "a": "ü"}) == canonical({"a": "ü", "b": [1, 2]})


def test_a_session_without_energy_is_sealed_at_nothing() -> None:
    sealed = seal(
        ended_after(40),
        promise=make_promise(),
        parties=make_parties(),
        device_id="pb-1",
        now=NOW,
    )

    assert sealed.total_minor == 0
    assert sealed.content["is_free"] is True
    assert sealed.content["lines"] == []


def test_a_session_whose_box_never_reported_is_sealed_at_nothing() -> None:
    flow = Flow(code=CODE, status=COMPLETED, ended_at=NOW)

    sealed = seal(
        flow,
        promise=make_promise(),
        parties=make_parties(),
        device_id="pb-1",
        now=NOW,
    )

    assert sealed.total_minor == 0
    assert sealed.started_at == sealed.ended_at == NOW
    assert sealed.content["meter"] == {
        "metrology_class": "INDICATIVE",
        "is_known": False,
        "start_wh": 0,
        "stop_wh": 0,
        "last_reading_at": "2026-06-10T12:00:00Z",
        "gaps": [],
    }
    assert sealed.content["session"] == {
        "code": CODE,
        "started_at": "2026-06-10T12:00:00Z",
        "ended_at": "2026-06-10T12:00:00Z",
        "stop_reason": "LOST",
        "ended_because": "The box did not report the end; its last reading counts.",
    }


@pytest.mark.parametrize("status", ["PENDING", "ACTIVE"])
def test_a_session_under_way_cannot_be_sealed(status: str) -> None:
    flow = dataclasses.replace(ended_after(500), status=status)

    with pytest.raises(NotOver):
        seal(
            flow,
            promise=make_promise(),
            parties=make_parties(),
            device_id="pb-1",
            now=NOW,
        )


def test_a_session_without_an_end_cannot_be_sealed() -> None:
    flow = dataclasses.replace(ended_after(500), ended_at=None)

    with pytest.raises(NotOver):
        seal(
            flow,
            promise=make_promise(),
            parties=make_parties(),
            device_id="pb-1",
            now=NOW,
        )


def test_the_share_of_the_ceiling_stays_between_nothing_and_all() -> None:
    assert percent_of_ceiling(0, 1000) == 0
    assert percent_of_ceiling(1500, 1000) == 100
    assert percent_of_ceiling(5, 0) == 0
