"""Whatever a row or an object holds, it becomes a station or a refusal in words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.chargers.domain import check_listing
from app.chargers.service import check_station
from app.cli import afdc
from app.cli.stations import ocm, own_csv
from app.cli.stations.ocpi import stations_of
from app.cli.stations.station import RowRefused, Station, listing_of, public_of
from app.kernel.csv_text import defused
from app.pricing.domain import Tariff
from tests.support.stations import location, ocm_row, own_row, row

EURO = Tariff(currency="EUR", energy_milli_per_kwh=45_000, time_milli_per_hour=0)
quick = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
words = st.sampled_from(
    ("Mo", "-Fr ", "08:00", "24/7", ";", ":", "|", "=1+1", "IEC_62196_T2", "22", "nan",
     "-90", "1e400", "0.39", "EUR", "yes", "\x00", "\ud800", "DE", "CCS (Type 2)")
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=20), st.lists(words, max_size=5).map("".join), st.just("9" * 400)
)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)


def check(station: Station) -> None:
    """Whatever it becomes can be stored."""
    with suppress(RowRefused):
        check_listing(listing_of(station, EURO).command)
    with suppress(RowRefused):
        check_station(public_of(station))


@quick
@given(st.dictionaries(st.sampled_from(sorted(own_row())), values, max_size=5))
def test_any_row_of_our_own_table(changes: dict[str, Any]) -> None:
    with suppress(RowRefused):
        check(own_csv.station_of({**own_row(), **changes}))


@quick
@given(st.dictionaries(st.sampled_from(sorted(ocm_row())), values, max_size=5))
def test_any_row_of_the_registry(changes: dict[str, Any]) -> None:
    with suppress(RowRefused):
        check(ocm.station_of({**ocm_row(), **changes}))


@quick
@given(st.dictionaries(st.sampled_from(sorted(row())), values, max_size=5))
def test_any_row_of_the_data_center(changes: dict[str, Any]) -> None:
    with suppress(RowRefused):
        check(afdc.station_of({**row(), **changes}))


def scrambled(
    changes: dict[str, Any], evse: dict[str, Any], plug: dict[str, Any]
) -> Any:
    """Return a Location in which anything may be anything."""
    honest = location()
    first = honest["evses"][0]
    plugs = [{**first["connectors"][0], **plug}]
    honest["evses"] = [{**first, "connectors": plugs, **evse}]
    return {**honest, **changes}


@quick
@given(
    changes=st.dictionaries(st.sampled_from(sorted(location())), values, max_size=3),
    evse=st.dictionaries(
        st.sampled_from(
            ("uid", "status", "connectors", "parking", "parking_restrictions",
             "physical_reference", "floor_level")
        ),
        values,
        max_size=3,
    ),
    plug=st.dictionaries(
        st.sampled_from(sorted(location()["evses"][0]["connectors"][0])),
        values,
        max_size=3,
    ),
)  # fmt: skip
def test_any_location(
    changes: dict[str, Any], evse: dict[str, Any], plug: dict[str, Any]
) -> None:
    with suppress(RowRefused):
        for each in stations_of(scrambled(changes, evse, plug)):
            if isinstance(each, Station):
                check(each)


@quick
@given(texts)
def test_no_text_is_a_formula_once_it_is_defused(text: str) -> None:
    written = defused(text)

    assert written.lstrip(" ")[:1] not in tuple("=+-@\t\r\n")
    assert written in (text, f"'{text}")
