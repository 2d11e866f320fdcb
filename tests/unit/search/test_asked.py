"""Texts of an address become a search or a reason; a search has one address."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from app.kernel.geo import Point
from app.search.address import address_of, let_go, values_of
from app.search.asked import FLAGS, Asked, read_asked
from app.search.domain import (
    DayWindow,
    Order,
    PriceLimit,
    Query,
    Span,
    UntilFull,
    Wish,
)

SPAN = Span(starts=datetime(2026, 6, 10, 18), ends=datetime(2026, 6, 10, 20))
FRIDAY = DayWindow(day="fri", after_min=18 * 60, before_min=23 * 60)


def read(address: str, *, has_car: bool = False) -> Asked:
    """Return what an address asks for, which must be possible."""
    asked, refusals = read_asked(dict(parse_qsl(address)), has_car=has_car)
    assert not refusals
    return asked


def refused(address: str) -> list[str | None]:
    """Return the fields at which an address is refused."""
    _, refusals = read_asked(dict(parse_qsl(address)), has_car=False)
    assert all(each.message.endswith(".") for each in refusals)
    return [each.field for each in refusals]


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("", Asked()),
        ("q=+Berlin++Mitte%00", Asked(text="Berlin Mitte")),
        ("lat=52,5&lon=-13.25", Asked(point=Point(52.5, -13.25))),
        ("radius_km=07", Asked(radius_km=7)),
        ("from=2026-06-10T18:00&to=2026-06-10 20:00", Asked(time=SPAN)),
        ("from=2026-06-10T18:00:00&when=span", Asked(time=SPAN)),
        ("from=2026-06-10T18:00&when=any", Asked()),
        ("when=now&from=2026-06-10T18:00", Asked(time=UntilFull())),
        ("when=window", Asked(time=DayWindow())),
        ("when=window&day=FRI&after=18&before=23:00&hours=2", Asked(time=FRIDAY)),
        ("day=fri&after=18.00&before=23:00:00", Asked(time=FRIDAY)),
        ("after=18:07", Asked(time=DayWindow(after_min=18 * 60))),
        ("before=22:31", Asked(time=DayWindow(before_min=22 * 60 + 45))),
        ("before=00:00", Asked(time=DayWindow())),
        ("before=24:00", Asked(time=DayWindow())),
        ("hours=1,1", Asked(time=DayWindow(length=timedelta(minutes=75)))),
        ("hours=0.01", Asked(time=DayWindow(length=timedelta(minutes=15)))),
        ("plug=CHADEMO", Asked(plug="CHADEMO")),
        ("plug=car", Asked()),
        ("min_kw=7,2", Asked(min_power_w=7_200)),
        ("max_price=0.45", Asked(max_price=PriceLimit(Decimal("0.45")))),
        ("max_total=12", Asked(max_total=PriceLimit(Decimal(12)))),
        ("kwh=12.5", Asked(wish=Wish(energy_wh=12_500))),
        ("soc_from=10&soc_to=90 %", Asked(wish=Wish(soc_from=10, soc_to=90))),
        ("soc_to=15", Asked(wish=Wish(soc_from=0, soc_to=15))),
        ("soc_to=90", Asked(wish=Wish(soc_from=20, soc_to=90))),
        ("soc_from=85", Asked(wish=Wish(soc_from=85, soc_to=100))),
        ("soc_from=30", Asked(wish=Wish(soc_from=30, soc_to=80))),
        ("kwh=20&soc_to=15", Asked(wish=Wish(energy_wh=20_000))),
        ("instant=1&night=on&public=0", Asked(instant=True, night=True)),
        ("accessible=TRUE&free_parking=yes", Asked(accessible=True, free_parking=True)),
        ("sort=soon", Asked(order=Order.SOON)),
        ("shown=21", Asked(shown=40)),
        ("shown=999", Asked(shown=100)),
        ("shown=-3", Asked()),
        ("utm_source=x&%27%3B+DROP+TABLE=1", Asked()),
    ],
)
def test_an_address_asks_for(address: str, asked: Asked) -> None:
    assert read(address) == asked


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("lat=91&lon=0", ["lat"]),
        ("lat=nan&lon=0", ["q"]),
        ("lat=52.5", ["q"]),
        ("radius_km=-1", ["radius_km"]),
        ("radius_km=1000000000", ["radius_km"]),
        ("radius_km=٥", ["radius_km"]),
        ("when=later", ["when"]),
        ("to=2026-06-10T18:00", ["from"]),
        ("from=2026-06-10T18:00&to=2026-06-10T17:00", ["to"]),
        ("from=2026-06-10T18:00&to=2027-07-15T18:00", ["to"]),
        ("from=soon", ["from"]),
        ("when=window&day=caturday", ["day"]),
        ("after=25:00", ["after"]),
        ("after=24:00", ["after"]),
        ("after=18:60", ["after"]),
        ("before=six", ["before"]),
        ("hours=0", ["hours"]),
        ("hours=-1", ["hours"]),
        ("hours=24.5", ["hours"]),
        ("hours=inf", ["hours"]),
        ("after=20&before=21", ["hours"]),
        ("plug=IEC_42", ["plug"]),
        ("min_kw=1e3", ["min_kw"]),
        ("min_kw=1001", ["min_kw"]),
        ("max_price=nan&max_total=cheap", ["max_price", "max_total"]),
        ("max_total=-1", ["max_total"]),
        ("max_total=1000001", ["max_total"]),
        ("kwh=0.5", ["kwh"]),
        ("kwh=201", ["kwh"]),
        ("kwh=999999999", ["kwh"]),
        ("soc_from=1.5", ["soc_from"]),
        ("soc_to=101", ["soc_to"]),
        ("soc_from=80&soc_to=20", ["soc_to"]),
        ("instant=perhaps", ["instant"]),
        ("sort='; DROP TABLE evse", ["sort"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    address: str, fields: list[str | None]
) -> None:
    assert refused(address) == fields


def test_what_was_changed_is_said() -> None:
    assert len(read("after=18:07&before=22:31").notes) == 2
    assert read("hours=1.1").notes == (
        "Time is sold in quarter hours: searching for 1 h 15 min.",
    )
    assert "do not count" in read("kwh=20&soc_to=90").notes[0]
    assert read("after=18:15&hours=1.25&kwh=20").notes == ()


def test_the_drivers_own_plug_is_preset_and_left_out() -> None:
    asked = read("", has_car=True)

    assert asked.plug == "car"
    assert address_of(asked) == ""
    assert address_of(read("plug=any", has_car=True)) == "plug=any"
    assert address_of(read("plug=car", has_car=False)) == ""


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        (Asked(), ""),
        (Asked(point=Point(52.5384, -0.0)), "lat=52.5384&lon=0"),
        (Asked(text="Köln & Umland"), "q=K%C3%B6ln+%26+Umland"),
        (Asked(time=SPAN), "from=2026-06-10T18:00&to=2026-06-10T20:00"),
        (Asked(time=UntilFull()), "when=now"),
        (Asked(time=DayWindow()), "when=window&hours=2"),
        (
            Asked(time=FRIDAY),
            "when=window&day=fri&after=18:00&before=23:00&hours=2",
        ),
        (Asked(min_power_w=3_600), "min_kw=3.6"),
        (Asked(max_price=PriceLimit(Decimal("0.450"))), "max_price=0.45"),
        (Asked(max_total=PriceLimit(Decimal(100))), "max_total=100"),
        (Asked(max_total=PriceLimit(Decimal(0))), "max_total=0"),
        (Asked(wish=Wish(energy_wh=12_500)), "kwh=12.5"),
        (Asked(wish=Wish(soc_from=0, soc_to=55)), "soc_from=0&soc_to=55"),
        (Asked(order=Order.TOTAL, shown=40), "sort=total&shown=40"),
        (
            Asked(**dict.fromkeys(FLAGS, True)),
            "instant=1&accessible=1&free_parking=1&night=1&public=1",
        ),
    ],
)
def test_a_search_has_one_address_that_leads_back_to_it(
    asked: Asked, address: str
) -> None:
    assert address_of(asked) == address
    assert read(address) == asked


def test_changes_are_made_before_the_address_is_written() -> None:
    assert address_of(Asked(text="Berlin", radius_km=10), radius_km=5) == "q=Berlin"


def test_what_is_let_go_is_what_the_loosened_query_lacks() -> None:
    asked = Asked(
        time=FRIDAY,
        plug="CHADEMO",
        min_power_w=22_000,
        max_price=PriceLimit(Decimal(1)),
        max_total=PriceLimit(Decimal(1)),
        instant=True,
        accessible=True,
        free_parking=True,
        night=True,
    )
    query = Query(
        center=Point(0, 0),
        time=SPAN,
        standards=frozenset({"CHADEMO"}),
        min_power_w=22_000,
        max_price=asked.max_price,
        max_total=asked.max_total,
        is_instant=True,
        is_accessible=True,
        has_free_parking=True,
        is_open_at_night=True,
    )
    whole = values_of(asked)

    for name, wider in query.loosened():
        left = values_of(let_go(asked, name, wider))
        if name == "radius_km":
            assert left == whole | {"radius_km": "10"}
        else:
            gone = whole.keys() - left.keys()
            assert gone in ({name}, {"when", "day", "after", "before", "hours"})
            assert left.items() <= whole.items()
