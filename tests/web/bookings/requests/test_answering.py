"""Saying yes or no to a driver, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.accounts.service import Person
from app.bookings import service
from app.bookings.service import Booking, State
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.database import writing
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_bookings import NOON
from tests.support.people import SignIn
from tests.web.bookings.requests.world import state_of, went_to

DEADLINE = NOON - timedelta(minutes=30)


def test_the_owner_accepts_with_one_button(
    app: Flask, owner: CheckedClient, request_of: Booking
) -> None:
    before = owner.get(f"/bookings/{request_of.code}").text
    answer = owner.post(f"/bookings/{request_of.code}/accept")

    assert "Dario waits for your answer until 11:30." in before
    assert "Your answer to Dario" in before
    assert went_to(answer, f"/bookings/{request_of.code}")
    assert state_of(app, request_of) is State.RESERVED
    after = owner.get(f"/bookings/{request_of.code}").text
    assert "Your answer to Dario" not in after


def test_the_owner_declines_with_a_line_that_only_shows_as_text(
    app: Flask, owner: CheckedClient, request_of: Booking, now: datetime
) -> None:
    answer = owner.post(
        f"/bookings/{request_of.code}/decline", data={"why": "<b>My</b> own\ncar"}
    )

    assert went_to(answer, f"/bookings/{request_of.code}")
    with app.app_context():
        declined = service.get_booking(request_of.id)
    assert (declined.state, declined.ended_why) == (
        State.REJECTED,
        "<b>My</b> own car",
    )
    page = owner.get(f"/bookings/{request_of.code}").text
    assert "You declined" in page
    assert "&lt;b&gt;My&lt;/b&gt; own car" in page


def test_an_overlong_line_is_refused_at_its_field_and_nothing_is_declined(
    app: Flask, owner: CheckedClient, request_of: Booking
) -> None:
    answer = owner.post(f"/bookings/{request_of.code}/decline", data={"why": "x" * 141})

    assert answer.status_code == 422
    assert 'aria-describedby="why-hint why-error"' in answer.text
    assert "at most 140 characters" in answer.text
    assert "x" * 141 in answer.text
    assert state_of(app, request_of) is State.REQUESTED


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_an_answer_that_comes_too_late_says_what_became_of_it(
    app: Flask,
    owner: CheckedClient,
    request_of: Booking,
    set_clock: Callable[[datetime], None],
    action: str,
) -> None:
    set_clock(DEADLINE)

    answer = owner.post(f"/bookings/{request_of.code}/{action}")

    assert answer.status_code == 409
    assert "not confirmed in time" in answer.text
    assert "The host did not answer in time." in answer.text
    assert "Your answer to Dario" not in answer.text


def test_a_paused_charger_says_why_it_cannot_be_accepted(
    app: Flask,
    owner: CheckedClient,
    request_of: Booking,
    charger: Charger,
    hanna: Person,
    now: datetime,
) -> None:
    with app.app_context(), writing() as work:
        chargers.pause_in(
            work.session, owner_id=hanna.id, charger_id=charger.id, now=now
        )

    answer = owner.post(f"/bookings/{request_of.code}/accept")

    assert answer.status_code == 409
    assert "Your charger is paused." in answer.text
    assert "Your answer to Dario" in answer.text


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_nell_may_not_answer_and_dario_not_for_hanna(
    app: Flask,
    client: CheckedClient,
    hx: HtmxClient,
    request_of: Booking,
    nell: Person,
    dario: Person,
    sign_in: SignIn,
    action: str,
) -> None:
    path = f"/bookings/{request_of.code}/{action}"
    sign_in(nell, client)
    sign_in(dario, hx)

    assert client.post(path).status_code == 404
    assert hx.post(path).status_code == 404
    assert client.post(f"/bookings/NOSUCHCODE/{action}").status_code == 404
    assert state_of(app, request_of) is State.REQUESTED


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_an_answer_needs_a_log_in_and_a_token(
    app: Flask,
    client: CheckedClient,
    hanna: Person,
    request_of: Booking,
    sign_in: SignIn,
    action: str,
) -> None:
    path = f"/bookings/{request_of.code}/{action}"
    stranger = client.post(path)
    sign_in(hanna, client)
    forged = client.post(path, csrf=False)

    assert stranger.status_code == 303
    assert "/login" in stranger.headers["Location"]
    assert forged.status_code == 400
    assert state_of(app, request_of) is State.REQUESTED


def test_the_lock_stays_closed_until_the_owner_has_said_yes(
    browser: CheckedClient,
    request_of: Booking,
    set_clock: Callable[[datetime], None],
) -> None:
    page = browser.get(f"/u/{request_of.charger_code}").text

    assert "Your booking is not confirmed yet" in page
