"""Keeping searches: what is stored, whose it is, and how many there may be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import UserRow
from app.accounts.service import Person
from app.database import db, writing
from app.kernel.errors import NotFound
from app.search.domain import SearchRefused
from app.search.domain.kept import MAX_KEPT, MAX_QUERY
from app.search.keeping import keep
from app.search.models import SavedSearchHitRow, SavedSearchRow
from app.search.service import kept
from app.search.service.kept import KeptSearch

HERE = "lat=52.5384&lon=13.4098"


def keep_one(
    person: Person, now: datetime, query: str = HERE, name: str = ""
) -> KeptSearch:
    """Keep a search as the use case below the pages does."""
    return kept.keep_search(
        user_id=person.id, query=query, name=name, suggested="Any time", now=now
    )


def stored() -> int:
    """Return how many searches the table holds."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SavedSearchRow)) or 0


def test_a_kept_search_is_its_address_under_a_suggested_name(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    search = keep_one(dario, now)

    (listed,) = kept.searches_of(dario.id)
    assert listed == search
    assert search.url == f"/?{HERE}"
    assert search.name == "Any time"
    assert search.has_alert
    assert not search.is_checked


def test_keeping_the_same_search_twice_renames_it_only_where_a_name_is_given(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    first = keep_one(dario, now, name="After work")
    again = keep_one(dario, now)
    renamed = keep_one(dario, now, name="Near work")

    assert first.id == again.id == renamed.id
    assert again.name == "After work"
    assert renamed.name == "Near work"
    assert stored() == 1


def test_nobody_keeps_more_than_twenty(
    in_app: Flask, dario: Person, hanna: Person, now: datetime
) -> None:
    for number in range(MAX_KEPT):
        keep_one(dario, now, query=f"{HERE}&radius_km={number + 1}")

    with pytest.raises(SearchRefused, match="20 searches already"):
        keep_one(dario, now, query=f"{HERE}&radius_km=50")

    # The same again is no new one, and others have their own twenty.
    keep_one(dario, now, query=f"{HERE}&radius_km=1")
    keep_one(hanna, now)
    assert stored() == MAX_KEPT + 1


def test_many_presses_at_once_keep_one_search(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    def press(_: int) -> int:
        with in_app.app_context():
            return keep_one(dario, now).id

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(press, range(12)))

    assert len(ids) == 1
    assert stored() == 1


def test_many_searches_at_once_never_pass_the_limit(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    for number in range(MAX_KEPT - 2):
        keep_one(dario, now, query=f"q={number}")

    def press(number: int) -> bool:
        with in_app.app_context():
            try:
                keep_one(dario, now, query=f"q=new{number}")
            except SearchRefused:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        pressed = list(pool.map(press, range(6)))

    assert sum(pressed) == 2
    assert stored() == MAX_KEPT


def test_a_search_too_long_for_its_column_is_refused_in_words(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    with pytest.raises(SearchRefused, match="too long"):
        keep_one(dario, now, query="q=" + "x" * MAX_QUERY)


def test_somebody_elses_search_is_not_there(
    in_app: Flask, dario: Person, nell: Person, now: datetime
) -> None:
    search = keep_one(dario, now)
    at = {"user_id": nell.id, "search_id": search.id}

    for attempt in (
        lambda: kept.get_search(**at),
        lambda: kept.open_search(**at, now=now),
        lambda: kept.rename_search(**at, name="Mine"),
        lambda: kept.switch_alert(**at, has_alert=False, now=now),
        lambda: kept.drop_search(**at),
    ):
        with pytest.raises(NotFound):
            attempt()

    assert kept.searches_of(dario.id) == (search,)
    assert kept.searches_of(nell.id) == ()


def test_deleting_an_account_deletes_what_it_kept(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    keep_one(dario, now)

    with writing() as work:
        work.session.delete(work.session.get_one(UserRow, dario.id))

    assert stored() == 0


def test_switching_letters_on_again_starts_from_an_empty_memory(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    search = keep_one(dario, now)
    at = {"user_id": dario.id, "search_id": search.id}
    with writing() as work:
        work.session.get_one(SavedSearchRow, search.id).basis = "usual"

    kept.switch_alert(**at, has_alert=False, now=now)
    off = kept.get_search(**at)
    later = now + timedelta(days=3)
    on = kept.switch_alert(**at, has_alert=True, now=later)

    assert (off.has_alert, off.is_checked) == (False, True)
    assert (on.has_alert, on.is_checked) == (True, False)
    assert on.checked_at == later - kept.CHECK_EVERY
    assert db.session.scalars(select(SavedSearchHitRow)).all() == []


def test_the_token_of_a_letter_switches_off_its_own_search_only(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    search, other = keep_one(dario, now), keep_one(dario, now, query="q=Berlin")
    token = kept.off_token(search.id, dario.id, now)

    switched = kept.switch_off_by_token(token, now=now)

    assert switched.id == search.id
    assert not switched.has_alert
    assert kept.get_search(user_id=dario.id, search_id=other.id).has_alert


@pytest.mark.parametrize("change", ["", "x", "0-", "99999999999-", "é-"])
def test_a_token_that_was_tampered_with_opens_nothing(
    in_app: Flask, dario: Person, now: datetime, change: str
) -> None:
    token = kept.off_token(keep_one(dario, now).id, dario.id, now)
    for wrong in (change + token[2:], token[:-1] + change, change):
        with pytest.raises(NotFound):
            kept.search_of_token(wrong)


def test_a_new_search_with_an_old_number_is_not_opened_by_the_old_letter(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    search = keep_one(dario, now)
    token = kept.off_token(search.id, dario.id, now)
    kept.drop_search(user_id=dario.id, search_id=search.id)
    keep_one(dario, now + timedelta(days=1))

    with pytest.raises(NotFound):
        kept.search_of_token(token)


def test_the_same_wish_written_otherwise_is_the_same_search(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    one = keep(
        user_id=dario.id, address=f"/?{HERE}&radius_km=5&sort=near", name="", now=now
    )
    two = keep(
        user_id=dario.id, address=f"?radius_km=5&{HERE}&shown=60", name="", now=now
    )

    assert one.id == two.id
    assert one.query == HERE


@pytest.mark.parametrize("address", ["", "/", "/?radius_km=10", "/?lat=91&lon=0"])
def test_what_is_no_search_for_a_place_is_not_kept(
    in_app: Flask, dario: Person, now: datetime, address: str
) -> None:
    with pytest.raises(Exception, match=r"place|latitude"):
        keep(user_id=dario.id, address=address, name="", now=now)

    assert stored() == 0
