"""Checks of kept searches do only what is needed, and let other work go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from app.accounts.service import Person
from app.search import alerts
from app.search.keeping import keep
from app.search.service import finding, kept
from tests.service.search.keeping import HERE


class SlowClock:
    """A clock on which each look takes a while."""

    def __init__(self, step_s: float) -> None:
        self.now_s = 0.0
        self.step_s = step_s

    def monotonic(self) -> float:
        """Return the seconds, later each time."""
        self.now_s += self.step_s
        return self.now_s


def keep_three(person: Person, now: datetime) -> list[int]:
    """Keep three searches where nothing is found, with filters to let go of."""
    more = "&accessible=1&instant=1&max_price=0.10"
    return [
        keep(
            user_id=person.id, address=f"{HERE}{more}&radius_km={km}", name="", now=now
        ).id
        for km in (1, 2, 5)
    ]


@pytest.fixture
def searched(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every circle that is searched."""
    seen: list[object] = []
    real = finding.Finder

    def note(query: object, *rest: Any, **more: Any) -> object:
        seen.append(query)
        return real(query, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(finding, "Finder", note)
    return seen


def test_nobody_looks_for_advice_that_nobody_reads(
    searched: list[object], dario: Person, now: datetime
) -> None:
    keep_three(dario, now)
    kept_with = len(searched)

    alerts.tick(now=now)

    assert kept_with == 3
    assert len(searched) == 6


@pytest.mark.parametrize(("step_s", "checked"), [(2.0, 1), (0.6, 2), (0.1, 3)])
def test_after_a_second_the_rest_stays_due(
    in_app: Flask,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    step_s: float,
    checked: int,
) -> None:
    ids = keep_three(dario, now)
    monkeypatch.setattr(alerts, "SECONDS_A_TICK", 1.0)
    monkeypatch.setattr(alerts, "time", SlowClock(step_s))

    alerts.tick(now=now)
    first = {each.id for each in kept.searches_of(dario.id) if each.is_checked}
    for _ in ids:
        alerts.tick(now=now)

    assert first == set(ids[:checked])
    assert all(each.is_checked for each in kept.searches_of(dario.id))
