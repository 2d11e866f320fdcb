"""Rate limits are exact, also between threads, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.database import db
from app.kernel.errors import TooMany
from app.web.limits import RateCounterRow, count_use


def test_the_use_after_the_limit_is_refused_with_a_waiting_time(
    app: Flask, now: datetime
) -> None:
    with app.app_context():
        for _ in range(3):
            count_use("door", limit=3, window_s=600, now=now)

        with pytest.raises(TooMany) as refusal:
            count_use("door", limit=3, window_s=600, now=now)

    assert 0 < refusal.value.retry_after_s <= 600
    assert "minutes" in refusal.value.message


def test_a_short_wait_is_said_in_seconds(app: Flask, now: datetime) -> None:
    with app.app_context():
        count_use("door", limit=1, window_s=60, now=now)

        with pytest.raises(TooMany, match="seconds"):
            count_use("door", limit=1, window_s=60, now=now)


def test_the_next_window_starts_at_zero_and_forgets_the_last(
    app: Flask, now: datetime
) -> None:
    with app.app_context():
        count_use("door", limit=1, window_s=60, now=now)

        count_use("door", limit=1, window_s=60, now=now + timedelta(seconds=60))

        kept = db.session.scalar(select(func.count()).select_from(RateCounterRow))
    assert kept == 1


def test_other_keys_are_counted_apart(app: Flask, now: datetime) -> None:
    with app.app_context():
        count_use("door", limit=1, window_s=60, now=now)

        count_use("gate", limit=1, window_s=60, now=now)


def test_sixteen_threads_together_get_exactly_the_limit(
    app: Flask, now: datetime
) -> None:
    def attempt(_number: int) -> bool:
        with app.app_context():
            try:
                count_use("door", limit=5, window_s=60, now=now)
            except TooMany:
                return False
            return True

    with ThreadPoolExecutor(16) as pool:
        passed = sum(pool.map(attempt, range(40)))

    assert passed == 5
