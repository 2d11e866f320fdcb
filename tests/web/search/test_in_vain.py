"""A search that had to stop before it found anything says so, and promises nothing."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask

from app.accounts.service import Person
from app.kernel.geo import Point
from app.search.service import finder
from tests.support.checked_client import CheckedClient
from tests.support.many_chargers import store_many
from tests.web.search.asking import address


@pytest.fixture
def crowd(
    app: Flask, hanna: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More chargers than a search looks at, all taken for the same hour."""
    monkeypatch.setitem(finder.Finder.__init__.__kwdefaults__, "at_most", 3)
    with app.app_context():
        store_many(hanna, [Point(52.54, 13.41)] * 5, now=now)


TAKEN = {"from": "2026-06-11T10:00", "to": "2026-06-11T11:00"}


@pytest.mark.parametrize(
    ("wishes", "advice"),
    [
        (TAKEN, "Loosen one filter"),
        ({**TAKEN, "accessible": "1"}, "Letting go of one filter is not enough"),
        ({"accessible": "1"}, "Loosen one filter"),
    ],
)
@pytest.mark.parametrize("order", ["near", "total"])
def test_nobody_is_told_that_nothing_fits_where_not_all_were_asked(
    client: CheckedClient,
    crowd: None,
    wishes: dict[str, str],
    advice: str,
    order: str,
) -> None:
    page = client.get(address(sort=order, **wishes)).text

    status = re.search(r'<p role="status">(.*?)</p>', page)
    assert status is not None
    words = re.sub(r"<.*?>", "", status[1])
    assert words == "We looked at the nearest 3 chargers and found none that fits"
    assert "0+" not in page
    assert "Nothing fits" not in page
    assert "No charger here yet" not in page
    assert "None that fits so far" in page
    assert advice in page


def test_where_all_were_asked_nothing_fits(client: CheckedClient, crowd: None) -> None:
    page = client.get(address(radius_km="1", accessible="1", lat="52.45")).text

    assert "None that fits so far" not in page
    assert "We looked at" not in page
