"""One session or booking that fails must not hold up the others."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.domain import State
from app.bookings.service import changing
from app.metering import service as metering
from app.metering.service import clockwork
from tests.support.factories_bookings import NOON, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.plugs import Plug, make_plug


def test_a_broken_session_does_not_keep_the_next_one_open(
    in_app: Flask,
    plug: Plug,
    hanna: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    plug.opens()
    other = make_plug(in_app, hanna, nell, now=now)
    asked = other.opens()
    other.after(online=False, minutes=2)
    other.tells_state(sid=asked.session_code, pwr="CLOSED")
    advance = clockwork.advance

    def fail_for_broken(*, session_id: int, now: datetime) -> bool:
        if session_id == 1:
            raise ValueError("This row cannot be understood.")
        return advance(session_id=session_id, now=now)

    monkeypatch.setattr(clockwork, "advance", fail_for_broken)

    with caplog.at_level(logging.ERROR):
        changed = metering.tick(now=other.now)

    assert changed == 1
    assert len(other.orders("lease")) == 1
    assert "cannot be understood" in caplog.text


def test_a_broken_booking_does_not_keep_the_next_one_waiting(
    in_app: Flask,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = make_booking(dario, make_charger(hanna, now=now), now=now)
    other = make_booking(nell, make_charger(hanna, now=now), now=now)
    release_in = changing.claims.release_in

    def fail_for_broken(*args: object, booking_id: int, now: datetime) -> int:
        if booking_id == broken.id:
            raise ValueError("This row cannot be understood.")
        return release_in(*args, booking_id=booking_id, now=now)  # type: ignore[arg-type]

    monkeypatch.setattr(changing.claims, "release_in", fail_for_broken)

    with caplog.at_level(logging.ERROR):
        changed = bookings.tick(now=NOON + timedelta(minutes=20))

    assert changed == 1
    assert bookings.get_booking(broken.id).state is State.RESERVED
    assert bookings.get_booking(other.id).state is State.NO_SHOW
    assert "cannot be understood" in caplog.text
