"""Kept searches by the clock: told once, to the right one, while it makes sense."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.service import Person
from app.chargers.service import Charger
from app.database import db, writing
from app.kernel.period import Period
from app.notifications import service as notifications
from app.schedules.claims import claim_in
from app.search import alerts, service
from app.search.events import SavedSearchMatched
from app.search.keeping import keep
from app.search.models import SavedSearchRow
from app.search.service import checks, kept
from tests.service.search.keeping import HERE, Heard, ask_price, keep_here, later
from tests.support.factories_chargers import make_charger
from tests.support.heard import listen
from tests.support.people import make_person


@pytest.fixture
def heard(in_app: Flask) -> Heard:
    """Everything that kept searches announce."""
    return listen(in_app, SavedSearchMatched)


@pytest.fixture
def charger(in_app: Flask, hanna: Person, now: datetime) -> Charger:
    """A charger that is there from the beginning."""
    return make_charger(hanna, now=now, name="Old one")


def test_the_longest_unchecked_come_first_and_no_tick_checks_too_many(
    in_app: Flask, dario: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "CHECKS_A_TICK", 2)
    ids = [
        keep(user_id=dario.id, address=f"{HERE}&radius_km={km}", name="", now=now).id
        for km in (1, 2, 3)
    ]

    def checked() -> set[int]:
        return {each.id for each in kept.searches_of(dario.id) if each.is_checked}

    alerts.tick(now=now)
    first = checked()
    alerts.tick(now=now)

    assert first == set(ids[:2])
    assert checked() == set(ids)


def test_a_search_that_fails_does_not_stop_the_others(
    heard: Heard,
    hanna: Person,
    dario: Person,
    nell: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = keep_here(nell, now)
    keep_here(dario, now)
    make_charger(hanna, now=now)
    real = service.near

    def near(**asked: object) -> object:
        if asked["query"].radius_m == 5000 and _checking(broken.id, later(now)):  # type: ignore[attr-defined]
            raise RuntimeError("the disk is full")
        return real(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "near", near)
    alerts.tick(now=later(now))

    assert [event.user_id for event in heard] == [dario.id]


def _checking(search_id: int, at: datetime) -> bool:
    """Return whether this search was taken at this moment and no other one yet."""
    rows = db.session.scalars(
        select(SavedSearchRow.id).where(SavedSearchRow.checked_at == at)
    ).all()
    return rows == [search_id]


def test_a_fixed_day_that_has_passed_is_over_and_told_no_more(
    charger: Charger, heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    search = keep_here(dario, now, "&from=2026-06-11T18:00&to=2026-06-11T20:00")
    make_charger(hanna, now=now)

    alerts.tick(now=now + timedelta(days=2))

    assert heard == []
    assert kept.get_search(user_id=dario.id, search_id=search.id).is_over
    assert checks.due_searches(now + timedelta(days=9), limit=9) == ()


def test_tomorrow_is_the_day_after_each_check(
    heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    keep_here(dario, now, "&when=window&day=tomorrow&after=18:00&before=20:00")
    new = make_charger(hanna, now=now)
    with writing() as work:
        # Thursday evening is taken; Friday's is free.
        claim_in(
            work.session,
            evse_id=new.id,
            period=Period(
                datetime.fromisoformat("2026-06-11T16:00+00:00"),
                datetime.fromisoformat("2026-06-11T18:00+00:00"),
            ),
            buffer_min=10,
            kind="OWNER_USE",
            now=now,
        )

    alerts.tick(now=later(now))
    on_wednesday = list(heard)
    alerts.tick(now=now + timedelta(days=1))

    assert on_wednesday == []
    assert len(heard) == 1


def test_today_too_late_in_the_evening_is_not_over(
    charger: Charger, heard: Heard, dario: Person, now: datetime
) -> None:
    search = keep_here(dario, now, "&when=window&day=today&after=18:00&before=20:00")

    alerts.tick(now=now + timedelta(hours=12))

    assert not kept.get_search(user_id=dario.id, search_id=search.id).is_over
    assert heard == []


def test_no_letters_are_written_for_a_search_switched_off(
    heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    search = keep_here(dario, now)
    kept.switch_alert(user_id=dario.id, search_id=search.id, has_alert=False, now=now)
    make_charger(hanna, now=now)

    alerts.tick(now=later(now))

    assert heard == []


def test_a_search_deleted_while_it_is_checked_tells_nothing(
    heard: Heard,
    hanna: Person,
    dario: Person,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search = keep_here(dario, now)
    make_charger(hanna, now=now)
    real = service.near

    def near(**asked: object) -> object:
        found = real(**asked)  # type: ignore[arg-type]
        kept.drop_search(user_id=dario.id, search_id=search.id)
        return found

    monkeypatch.setattr(service, "near", near)

    assert alerts.tick(now=later(now)) == 0
    assert heard == []


def test_two_clocks_at_once_tell_everything_once(
    in_app: Flask, heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    for km in (1, 2, 5, 10):
        keep_here(dario, now, f"&radius_km={km}")
    make_charger(hanna, now=now)
    start = Barrier(3)

    def tick(_: int) -> int:
        with in_app.app_context():
            start.wait(30)
            return alerts.tick(now=later(now))

    with ThreadPoolExecutor(3) as pool:
        told = sum(pool.map(tick, range(3)))

    assert told == 4
    assert sorted(event.search_id for event in heard) == sorted(
        each.id for each in kept.searches_of(dario.id)
    )


def test_a_check_that_was_overtaken_changes_nothing(
    heard: Heard, hanna: Person, dario: Person, now: datetime
) -> None:
    keep_here(dario, now)
    (check,) = checks.due_searches(later(now), limit=1)
    checks.claim(check)
    with writing() as work:
        work.session.execute(update(SavedSearchRow).values(checked_at=later(now, 2)))

    told = checks.remember(
        check, basis="usual", shown=(), is_complete=True, tell=_never
    )

    assert told == ()


def _never(news: object) -> SavedSearchMatched:
    raise AssertionError(news)


def test_the_letter_says_what_was_found_and_how_to_stop_it(
    in_app: Flask, charger: Charger, hanna: Person, dario: Person, now: datetime
) -> None:
    search = keep_here(dario, now)
    make_charger(hanna, now=now, name="New one & only")
    ask_price(charger, 20_000, now)

    alerts.tick(now=later(now))

    settings = in_app.extensions["plugbid_settings"]
    (mail,) = notifications.kept_mails(settings)
    token = kept.off_token(search.id, dario.id, now)
    assert mail.to == "Dario <dario@plugbid.test>"
    assert mail.subject.startswith("2 new for “Home”: ")
    assert "New one & only" in mail.body
    assert "Old one\n" in mail.body
    assert mail.body.count("cheaper than before") == 1
    assert f"/searches/{search.id}\n" in mail.body
    assert f"/searches/off/{token}\n" in mail.body
    assert "\n\n\n" not in mail.body


def test_an_address_that_nobody_confirmed_gets_no_letters(
    in_app: Flask, heard: Heard, hanna: Person, now: datetime
) -> None:
    stranger = make_person("Sam", now=now, is_verified=False)
    keep_here(stranger, now)
    make_charger(hanna, now=now)

    alerts.tick(now=later(now))

    assert len(heard) == 1
    assert notifications.kept_mails(in_app.extensions["plugbid_settings"]) == ()
