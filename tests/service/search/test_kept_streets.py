"""A kept search for a street means that street, whatever the address service says."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Flask

from app.accounts.service import Person
from app.kernel.geo import Point
from app.search.asking import query_of
from app.search.keeping import keep
from tests.support.address_server import AddressServer
from tests.web.search.conftest import _atlas_at_hand, unpacked_atlas  # noqa: F401

STREET = "Oranienstr. 12, 10999 Berlin"


def test_a_kept_street_stays_where_it_was_when_the_service_falls_silent(
    online_app: Flask, server: AddressServer, dario: Person, now: datetime
) -> None:
    search = keep(
        user_id=dario.id,
        address=f"?{urlencode({'q': STREET})}",
        name="",
        now=now,
    )
    server.manner = "500"
    later = now + timedelta(days=40)

    found = query_of(search.query, vehicle=None, now=later)

    assert found.center.point == Point(52.50017, 13.4234)
