"""Whatever stands in a search's address: an answer or a reason, never a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from app.accounts.service import Person
from app.database import db
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.factories_chargers import make_charger
from tests.web.search.asking import address

NAMES = (
    *("q", "lat", "lon", "radius_km", "when", "from", "to", "day", "after", "before"),
    *("hours", "plug", "min_kw", "max_price", "max_total", "kwh", "soc_from", "soc_to"),
    *("instant", "accessible", "free_parking", "night", "public", "sort", "shown"),
    *("q_was", "with_form"),
)
# Already encoded, because some of them are no text at all.
HOSTILE = (
    *(
        "91",
        "-1",
        "-0",
        "1e9",
        "1000000000",
        "9" * 400,
        "nan",
        "NaN",
        "inf",
        "-Infinity",
    ),
    *(
        "%27%3B+DROP+TABLE+evse%3B+--",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%7B%7B7*7%7D%7D",
    ),
    *("%00", "a%00b", "%0D%0AX-Header:+1", "%ED%A0%80", "%FF%FE", "%F0%9F%94%8C", "%"),
    *("%D9%A3", "%EF%BC%91%EF%BC%92", "%E2%81%B5", "0x10", "1_000", "+5", "5."),
    *("2026-06-10T18:00", "2026-06-10T09:00", "2020-01-01T00:00", "2027-07-15T18:00"),
    *("0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T10:00", "2026-06-10T24:00"),
    *("..%2F..%2Fetc%2Fpasswd", "None", "null", "[]", "", "+"),
)
STATUSES = {200, 400, 414, 422}
TABLES = "connector|evse|location|tariff|open_window|claimed_slot|claim|photo"


@pytest.fixture(autouse=True)
def _charger(app: Flask, hanna: Person, now: datetime) -> None:
    """Hanna's charger in Berlin, so that there is something to find."""
    with app.app_context():
        make_charger(hanna, now=now)


@contextmanager
def scans(app: Flask) -> Iterator[list[str]]:
    """Collect the steps by which a statement reads the whole of a table."""
    found: list[str] = []
    asked: dict[str, object] = {}

    def remember(
        _c: object, _cursor: object, statement: str, values: object, *_: object
    ) -> None:
        if statement.startswith("SELECT"):
            asked[statement] = values

    with app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", remember)
        yield found
        event.remove(engine, "before_cursor_execute", remember)
        with engine.connect() as connection:
            for statement, values in asked.items():
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}",
                    values,  # type: ignore[arg-type]
                )
                found += [
                    step for *_, step in plan if re.match(rf"SCAN ({TABLES})\b", step)
                ]


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_any_field_breaks_the_search(app: Flask, name: str) -> None:
    client = app.test_client()
    # Where most chargers are is asked every five minutes, whatever the address holds.
    client.get("/")
    with scans(app) as found:
        statuses = {
            value: client.get(f"{address()}&{name}={value}", headers=_HX).status_code
            for value in HOSTILE
        } | {
            # Instead of the sound value, where the address has one.
            f"only {value}": client.get(f"/?{name}={value}", headers=_HX).status_code
            for value in HOSTILE[:12]
        }

    assert {v: s for v, s in statuses.items() if s not in STATUSES} == {}
    assert found == []


