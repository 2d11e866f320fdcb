"""Whatever order and whatever junk records arrive in, nobody pays too much."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.kernel.period import Period
from app.metering.domain.cdr import Promise, cost_of
from app.metering.domain.flow import COMPLETED, Flow, fold
from app.pricing.domain import Tariff, quote
from tests.support.factories_metering import STARTED_AT, Record, event, mark, meter

CODE = "S7K2Q9M4"

registers = st.integers(min_value=0, max_value=200_000)
sequences = st.integers(min_value=1, max_value=60)
records = st.one_of(
    st.builds(
        lambda seq, wh, s: meter(seq, wh, at_s=s), sequences, registers, registers
    ),
    st.builds(event, sequences),
    st.builds(
        lambda seq, name, code, wh: mark(seq, name, code=code, wh=wh),
        sequences,
        st.sampled_from(["start", "stop"]),
        st.sampled_from([CODE, "OTHER"]),
        registers,
    ),
)


def in_order(found: list[Record]) -> list[Record]:
    return sorted({record.seq: record for record in found}.values(), key=_seq)


def _seq(record: Record) -> int:
    return record.seq


@given(st.lists(records, max_size=40))
def test_energy_is_never_negative_and_never_falls(found: list[Record]) -> None:
    flow = Flow(code=CODE)
    seen = [0]

    for record in in_order(found):
        flow = fold(flow, [record])
        seen.append(flow.energy_wh)

    assert seen == sorted(seen)


@given(st.lists(records, max_size=40), st.data())
def test_any_split_with_any_repetition_gives_the_same_session(
    found: list[Record], data: st.DataObject
) -> None:
    journal = in_order(found)
    whole = fold(Flow(code=CODE), journal)
    cut = data.draw(st.integers(min_value=0, max_value=len(journal)))
    back = data.draw(st.integers(min_value=0, max_value=cut))

    first = fold(Flow(code=CODE), journal[:cut])
    second = fold(first, journal[back:])

    assert second == whole


@given(st.lists(records, max_size=40))
def test_the_end_is_the_end(found: list[Record]) -> None:
    flow = fold(Flow(code=CODE), in_order(found))

    later = fold(flow, [meter(99, 10**6), mark(100, "stop", code=CODE, wh=10**6)])

    if flow.status == COMPLETED:
        assert later == flow


@given(
    st.integers(min_value=0, max_value=100_000_000),
    st.integers(min_value=0, max_value=100_000_000),
    st.integers(min_value=1, max_value=48),
    st.integers(min_value=1, max_value=350_000),
    st.integers(min_value=0, max_value=10**7),
)
def test_the_bill_never_exceeds_the_promise(
    energy_milli: int, time_milli: int, quarters: int, power_w: int, energy_wh: int
) -> None:
    tariff = Tariff(
        currency="EUR",
        energy_milli_per_kwh=energy_milli,
        time_milli_per_hour=time_milli,
    )
    booked = Period(STARTED_AT, STARTED_AT + timedelta(minutes=15 * quarters))
    promised = quote(tariff, booked, power_w)
    promise = Promise(
        tariff=tariff,
        booked=booked,
        energy_cap_wh=promised.energy_cap_wh,
        ceiling_minor=promised.total_minor,
    )

    cost = cost_of(promise, energy_wh)

    assert 0 <= cost.total_minor <= promised.total_minor
    assert sum(int(str(line["amount_minor"])) for line in cost.lines) == (
        cost.total_minor
    )
    assert not any(line["kind"] == "CEILING" for line in cost.lines)
