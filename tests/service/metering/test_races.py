"""Many taps at the same instant on one lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from app.database import db
from app.metering import service as metering
from app.metering.models import SessionRow
from app.metering.service import Asked
from tests.support.plugs import Plug

TAPS = 8


def test_eight_taps_at_once_begin_one_session_with_one_command(plug: Plug) -> None:
    together = Barrier(TAPS)

    def tap(_: int) -> Asked:
        with plug.app.app_context():
            together.wait(60)
            try:
                return metering.unlock(
                    user_id=plug.driver.id, code=plug.charger.code, now=plug.now
                )
            finally:
                db.session.remove()

    with ThreadPoolExecutor(TAPS) as taps:
        asked = set(taps.map(tap, range(TAPS)))

    db.session.rollback()
    assert len(asked) == 1
    assert len(plug.orders("unlock")) == 1
    assert db.session.scalar(select(func.count()).select_from(SessionRow)) == 1


def test_the_same_records_told_by_many_workers_are_billed_once(plug: Plug) -> None:
    asked = plug.opens()
    events = plug.app.extensions["plugbid_events"]
    listeners = dict(events._listeners)
    events._listeners.clear()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012)
    events._listeners.update(listeners)
    together = Barrier(TAPS)

    def catch_up(_: int) -> int:
        with plug.app.app_context():
            together.wait(60)
            try:
                return metering.catch_up(device_id=plug.box.id, now=plug.now)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(TAPS) as workers:
        changed = list(workers.map(catch_up, range(TAPS)))

    db.session.rollback()
    assert sum(changed) == 1
    cdr = metering.find_cdr(plug.booking.id)
    assert cdr is not None
    assert cdr.energy_wh == 5_000