_HX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("q", "lat=91&lon=13"),
        ("radius_km", "radius_km=-1"),
        ("radius_km", "radius_km=1000000000"),
        ("to", "from=2026-06-10T18:00&to=2026-06-10T17:00"),
        ("from", "from=2026-06-09T18:00&to=2026-06-09T20:00"),
        ("to", "from=2026-06-10T18:00&to=2027-07-15T18:00"),
        ("plug", "plug=IEC_42"),
        ("plug", "plug=%27%3B+DROP+TABLE+evse"),
        ("day", "when=window&day=2026-06-09"),
        ("day", "when=window&day=today&after=06:00&before=09:00&hours=2"),
        ("day", "when=window&day=2026-09-09"),
        ("after", "when=window&after=25:00"),
        ("before", "when=window&before=%D9%A3"),
        ("hours", "when=window&after=18:00&before=19:00&hours=2"),
        ("when", "when=perhaps"),
        ("max_total", "max_total=nan"),
        ("kwh", "kwh=500"),
        ("soc_to", "soc_from=80&soc_to=20"),
        ("night", "night=maybe"),
    ],
)
def test_the_reason_stands_at_its_field_for_both_browsers(
    client: CheckedClient, hx: HtmxClient, field: str, query: str
) -> None:
    place = "" if "lat=" in query else "lat=52.5384&lon=13.4098&"
    for response in (client.get(f"/?{place}{query}"), hx.get(f"/?{place}{query}")):
        assert response.status_code == 422
        assert f'id="{field}-error"' in response.text


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 50_000,
        "lat=52.5&lon=13.4&" + "&".join(["plug=any"] * 5_000),
        "&".join(f"unknown{number}=1" for number in range(2_000)),
    ],
)
def test_a_huge_address_is_too_long(client: CheckedClient, query: str) -> None:
    response = client.get(f"/?{query}")

    assert response.status_code == 414
    assert "too long" in response.text


def test_repeated_names_mean_the_first_and_unknown_ones_nothing(
    client: CheckedClient,
) -> None:
    once = client.get(address(radius_km="7"))
    often = client.get(f"{address(radius_km='7')}&radius_km=-1&utm_source=x&evil[]=1")

    assert often.status_code == 200
    assert "within 7 km" in once.text
    assert "within 7 km" in often.text


@pytest.mark.parametrize(
    ("database_url", "rounds"),
    [("sqlite", 1_600), ("postgresql", 400)],
    indirect=["database_url"],
)
def test_malformed_addresses_are_answered_by_the_thousand(
    app: Flask, rounds: int
) -> None:
    random = Random(4)
    client = app.test_client()
    faults = {
        query: status
        for query in (_malformed(random) for _ in range(rounds))
        if (status := _status(client, query)) not in STATUSES
    }

    assert faults == {}
    with app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM evse")) == 1


def _status(client: FlaskClient, query: str) -> int:
    return client.get(f"/?{query}", headers=_HX).status_code


def _malformed(random: Random) -> str:
    """Return a query string of which some part is not as it should be."""
    parts = [f"{name}={value}" for name, value in _SOUND if random.random() < 0.4]
    for _ in range(random.randint(1, 3)):
        name = random.choice(NAMES)
        parts.append(f"{name}={_value(random)}")
    random.shuffle(parts)
    joined = random.choice(["&", "&", "&", "&&", ";", "&=&"]).join(parts)
    if random.random() < 0.1:
        at = random.randrange(len(joined))
        joined = joined[:at] + quote(chr(random.randrange(1, 0xD000))) + joined[at:]
    return joined


def _value(random: Random) -> str:
    kind = random.random()
    if kind < 0.6:
        return random.choice(HOSTILE)
    if kind < 0.8:
        sound = random.choice(_SOUND)[1]
        at = random.randrange(len(sound))
        return quote(sound[:at] + chr(random.randrange(32, 0x3000)) + sound[at + 1 :])
    return quote("".join(chr(random.randrange(0xD000)) for _ in range(8)))


_SOUND = (
    ("lat", "52.5384"),
    ("lon", "13.4098"),
    ("radius_km", "10"),
    ("from", "2026-06-10T18:00"),
    ("to", "2026-06-10T20:00"),
    ("when", "window"),
    ("when", "now"),
    ("day", "fri"),
    ("after", "18:00"),
    ("before", "23:00"),
    ("hours", "1.5"),
    ("plug", "IEC_62196_T2"),
    ("min_kw", "11"),
    ("max_price", "0.45"),
    ("max_total", "12"),
    ("kwh", "20"),
    ("soc_from", "20"),
    ("soc_to", "80"),
    ("instant", "1"),
    ("night", "1"),
    ("sort", "total"),
    ("sort", "soon"),
    ("shown", "40"),
)


def test_a_header_that_is_no_address_is_no_fault(hx: HtmxClient) -> None:
    answer = hx.get("/?lat=52.5&lon=13.4", headers={"HX-Current-URL": "http://[::1"})

    assert answer.status_code == 200
    assert "HX-Push-Url" in answer.headers
