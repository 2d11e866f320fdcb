"""No overlap, ever: random sequences, sixteen threads, and a control without guard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.period import Period
from app.kernel.slots import slots_of
from app.schedules import claims
from app.schedules.claims import SlotTaken
from app.schedules.models import ClaimRow
from tests.support.claims import active_claims, overlaps, slots_taken
from tests.support.factories_chargers import make_charger

START = datetime(2026, 6, 11, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
THREADS = 16


@dataclass(frozen=True)
class Step:
    """One thing somebody does: claim, hold, give back; then time passes."""

    what: str
    first: int
    length: int
    buffer_min: int
    passes_min: int


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(("claim", "claim", "hold", "release")),
        st.integers(0, 30),
        st.integers(1, 8),
        st.sampled_from((0, 10, 15, 20)),
        st.sampled_from((0, 1, 7, 15)),
    ),
    min_size=1,
    max_size=25,
)


def span(first: int, length: int) -> Period:
    return Period(START + first * QUARTER, START + (first + length) * QUARTER)


def take(
    charger: Charger,
    period: Period,
    now: datetime,
    *,
    buffer_min: int = 0,
    hold: bool = False,
) -> int:
    with writing() as work:
        return claims.claim_in(
            work.session,
            evse_id=charger.id,
            period=period,
            buffer_min=buffer_min,
            kind="HOLD" if hold else "MAINTENANCE",
            expires_at=now + QUARTER if hold else None,
            now=now,
        )


class Model:
    """The slow truth: which claim has which slots, and when holds end."""

    def __init__(self) -> None:
        self.slots: dict[int, set[int]] = {}
        self.expires_at: dict[int, datetime] = {}

    def retire(self, now: datetime) -> None:
        for claim_id in [key for key, at in self.expires_at.items() if at <= now]:
            self.forget(claim_id)

    def forget(self, claim_id: int) -> None:
        self.slots.pop(claim_id, None)
        self.expires_at.pop(claim_id, None)

    def taken(self) -> set[int]:
        return set().union(*self.slots.values())


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sequence=steps)
def test_a_claim_succeeds_exactly_when_its_time_is_free(
    in_app: Flask, hanna: Person, now: datetime, sequence: list[Step]
) -> None:
    charger = make_charger(hanna, now=now, tariff=None, rules=())
    model = Model()
    for step in sequence:
        now += timedelta(minutes=step.passes_min)
        if step.what == "release":
            _release_one(model, step.first)
            continue
        model.retire(now)
        _claim_or_be_refused(model, charger, step, now)

        assert set(slots_taken(charger.id)) == model.taken()
        assert overlaps(active_claims(charger.id)) == 0


def _release_one(model: Model, index: int) -> None:
    if not model.slots:
        return
    claim_id = sorted(model.slots)[index % len(model.slots)]
    with writing() as work:
        claims.release_claim_in(work.session, claim_id=claim_id)
    model.forget(claim_id)


def _claim_or_be_refused(
    model: Model, charger: Charger, step: Step, now: datetime
) -> None:
    hold = step.what == "hold"
    covered = step.length + -(-step.buffer_min // 15)
    wanted = set(slots_of(span(step.first, covered)))
    try:
        claim_id = take(
            charger,
            span(step.first, step.length),
            now,
            buffer_min=step.buffer_min,
            hold=hold,
        )
    except SlotTaken:
        assert wanted & model.taken(), "refused although the time was free"
        # The refusal rolled back, so holds it would have retired are still stored.
        with writing() as work:
            claims.retire_expired_in(work.session, evse_id=charger.id, now=now)
        return
    assert not wanted & model.taken(), "granted although the time was taken"
    model.slots[claim_id] = wanted
    if hold:
        model.expires_at[claim_id] = now + QUARTER


def race(app: Flask, attempt: Callable[[Random], bool], rounds: int) -> int:
    """Let sixteen threads attempt at the same instant; return how many succeeded."""
    gate = threading.Barrier(THREADS)

    def run(seed: int) -> int:
        random = Random(seed)  # noqa: S311
        wins = 0
        for _ in range(rounds):
            gate.wait(timeout=60)
            with app.app_context():
                wins += attempt(random)
        return wins

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(run, range(THREADS)))


@pytest.mark.parametrize("looks_before", [True, False])
def test_sixteen_threads_never_get_overlapping_time(
    in_app: Flask,
    hanna: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    looks_before: bool,
) -> None:
    charger = make_charger(hanna, now=now)
    if not looks_before:
        # Every attempt then meets the primary key, which must neither fail nor
        # make two transactions wait for each other.
        monkeypatch.setattr(claims, "_is_any_taken", lambda *_: False)

    def attempt(random: Random) -> bool:
        try:
            take(
                charger,
                span(random.randrange(80), random.randint(1, 6)),
                now,
                buffer_min=random.choice((0, 10)),
            )
        except SlotTaken:
            return False
        return True

    wins = race(in_app, attempt, rounds=12)

    taken = active_claims(charger.id)
    assert overlaps(taken) == 0
    assert len(taken) == wins > 0
    assert slots_taken(charger.id) == [s for each in taken for s in slots_of(each)]


def test_of_sixteen_identical_wishes_exactly_one_is_granted(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    rounds = 8

    wins = 0
    for index in range(rounds):
        wins += race(
            in_app, lambda _, at=index: _granted(charger, span(at, 1), now), rounds=1
        )

    assert wins == rounds
    assert active_claims(charger.id) == [span(index, 1) for index in range(rounds)]


def _granted(charger: Charger, period: Period, now: datetime) -> bool:
    try:
        take(charger, period, now)
    except SlotTaken:
        return False
    return True


def test_the_control_without_the_guard_does_double_book(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    def look_then_insert(random: Random) -> bool:
        period = span(random.randrange(80), random.randint(1, 6))
        clash = db.session.scalar(
            select(ClaimRow.id).where(
                ClaimRow.evse_id == charger.id,
                ClaimRow.starts_at < period.ends_at,
                ClaimRow.ends_at > period.starts_at,
            )
        )
        db.session.rollback()
        if clash is not None:
            return False
        with writing() as work:
            work.session.execute(
                insert(ClaimRow).values(
                    evse_id=charger.id,
                    starts_at=period.starts_at,
                    ends_at=period.ends_at,
                    kind="MAINTENANCE",
                    is_active=True,
                )
            )
        return True

    for _ in range(20):
        race(in_app, look_then_insert, rounds=4)
        if overlaps(active_claims(charger.id)):
            break

    assert overlaps(active_claims(charger.id)) > 0
