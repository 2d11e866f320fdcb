"""Tariffs are versions: the current one is asked, the older ones explain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.database import db, writing
from app.kernel.errors import NotFound
from app.pricing import service
from app.pricing.domain import Tariff
from app.pricing.models import TariffRow
from tests.support.factories_chargers import TARIFF, make_charger


def set_tariff(evse_id: int, tariff: Tariff, now: datetime) -> None:
    """Store a tariff in a transaction of its own."""
    with writing() as work:
        service.set_tariff_in(work.session, evse_id=evse_id, tariff=tariff, now=now)


def test_a_new_price_is_a_new_version(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    dearer = replace(TARIFF, energy_milli_per_kwh=45_000)

    set_tariff(charger.id, dearer, now)

    assert service.tariff_of(charger.id) == dearer
    rows = db.session.query(TariffRow).order_by(TariffRow.version).all()
    assert [(row.version, row.is_current) for row in rows] == [(1, False), (2, True)]
    assert rows[0].energy_milli_per_kwh == TARIFF.energy_milli_per_kwh


def test_the_same_price_again_is_no_new_version(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)

    set_tariff(charger.id, TARIFF, now)

    assert db.session.query(TariffRow).count() == 1


def test_a_charger_without_a_price_has_none(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now, tariff=None)

    with pytest.raises(NotFound, match="no price"):
        service.tariff_of(charger.id)


def test_many_are_looked_up_at_once(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    priced = make_charger(hanna, now=now)
    free = make_charger(hanna, now=now, tariff=None)

    found = service.tariffs_of([priced.id, free.id, *range(900, 1500)])

    assert found == {priced.id: TARIFF}
    assert service.tariffs_of([]) == {}
