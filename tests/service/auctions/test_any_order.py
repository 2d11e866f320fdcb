"""Bids, purchases, decisions and a host's changes in any order keep every promise.

After each step: no quarter hour is sold twice, nobody pays more than he offered, the
reserve is respected, each start is decided once, and the log leads to the same state.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
from sqlalchemy import select

from app.auctions import service
from app.auctions.domain.rules import EXPOSURE_MINOR, OPEN_BIDS
from app.auctions.service import BidState, Standing
from app.auctions.service.terms import find_terms_in
from app.chargers import service as chargers
from app.database import db, writing
from app.kernel.errors import DomainError
from app.kernel.money import MILLI
from app.schedules import claims
from app.schedules import service as schedules
from app.schedules.domain import ALWAYS, OpeningException
from app.schedules.models import ClaimRow
from tests.support import databases
from tests.support.auction_promises import check_bid, check_log
from tests.support.factories_auctions import (
    EVENING,
    a_wish,
    all_bids,
    buy,
    decide,
    evening,
    make_auction,
    set_plan,
)
from tests.support.people import make_person

# Noon to midnight: six hours before the first start, so that gates come and go.
BEGIN = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
END = BEGIN + timedelta(hours=13)
starts = st.integers(0, 20).map(lambda half: 14 + half / 2)
lengths = st.sampled_from([0.5, 0.75, 1, 2, 3, 4])
amounts = st.integers(5, 900)
offers = st.tuples(st.integers(0, 5), starts, lengths, amounts)


def closed_at(hour: int) -> OpeningException:
    """Return an hour of that day in which the charger is closed."""
    return OpeningException(EVENING.date(), "CLOSED", hour * 60, hour * 60 + 60)


def empty() -> None:
    """Delete every row, so that each example begins alike."""
    with writing() as work:
        for table in reversed(db.metadata.sorted_tables):
            work.session.execute(table.delete())


class AnyOrder(RuleBasedStateMachine):
    """One charger, six drivers, and a clock that only goes forward."""

    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.context = self.app.app_context()
        self.context.push()
        empty()
        self.owner = make_person("Hanna", now=self.now)
        names = ("Dario", "Anna", "Bo", "Cem", "Dia", "Eva")
        self.drivers = [make_person(name, now=self.now) for name in names]
        self.charger = make_auction(self.owner, now=self.now, buffer_min=10)
        self.ended: dict[str, tuple[Any, ...]] = {}
        self.met: dict[str, int] = {}

    def attempt(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        """Carry a wish out; a refusal is an answer, too."""
        try:
            return use_case(*args, **kwargs)
        except DomainError:
            return None

    def a_bid(self, data: st.DataObject) -> service.BidView | None:
        waiting = [each for each in all_bids(self.charger) if each.is_pending]
        return data.draw(st.sampled_from(waiting)) if waiting else None

    @initialize(wishes=st.lists(offers, min_size=4, max_size=10))
    def many_bid(self, wishes: list[tuple[int, float, float, int]]) -> None:
        for wish in wishes:
            self.bid(wish)

    @rule(wishes=st.lists(offers, min_size=1, max_size=4))
    def some_bid(self, wishes: list[tuple[int, float, float, int]]) -> None:
        for wish in wishes:
            self.bid(wish)

    def bid(self, offer: tuple[int, float, float, int]) -> None:
        who, start, length, maximum = offer
        wish = a_wish(
            self.drivers[who],
            self.charger,
            period=evening(start, start + length),
            maximum_minor=maximum,
        )
        self.attempt(service.place, wish, self.now)

    @rule(data=st.data(), maximum=amounts)
    def change(self, data: st.DataObject, maximum: int) -> None:
        bid = self.a_bid(data)
        if bid is None:
            return
        was_leading, grace = bid.standing is Standing.LEADING, bid.grace_until
        is_raise = maximum > bid.maximum_minor
        self.attempt(
            service.raise_bid if is_raise else service.lower_bid,
            bidder_id=bid.bidder_id,
            code=bid.code,
            maximum_minor=maximum,
            now=self.now,
        )
        if was_leading and self.now >= grace and not is_raise:
            same = service.bid_for(bid.bidder_id, bid.code)
            assert same.maximum_minor == bid.maximum_minor

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        bid = self.a_bid(data)
        if bid:
            done = self.attempt(
                service.withdraw, bidder_id=bid.bidder_id, code=bid.code, now=self.now
            )
            is_bound = bid.standing is Standing.LEADING and self.now >= bid.grace_until
            assert not (done and is_bound)

    @rule(start=starts, length=lengths)
    def buy(self, start: float, length: float) -> None:
        period = evening(start, start + length)
        if period.starts_at <= self.now:
            return
        quoted = self.attempt(service.quote, self.charger, period, self.now)
        if quoted is None:
            return
        try:
            paid = buy(self.charger, period, now=self.now)
        except claims.SlotTaken:
            assert not quoted.is_free
            return
        assert sum(paid) >= quoted.reserve_minor * MILLI - MILLI
        assert paid == quoted.book_now_slots_milli

    @rule(minutes=st.sampled_from([1, 4, 15, 60, 120, 180]), is_whole=st.booleans())
    def wait_and_tick(self, minutes: int, is_whole: bool) -> None:
        """Deciding alone must be right, too: the rest of the tick may have failed."""
        self.now += timedelta(minutes=minutes)
        if is_whole:
            service.tick(now=self.now)
        decide(now=self.now)

    @rule(minutes=st.sampled_from([3, 30]))
    def wait_without_a_tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data())
    def decide_but_fail_to_pay(self, data: st.DataObject) -> None:
        bid = self.a_bid(data)
        decide(now=self.now, refuse=[bid.code] if bid else [])

    @rule(reserve=st.sampled_from([0, 20_000, 40_000, 90_000]))
    def change_the_reserve(self, reserve: int) -> None:
        set_plan(self.charger, now=self.now, reserve=reserve)
        service.drop_unavailable(charger_id=self.charger.id, now=self.now)

    @rule(hour=st.sampled_from([None, 15, 23]))
    def change_the_hours(self, hour: int | None) -> None:
        closed = () if hour is None else (closed_at(hour),)
        self.reopen(closed)

    def reopen(self, exceptions: tuple[OpeningException, ...]) -> None:
        with writing() as work:
            chargers.lock_in(work.session, self.charger.id)
            schedules.set_opening_in(
                work.session,
                evse_id=self.charger.id,
                rules=ALWAYS,
                exceptions=exceptions,
            )
            service.drop_unavailable_in(work, charger_id=self.charger.id, now=self.now)

    @rule(data=st.data())
    def give_time_back(self, data: st.DataObject) -> None:
        """Bookings end in many ways of which no order book hears."""
        with writing() as work:
            active = select(ClaimRow.id).where(ClaimRow.is_active).order_by(ClaimRow.id)
            claim_ids = work.session.scalars(active).all()
            if claim_ids:
                one = data.draw(st.sampled_from(claim_ids))
                claims.release_claim_in(work.session, claim_id=one)

    @rule(hour=st.integers(15, 22))
    def keep_an_hour(self, hour: int) -> None:
        """The host takes time for himself, whoever bids for it."""
        period = evening(hour, hour + 1)
        if period.starts_at > self.now:
            with contextlib.suppress(claims.SlotTaken):
                schedules.add_owner_use(
                    owner_id=self.owner.id,
                    charger_id=self.charger.id,
                    period=period,
                    now=self.now,
                )

    @invariant()
    def every_promise_is_kept(self) -> None:
        bids = all_bids(self.charger)
        check_log(self.charger, bids)
        for bid in bids:
            check_bid(bid)
            self.check_end(bid)
            self.check_reserve(bid)
        self.check_limits([each for each in bids if each.is_pending])

    def check_end(self, bid: service.BidView) -> None:
        """What has ended never changes again."""
        if not bid.is_pending:
            end = (bid.state, bid.paid_milli, bid.why, bid.decided_at)
            assert self.ended.setdefault(bid.code, end) == end

    def check_reserve(self, bid: service.BidView) -> None:
        """The reserve that a bid has met does not rise while the bid waits."""
        if bid.state is not BidState.PENDING or bid.standing is Standing.ALERT:
            return
        terms = find_terms_in(db.session(), self.charger.id)
        assert terms is not None
        sold = range(bid.first_slot, bid.end_slot)
        reserve = sum(terms.reserve_in(db.session(), sold))
        lowest = self.met.get(bid.code, reserve)
        assert reserve <= lowest
        self.met[bid.code] = reserve

    def check_limits(self, waiting: list[service.BidView]) -> None:
        for driver in self.drivers:
            mine = [each for each in waiting if each.bidder_id == driver.id]
            assert len(mine) <= OPEN_BIDS
            assert sum(each.maximum_minor for each in mine) <= EXPOSURE_MINOR

    def teardown(self) -> None:
        """In the end, every bid is decided, and the log still says the same."""
        try:
            while self.now < END:
                self.wait_and_tick(45, True)
            assert not any(each.is_pending for each in all_bids(self.charger))
            self.every_promise_is_kept()
        finally:
            db.session.remove()
            self.context.pop()


@pytest.fixture
def hermetic(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on SQLite, to be emptied before each run."""
    target = tmp_path / "any-order.db"
    shutil.copyfile(sqlite_template, target)
    app = databases.build_app(databases.settings_for(f"sqlite:///{target}", tmp_path))
    databases.hurry(app)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_no_order_of_events_breaks_a_promise(hermetic: Flask) -> None:
    machine = type("Machine", (AnyOrder,), {"app": hermetic})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
