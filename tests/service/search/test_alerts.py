"""What is news to a kept search, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import service as accounts
from app.accounts.service import Person, SaveVehicle
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import db, writing
from app.search import alerts, service
from app.search.domain.news import FORGOTTEN_AFTER
from app.search.events import SavedSearchMatched
from app.search.models import SavedSearchHitRow
from app.search.service import kept
from app.search.service.kept import CHECK_EVERY
from tests.service.search.keeping import Heard, ask_price, keep_here, later
from tests.support.factories_chargers import make_charger
from tests.support.heard import listen


@pytest.fixture
def heard(in_app: Flask) -> Heard:
    """Everything that kept searches announce."""
    return listen(in_app, SavedSearchMatched)


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """A charger that is there from the beginning."""
    return make_charger(hanna, now=now, name="Old one")


def test_what_was_there_when_the_search_was_kept_is_no_news(
    charger: Charger, heard: Heard, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)

    assert alerts.tick(now=later(now)) == 0
    assert heard == []
    (remembered,) = db.session.scalars(select(SavedSearchHitRow))
    assert remembered.evse_id == charger.id
    assert remembered.news_at is None


def test_a_new_charger_is_told_once_with_price_time_and_links(
    charger: Charger, heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    search = keep_here(dario, now, "&from=2026-06-12T18:00&to=2026-06-12T20:00")
    new = make_charger(hanna, now=now, name="New one")

    alerts.tick(now=later(now))
    alerts.tick(now=later(now, 2))

    (event,) = heard
    (hit,) = event.hits
    assert (event.user_id, event.search_id, event.count) == (dario.id, search.id, 1)
    assert event.path == f"/searches/{search.id}"
    assert (hit.charger_id, hit.name, hit.is_cheaper) == (new.id, "New one", False)
    assert hit.total_minor > 0
    assert hit.currency == "EUR"
    assert hit.when_text.startswith("Free")
    assert hit.path == f"/chargers/{new.id}?from=2026-06-12T18:00&to=2026-06-12T20:00"


def test_a_lower_price_is_news_and_then_the_new_measure(
    charger: Charger, heard: Heard, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)

    ask_price(charger, 30_000, now)
    alerts.tick(now=later(now))
    ask_price(charger, 39_000, now)
    alerts.tick(now=later(now, 2))
    ask_price(charger, 30_000, now)
    alerts.tick(now=later(now, 3))

    (event,) = heard
    assert event.hits[0].is_cheaper
    times = "from=2026-06-10T10:30&to=2026-06-10T13:45"
    assert event.hits[0].path == f"/chargers/{charger.id}?{times}"


def test_a_hair_cheaper_is_no_news(
    charger: Charger, heard: Heard, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)

    ask_price(charger, 38_500, now)
    alerts.tick(now=later(now))

    assert heard == []


def test_five_of_many_are_told_and_all_are_counted(
    heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)
    for number in range(7):
        make_charger(hanna, now=now, name=f"New {number}")

    alerts.tick(now=later(now))

    (event,) = heard
    assert len(event.hits) == 5
    assert event.count == 7
    (search,) = kept.searches_of(dario.id)
    assert search.news == 7
    assert search.news_zone == "Europe/Berlin"


def test_opening_the_search_makes_its_news_old(
    heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    search = keep_here(dario, now)
    make_charger(hanna, now=now)
    alerts.tick(now=later(now))

    before = kept.news_count(dario.id)
    kept.open_search(user_id=dario.id, search_id=search.id, now=later(now, 2))

    assert before == 1
    assert kept.news_count(dario.id) == 0


def test_a_charger_away_for_an_hour_is_no_news_and_after_a_day_it_is(
    charger: Charger, heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)

    def away(since: datetime, until: datetime) -> None:
        _pause(charger, hanna, now)
        at = since
        while at < until:
            alerts.tick(now=at)
            at += CHECK_EVERY * 4
        with writing() as work:
            chargers.publish_in(
                work.session, owner_id=hanna.id, charger_id=charger.id, now=now
            )
        alerts.tick(now=until)

    away(later(now), later(now, 5))
    short = list(heard)
    away(later(now, 6), later(now, 8) + FORGOTTEN_AFTER)

    assert short == []
    assert len(heard) == 1


def test_a_clock_that_stood_still_for_a_week_makes_nothing_new(
    charger: Charger, heard: Heard, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)

    alerts.tick(now=now + timedelta(days=7))

    assert heard == []


def test_another_car_changes_every_price_and_is_no_news(
    charger: Charger, heard: Heard, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)
    accounts.add_vehicle(
        user_id=dario.id,
        command=SaveVehicle(
            name="Small",
            standards=("IEC_62196_T2",),
            max_ac_w=3_700,
            max_dc_w=0,
            battery_wh=16_000,
            is_default=True,
        ),
    )

    alerts.tick(now=later(now))

    assert heard == []


def test_a_search_is_checked_every_quarter_of_an_hour_at_most(
    heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)
    make_charger(hanna, now=now)

    early = alerts.tick(now=later(now) - timedelta(seconds=1))
    on_time = alerts.tick(now=later(now))

    assert (early, on_time) == (0, 1)


def test_more_than_can_be_shown_makes_no_new_chargers(
    charger: Charger,
    heard: Heard,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_here(dario, now)
    make_charger(hanna, now=now)
    ask_price(charger, 20_000, now)
    real: Callable[..., service.Results] = service.near
    monkeypatch.setattr(
        service, "near", lambda **asked: replace(real(**asked), has_more=True)
    )

    alerts.tick(now=later(now))

    (event,) = heard
    assert [hit.charger_id for hit in event.hits] == [charger.id]


def _pause(charger: Charger, owner: Person, now: datetime) -> None:
    with writing() as work:
        chargers.pause_in(
            work.session, owner_id=owner.id, charger_id=charger.id, now=now
        )
