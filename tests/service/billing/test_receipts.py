"""Receipts and income on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.service import Person
from app.billing import service as billing
from app.database import writing
from app.kernel.errors import NotFound
from app.metering.models import CdrRow
from tests.support.plugs import Plug, make_plug


@pytest.fixture
def sold(in_app: Flask, hanna: Person, dario: Person, now: datetime) -> Plug:
    """Dario has charged 5 kWh at Hanna's."""
    plug = make_plug(in_app, hanna, dario, now=now)
    asked = plug.opens()
    plug.charges(asked, 5_000)
    plug.stops(asked, 43_012)
    return plug


def test_driver_and_seller_read_the_same_receipt(sold: Plug, hanna: Person) -> None:
    code = sold.booking.code

    for_dario = billing.receipt_for(user_id=sold.driver.id, code=code)
    for_hanna = billing.receipt_for(user_id=hanna.id, code=code)

    assert for_dario == for_hanna
    assert for_dario.is_genuine
    assert for_dario.total_minor == 395
    assert for_dario.total_minor <= for_dario.ceiling_minor


def test_nell_finds_no_receipt(sold: Plug, nell: Person) -> None:
    with pytest.raises(NotFound):
        billing.receipt_for(user_id=nell.id, code=sold.booking.code)


def test_a_booking_without_a_session_has_no_receipt(
    in_app: Flask, hanna: Person, dario: Person, now: datetime
) -> None:
    plug = make_plug(in_app, hanna, dario, now=now)

    with pytest.raises(NotFound):
        billing.receipt_for(user_id=dario.id, code=plug.booking.code)


def test_a_record_changed_in_the_database_is_noticed(sold: Plug) -> None:
    before = billing.canonical_receipt(user_id=sold.driver.id, code=sold.booking.code)
    with writing() as work:
        work.session.execute(
            update(CdrRow).values(content={**before.content, "total_minor": 1})
        )

    receipt = billing.receipt_for(user_id=sold.driver.id, code=sold.booking.code)

    assert not receipt.is_genuine


def test_hannas_income_is_what_was_sealed(sold: Plug, hanna: Person) -> None:
    earned = billing.income_of(hanna.id, sold.now)

    (sums,) = earned.sums
    assert sums.today_minor == sums.week_minor == sums.total_minor == 395
    (session,) = earned.sessions
    assert session.charger_id == sold.charger.id
    assert session.driver_name == "Dario"
    later = billing.income_of(hanna.id, sold.now + timedelta(days=8))
    assert later.sums[0].week_minor == 0
    assert later.sums[0].month_minor == 395


def test_nell_has_earned_nothing(sold: Plug, nell: Person) -> None:
    earned = billing.income_of(nell.id, sold.now)

    assert earned.sessions == ()
    assert earned.sums[0].total_minor == 0
