"""Sessions derived from journals: what counts, what does not, and what ends them."""

from __future__ import annotations

from datetime import timedelta

from app.metering.domain.flow import (
    ACTIVE,
    COMPLETED,
    INVALID,
    PENDING,
    Flow,
    end,
    fold,
    when,
)
from tests.support.factories_metering import (
    JOURNAL,
    STARTED_AT,
    event,
    mark,
    meter,
)

CODE = "S7K2Q9M4"


def test_a_session_starts_with_its_own_start_record() -> None:
    records = [meter(1, 900), event(2), mark(3, "start", code=CODE, wh=1000)]

    flow = fold(Flow(code=CODE), records)

    assert flow.status == ACTIVE
    assert flow.started_at == STARTED_AT
    assert flow.meter_start_wh == 1000
    assert flow.energy_wh == 0
    assert (flow.journal_id, flow.last_seq) == (JOURNAL, 3)


def test_another_sessions_records_start_nothing() -> None:
    records = [mark(1, "start", code="OTHER", wh=1000), meter(2, 1500)]

    assert fold(Flow(code=CODE), records) == Flow(code=CODE)


def test_energy_is_the_difference_of_registers() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1400, at_s=60),
        event(3),
        meter(4, 1900, at_s=120, power_w=10500),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.energy_wh == 900
    assert flow.power_w == 10500
    assert flow.last_reading_at == STARTED_AT + timedelta(seconds=120)


def test_readings_outside_start_and_stop_are_not_billed() -> None:
    records = [
        meter(1, 400),
        mark(2, "start", code=CODE, wh=1000),
        meter(3, 1500, at_s=60),
        mark(4, "stop", code=CODE, wh=1600, why="DRIVER", at_s=90),
        meter(5, 9000, at_s=120),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.status == COMPLETED
    assert flow.energy_wh == 600
    assert flow.stop_reason == "DRIVER"
    assert flow.ended_at == STARTED_AT + timedelta(seconds=90)
    assert flow.power_w == 0
    assert flow.last_seq == 4


def test_a_replay_changes_nothing() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1400, at_s=60),
        meter(3, 1900, at_s=120),
    ]
    once = fold(Flow(code=CODE), records)

    assert fold(once, records) == once
    assert fold(once, records[:2]) == once


def test_records_of_another_journal_are_left_alone() -> None:
    flow = fold(Flow(code=CODE), [mark(1, "start", code=CODE, wh=1000)])

    assert fold(flow, [meter(2, 5000, journal=JOURNAL + 1)]) == flow


def test_a_register_that_runs_back_is_ignored() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1800, at_s=60),
        meter(3, 5, at_s=120, power_w=1),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.energy_wh == 800
    assert flow.last_seq == 3
    assert flow.last_reading_at == STARTED_AT + timedelta(seconds=60)


def test_a_stop_with_a_lower_register_keeps_the_last_good_one() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1800, at_s=60),
        mark(3, "stop", code=CODE, wh=7, why="FAULT", at_s=90),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.status == COMPLETED
    assert flow.energy_wh == 800


def test_missing_readings_leave_a_gap_but_no_energy_behind() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1100, at_s=60),
        meter(40, 6100, at_s=1860),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.energy_wh == 5100
    assert flow.gaps == (
        (
            STARTED_AT + timedelta(seconds=60),
            STARTED_AT + timedelta(seconds=1860),
        ),
    )


def test_another_sessions_start_ends_one_whose_stop_was_lost() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1400, at_s=60),
        mark(9, "start", code="OTHER", wh=2000, at_s=300),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.status == COMPLETED
    assert flow.stop_reason == "LOST"
    assert flow.energy_wh == 400


def test_a_second_start_of_the_same_session_resets_nothing() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000),
        meter(2, 1400, at_s=60),
        mark(3, "start", code=CODE, wh=1400, at_s=90),
        mark(4, "stop", code="OTHER", wh=1400, at_s=90),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.status == ACTIVE
    assert flow.meter_start_wh == 1000


def test_a_stop_without_a_reason_or_a_register_still_ends_the_session() -> None:
    stop = mark(2, "stop", code=CODE, wh=0, at_s=30)
    records = [mark(1, "start", code=CODE, wh=1000), stop]

    flow = fold(Flow(code=CODE), records)

    assert flow.status == COMPLETED
    assert flow.stop_reason == "LOST"
    assert flow.energy_wh == 0


def test_a_session_believed_dead_lives_when_the_box_did_start_it() -> None:
    believed_dead = Flow(code=CODE, status=INVALID, stop_reason="expired")

    flow = fold(believed_dead, [mark(1, "start", code=CODE, wh=1000)])

    assert flow.status == ACTIVE
    assert flow.stop_reason is None


def test_an_ended_session_never_changes() -> None:
    flow = end(Flow(code=CODE), at=STARTED_AT, why="SILENT")

    assert flow.is_over
    assert fold(flow, [mark(1, "start", code=CODE, wh=1000)]) == flow


def test_energy_is_zero_before_any_register_is_known() -> None:
    flow = Flow(code=CODE)

    assert flow.energy_wh == 0
    assert flow.status == PENDING
    assert not flow.is_over


def test_a_session_never_ends_before_it_started() -> None:
    records = [
        mark(1, "start", code=CODE, wh=1000, at_s=100),
        mark(2, "stop", code=CODE, wh=1000, why="DRIVER", at_s=40),
    ]

    flow = fold(Flow(code=CODE), records)

    assert flow.ended_at == flow.started_at


def test_an_unset_clock_is_not_believed() -> None:
    record = meter(1, 1000, at_s=50, quality=0)

    assert when(record) == record.received_at


def test_a_clock_that_runs_ahead_is_held_back_to_the_arrival() -> None:
    record = meter(1, 1000, at_s=50)
    ahead = meter(1, 1000, at_s=50)
    object.__setattr__(ahead, "taken_at", record.received_at + timedelta(hours=1))

    assert when(record) == record.taken_at
    assert when(ahead) == record.received_at


def test_a_reading_without_a_register_is_passed_over() -> None:
    broken = meter(2, 0, at_s=60)
    object.__setattr__(broken, "energy_wh", None)

    flow = fold(Flow(code=CODE), [mark(1, "start", code=CODE, wh=1000), broken])

    assert flow.energy_wh == 0
    assert flow.last_seq == 2


def test_the_first_reading_counts_where_no_earlier_one_is_known() -> None:
    flow = Flow(code=CODE, status=ACTIVE, meter_start_wh=10, journal_id=JOURNAL)

    later = fold(flow, [meter(5, 30)])

    assert later.meter_stop_wh == 30
    assert later.last_reading_at == STARTED_AT
    assert later.gaps == ()


def test_a_plug_put_back_unused_is_a_false_start() -> None:
    start = mark(1, "start", code=CODE, wh=1000)

    returned = fold(
        Flow(code=CODE), [start, mark(2, "stop", code=CODE, wh=1099, why="RETURNED")]
    )
    charged = fold(
        Flow(code=CODE), [start, mark(2, "stop", code=CODE, wh=1100, why="RETURNED")]
    )
    idle = fold(
        Flow(code=CODE), [start, mark(2, "stop", code=CODE, wh=1000, why="NO_ENERGY")]
    )

    assert returned.is_false_start
    assert not charged.is_false_start
    assert not idle.is_false_start
