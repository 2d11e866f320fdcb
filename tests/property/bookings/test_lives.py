"""Any sequence of wishes, cancellations, sessions and hours keeps every promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, update

from app.bookings import service
from app.bookings.domain import LIVE, State, effective_state
from app.bookings.models import BookingEventRow, BookingRow
from app.bookings.service import Asked, Booking
from app.chargers.models import EvseRow
from app.database import db, writing
from app.kernel.errors import DomainError
from app.kernel.period import Period
from app.kernel.slots import slots_of
from app.schedules.models import ClaimedSlotRow, ClaimRow
from tests.support.factories_bookings import NOON, hours
from tests.support.factories_chargers import make_charger
from tests.support.people import make_person

QUARTER = timedelta(minutes=15)
spans = st.builds(
    lambda first, length: hours(length / 4, start=NOON + first * QUARTER),
    st.integers(-4, 24),
    st.integers(1, 12),
)


@pytest.fixture
def world(app: Flask, now: datetime) -> Iterator[Flask]:
    """An application with a charger and two drivers."""
    with app.app_context():
        make_charger(make_person("Hanna", now=now), now=now)
        make_person("Dario", now=now)
        make_person("Nell", now=now)
        yield app


@contextmanager
def may_refuse(*statuses: int) -> Iterator[None]:
    """Let the product say no, but only in these ways."""
    try:
        yield
    except DomainError as refusal:
        if refusal.status not in statuses:
            raise


class Lives(RuleBasedStateMachine):
    """Two drivers, one charger, and a clock that only goes forward."""

    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self.context = self.app.app_context()
        self.context.push()
        with writing() as work:
            for table in (ClaimedSlotRow, ClaimRow, BookingEventRow, BookingRow):
                work.session.execute(delete(table))
        self.now = NOON - timedelta(hours=1)
        self.keys = 0
        self.ended: dict[int, State] = {}

    def teardown(self) -> None:
        """Let the context go."""
        db.session.remove()
        self.context.pop()

    @initialize(asks_first=st.booleans())
    def choose_mode(self, asks_first: bool) -> None:
        """The owner gives time at once, or answers each driver."""
        self._set_mode(asks_first)

    @rule(asks_first=st.booleans())
    def change_mode(self, asks_first: bool) -> None:
        """The owner thinks better of it; what was asked stays asked."""
        self._set_mode(asks_first)

    @rule(pick=st.integers(0, 20), user=st.sampled_from([1, 2, 3]), yes=st.booleans())
    def answer(self, pick: int, user: int, yes: bool) -> None:
        """Somebody answers a request, if it is theirs to answer and still can be."""
        booking = self._pick(pick)
        if booking is None:
            return
        with may_refuse(404, 409):
            if yes:
                service.accept(owner_id=user, code=booking.code, now=self.now)
            else:
                service.decline(
                    owner_id=user, code=booking.code, why="No.", now=self.now
                )
            assert user == 1

    @rule(driver=st.sampled_from([2, 3]), period=spans, hold=st.booleans())
    def wish(self, driver: int, period: Period, hold: bool) -> None:
        """Somebody wants a time, and gets it or a reason."""
        self.keys += 1
        wish = Asked(
            driver_id=driver,
            charger_id=1,
            period=period,
            vehicle_id=None,
            energy_cap_wh=None,
            idempotency_key=str(self.keys),
        )
        with may_refuse(409, 422):
            service.take(wish, self.now, hold=hold)

    @rule(pick=st.integers(0, 20), user=st.sampled_from([1, 2, 3]))
    def cancel(self, pick: int, user: int) -> None:
        """Somebody calls a booking off, if it is theirs and still can be."""
        booking = self._pick(pick)
        if booking:
            with may_refuse(404, 409):
                service.cancel(user_id=user, code=booking.code, now=self.now)

    @rule(pick=st.integers(0, 20))
    def confirm(self, pick: int) -> None:
        """A driver confirms a hold."""
        booking = self._pick(pick)
        if booking:
            with may_refuse(409):
                service.confirm(
                    driver_id=booking.driver_id, code=booking.code, now=self.now
                )

    @rule(pick=st.integers(0, 20), what=st.sampled_from(["note", "start", "end"]))
    def at_the_box(self, pick: int, what: str) -> None:
        """The box is asked to open, begins, or ends."""
        booking = self._pick(pick)
        if booking is None:
            return
        act = {
            "note": service.note_unlock_in,
            "start": service.mark_in_use_in,
            "end": service.complete_in,
        }[what]
        with may_refuse(409), writing() as work:
            act(work.session, booking_id=booking.id, now=self.now)

    @rule(minutes=st.integers(1, 60), ticks=st.booleans())
    def time_passes(self, minutes: int, ticks: bool) -> None:
        """The clock goes on, with or without its job."""
        self.now += timedelta(minutes=minutes)
        if ticks:
            service.tick(now=self.now)

    @invariant()
    def nothing_overlaps(self) -> None:
        """No two live bookings touch, turnaround included."""
        live = sorted(
            each.period
            for each in self._all()
            if effective_state(each, self.now) in LIVE - {State.HELD}
        )
        for one, other in zip(live, live[1:], strict=False):
            assert one.ends_at + timedelta(minutes=10) <= other.starts_at

    @invariant()
    def each_live_booking_has_exactly_its_slots(self) -> None:
        """A booking that stands owns its quarter hours; one that ended owns none."""
        for booking in self._all():
            claims = self._slots(booking.id)
            lapsed = effective_state(booking, self.now) is State.EXPIRED
            if lapsed and booking.state is not State.EXPIRED:
                continue
            expected: list[int] = []
            if booking.state in LIVE:
                covered = booking.period.widened(after_s=600)
                expected = list(slots_of(covered))
            assert claims == expected

    @invariant()
    def what_has_ended_stays_as_it_is(self) -> None:
        """Terminal states never change, and say who ended them."""
        for booking in self._all():
            if booking.state in LIVE:
                assert booking.id not in self.ended
                continue
            assert self.ended.setdefault(booking.id, booking.state) is booking.state
            assert booking.ended_by
            assert 0 <= booking.fee_minor <= booking.ceiling_minor

    def _set_mode(self, asks_first: bool) -> None:
        mode = "REQUEST" if asks_first else "INSTANT"
        with writing() as work:
            work.session.execute(update(EvseRow).values(booking_mode=mode))

    def _all(self) -> tuple[Booking, ...]:
        db.session.rollback()
        return service.bookings_of_owner(1)

    def _pick(self, number: int) -> Booking | None:
        found = self._all()
        return found[number % len(found)] if found else None

    def _slots(self, booking_id: int) -> list[int]:
        return list(
            db.session.scalars(
                select(ClaimedSlotRow.slot)
                .join(ClaimRow, ClaimRow.id == ClaimedSlotRow.claim_id)
                .where(ClaimRow.booking_id == booking_id, ClaimRow.is_active)
                .order_by(ClaimedSlotRow.slot)
            )
        )


def test_every_life_of_a_booking_keeps_its_promises(
    world: Flask,
) -> None:
    Lives.app = world

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Lives,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
