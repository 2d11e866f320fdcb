"""One way to write: all or nothing, announced after the commit, always in UTC."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from app.database import announce_now, db, dialect_name, writing
from app.kernel.events import Event
from app.web.limits import RateCounterRow


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingHappened(Event):
    """An event of this test."""


def row(at: datetime, key: str = "a") -> RateCounterRow:
    return RateCounterRow(key=key, window_starts_at=at, uses=1)


def test_an_error_inside_leaves_nothing_behind(app: Flask, now: datetime) -> None:
    heard: list[Event] = []
    app.extensions["plugbid_events"].subscribe(SomethingHappened, heard.append)

    with app.app_context(), pytest.raises(RuntimeError), writing() as work:
        work.session.add(row(now))
        work.announce(SomethingHappened())
        work.session.flush()
        raise RuntimeError

    with app.app_context():
        assert db.session.scalars(select(RateCounterRow)).all() == []
    assert heard == []


def test_listeners_hear_only_after_the_commit(app: Flask, now: datetime) -> None:
    seen: list[int] = []

    def count_rows(_event: SomethingHappened) -> None:
        with app.app_context():
            seen.append(len(db.session.scalars(select(RateCounterRow)).all()))

    app.extensions["plugbid_events"].subscribe(SomethingHappened, count_rows)

    with app.app_context(), writing() as work:
        work.session.add(row(now))
        work.announce(SomethingHappened())

    assert seen == [1]


def test_a_failing_listener_is_logged_and_undoes_nothing(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: SomethingHappened) -> None:
        raise RuntimeError("broken listener")

    app.extensions["plugbid_events"].subscribe(SomethingHappened, fail)
    app.config["TESTING"] = False

    with app.app_context(), caplog.at_level(logging.ERROR):
        announce_now((SomethingHappened(),))

    assert "broken listener" in caplog.text


def test_instants_come_back_in_utc_whatever_zone_went_in(
    app: Flask, now: datetime
) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=5)))

    with app.app_context():
        with writing() as work:
            work.session.add(row(elsewhere))
        db.session.expire_all()
        stored = db.session.scalars(select(RateCounterRow)).one()

        assert stored.window_starts_at == now
        assert stored.window_starts_at.tzinfo is UTC


def test_a_naive_instant_never_reaches_the_database(app: Flask, now: datetime) -> None:
    with (
        app.app_context(),
        pytest.raises(StatementError, match="naive"),
        writing() as w,
    ):
        w.session.add(row(now.replace(tzinfo=None)))


def test_the_dialect_is_one_of_the_two_supported(app: Flask) -> None:
    with app.app_context():
        assert dialect_name() in {"sqlite", "postgresql"}
