"""The formats that can be imported, each as records and what makes them stations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from app.cli import afdc
from app.cli.afdc.prices import DEFAULT
from app.cli.afdc.rows import DC_FAST_W, LEVEL_1_W, LEVEL_2_W
from app.cli.stations import ocm, ocpi, own_csv
from app.cli.stations.json_list import objects_of
from app.cli.stations.plugs import DC_W, USUAL_W
from app.cli.stations.source import Record, Source
from app.cli.stations.station import RowRefused, Station
from app.cli.stations.table import rows_of
from app.pricing.domain import Tariff

Outcomes = Iterable[Station | RowRefused]


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is read.

    :param stations_of: the stations of a record; None for one that is no station
    :param usual: what is asked where a station gives no price, unless said otherwise
    :param assumed: what is taken for granted about every station, in words
    :param unit: what the place of a record is called, for messages
    :param rows: what many records are called
    :param counted: how many stations they held, in words, where that is not the same
    """

    records: Callable[[Source], Iterator[Record]]
    stations_of: Callable[[Record], Outcomes | None]
    usual: Tariff | None = None
    assumed: str = ""
    unit: str = "line"
    rows: str = "rows"
    counted: str = ""


def format_named(name: str, namespace: str = "") -> Format:
    """Return the format of this name.

    :param namespace: tells apart files of our own kind whose ids are the same
    """
    if name == "afdc":
        return Format(
            _afdc_records, _afdc_stations, DEFAULT, _AFDC, counted=", {} electric"
        )
    if name == "ocm":
        records = partial(rows_of, columns=ocm.COLUMNS, kind="an Open Charge Map table")
        return Format(records, _one(ocm.station_of), assumed=_OCM)
    if name == "ocpi":
        records = partial(objects_of, kind="a list of OCPI Locations")
        return Format(
            records,
            _ocpi_stations,
            unit="location",
            rows="locations",
            counted=", {} chargers in them",
        )
    source = f"csv:{namespace}" if namespace else own_csv.SOURCE
    records = partial(rows_of, columns=own_csv.COLUMNS, kind="a table of chargers")
    return Format(records, _one(partial(own_csv.station_of, source=source)))


_AFDC = (
    "one charger a station, however many plugs of a kind it has; "
    f"{LEVEL_1_W / 1000} kW for level 1, {LEVEL_2_W / 1000} kW for level 2, "
    f"{DC_FAST_W / 1000:.0f} kW for DC"
)
_OCM = (
    "one charger a station; the usual power of each plug, such as "
    f"{USUAL_W['IEC_62196_T2'] // 1000} kW for type 2 and {DC_W // 1000} kW for DC"
)


def _afdc_records(source: Source) -> Iterator[Record]:
    return rows_of(source, afdc.COLUMNS, kind="an AFDC station file")


def _afdc_stations(record: Record) -> Outcomes | None:
    # A row too short to say what it is counts as one that should have been read.
    if record.values.get("Fuel Type Code", "ELEC") != "ELEC":
        return None
    return _one(afdc.station_of)(record)


def _ocpi_stations(record: Record) -> Outcomes:
    if record.fault:
        return (RowRefused(record.fault),)
    try:
        return tuple(ocpi.stations_of(record.values))
    except RowRefused as refusal:
        return (refusal,)


def _one(parse: Callable[..., Station]) -> Callable[[Record], Outcomes]:
    def stations_of(record: Record) -> Outcomes:
        if record.fault:
            return (RowRefused(record.fault),)
        try:
            return (parse(record.values),)
        except RowRefused as refusal:
            return (refusal,)

    return stations_of


def id_of(record: Record) -> str:
    """Return what a broken record calls itself, for messages; empty if nothing."""
    for name in ("ID", "id"):
        value = record.values.get(name)
        if isinstance(value, str | int) and str(value).strip():
            return " ".join(str(value).split())[:40]
    return ""
