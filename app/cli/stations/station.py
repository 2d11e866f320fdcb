"""What a station file says of one place to charge, whatever its format.

Pure values, and the two things they can become: a charger of an owner here, or a
public station that nobody can book.
"""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import category

from app.chargers.domain import Connector, ListCharger, ListingRefused, check_listing
from app.chargers.service import AddStation, check_station
from app.kernel.connectors import PLUG_NAMES
from app.pricing.domain import Tariff
from app.schedules.domain import (
    ALWAYS,
    Opening,
    OpeningRefused,
    OpeningRule,
    check_opening,
)


class RowRefused(Exception):
    """The row cannot become a charger or a station; the message says why."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours as the file words them.

    :param rules: None where nothing is said, or it was not understood
    :param refusal: why the words were not taken; empty where they were
    """

    text: str = ""
    rules: tuple[OpeningRule, ...] | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """A price as the file words it.

    :param tariff: None where nothing is said, or it cannot be asked here
    :param refusal: why the words were not taken; empty where they were
    :param remark: what was left out of a price that was taken
    """

    text: str = ""
    tariff: Tariff | None = None
    refusal: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One place to charge; texts may be empty, and what is unknown is None.

    :param time_zone: empty where neither the file nor the place tells it
    :param connectors: plugs with an OCPI standard, the listable ones among them
    :param is_power_assumed: whether the powers are only usual for such plugs
    :param other_plugs: plugs as the file calls them that have no OCPI standard
    :param not_public: why strangers should not see it; empty where they may
    """

    source: str
    source_id: str
    name: str
    latitude: float
    longitude: float
    country_code: str
    operator: str = ""
    address: str = ""
    city: str = ""
    postal_code: str = ""
    time_zone: str = ""
    connectors: tuple[Connector, ...] = ()
    is_power_assumed: bool = False
    other_plugs: tuple[str, ...] = ()
    parking_type: str = "PARKING_LOT"
    access_notes: str = ""
    house_rules: str = ""
    is_accessible: bool | None = None
    has_free_parking: bool | None = None
    hours: Hours = Hours()
    price: Price = Price()
    not_public: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A station as its owner would offer it.

    :param has_own_hours: False where the rules are only assumed
    :param has_own_price: False where the tariff is what the owner asks by default
    """

    command: ListCharger
    rules: tuple[OpeningRule, ...]
    tariff: Tariff
    has_own_hours: bool
    has_own_price: bool


def listing_of(station: Station, usual: Tariff | None) -> Listing:
    """Return the charger that a station becomes when somebody offers it.

    :param usual: what the owner asks where the file gives no price
    :raises RowRefused: if something is missing that nobody may guess
    """
    if any(category(each) in ("Cc", "Cs") for each in station.source_id):
        raise RowRefused("there is an invisible character in its id")
    if not station.time_zone:
        raise RowRefused("no time zone is known for its place")
    tariff = station.price.tariff or usual
    command = _command(station)
    rules = ALWAYS if station.hours.rules is None else station.hours.rules
    try:
        check_listing(command)
        check_opening(Opening(rules=rules))
    except (ListingRefused, OpeningRefused) as refusal:
        reason = refusal.message.rstrip(".")
        raise RowRefused(f"{reason} ({refusal.field})") from refusal
    if tariff is None:
        said = f" ({station.price.refusal})" if station.price.refusal else ""
        raise RowRefused(f"it has no price that can be asked{said}; see --price")
    return Listing(
        command=command,
        rules=rules,
        tariff=tariff,
        has_own_hours=station.hours.rules is not None,
        has_own_price=station.price.tariff is not None,
    )


def _command(station: Station) -> ListCharger:
    known = tuple(each for each in station.connectors if each.standard in PLUG_NAMES)
    others = [each.standard for each in station.connectors if each not in known]
    others += station.other_plugs
    if not known:
        raise RowRefused(f"it has no plug that we know: {' '.join(others)!r}")
    rules = station.house_rules
    if others:
        rules = "\n".join(filter(None, (rules, f"Further plugs: {', '.join(others)}")))
    return ListCharger(
        name=shortened(station.name or station.address, 80),
        address=shortened(station.address, 120),
        city=station.city,
        postal_code=station.postal_code,
        country_code=station.country_code,
        latitude=station.latitude,
        longitude=station.longitude,
        time_zone=station.time_zone,
        connectors=known,
        parking_type=station.parking_type,
        access_notes=shortened(station.access_notes, 2000),
        house_rules=shortened(rules, 2000),
        is_accessible=station.is_accessible,
        has_free_parking=station.has_free_parking,
    )


def public_of(station: Station) -> AddStation:
    """Return the public station that a station becomes when nobody offers it.

    :raises RowRefused: if strangers should not see it, or it has no name or place
    """
    if station.not_public:
        raise RowRefused(station.not_public)
    if len(station.country_code) > 2:
        raise RowRefused(f"its country is {shortened(station.country_code, 40)!r}")
    powers = [each.max_power_w for each in station.connectors]
    standards = [each.standard for each in station.connectors]
    command = AddStation(
        source_id=station.source_id,
        name=shortened(station.name or station.operator or station.address, 120),
        operator=shortened(station.operator, 80),
        city=shortened(station.city, 80),
        country_code=station.country_code,
        latitude=station.latitude,
        longitude=station.longitude,
        standards=tuple(dict.fromkeys((*standards, *station.other_plugs))),
        max_power_w=None if station.is_power_assumed else max(powers, default=None),
        hours_text=shortened(station.hours.text, 1000),
        price_text=shortened(station.price.text, 1000),
    )
    try:
        check_station(command)
    except ListingRefused as refusal:
        reason = refusal.message.rstrip(".")
        raise RowRefused(f"{reason} ({refusal.field})") from refusal
    return command


def shortened(text: str, longest: int) -> str:
    """Return the text, cut with an ellipsis where it is longer than allowed."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def cell_text(value: object) -> str:
    """Return a text of a file on one line, and nothing for what is no text."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def degrees(value: object, name: str) -> float:
    """Return a coordinate, given as a number or as text.

    :param name: ``latitude`` or ``longitude``
    :raises RowRefused: if it is none on the earth
    """
    limit = 90 if name == "latitude" else 180
    shown = shortened(str(value), 40) if isinstance(value, str | float) else "missing"
    try:
        # A yes or no counts as a number elsewhere, and is no coordinate.
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = float(value)
    except (ValueError, OverflowError):
        raise RowRefused(f"its {name} is {shown!r}") from None
    if not -limit <= number <= limit:
        raise RowRefused(
            f"its {name} must lie between -{limit} and {limit}, not {shown!r}"
        )
    return number


def yes_or_no(text: str, name: str) -> bool | None:
    """Return what a cell says, or None where it says nothing.

    :raises RowRefused: if it says something else
    """
    try:
        return {"": None, "yes": True, "true": True, "1": True, "no": False,
                "false": False, "0": False}[text.casefold()]  # fmt: skip
    except KeyError:
        shown = shortened(text, 40)
        raise RowRefused(f"its {name} is {shown!r}, not yes or no") from None
