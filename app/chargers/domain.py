"""What a charger is and which descriptions of one are accepted.

Pure values and rules; nothing here reads a clock, a database or a request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import category
from zoneinfo import available_timezones

from app.kernel.connectors import PLUG_NAMES, POWER_TYPES, is_dc
from app.kernel.errors import DomainError
from app.kernel.geo import BadPoint, Point

PARKING_TYPES = {
    "ON_DRIVEWAY": "Driveway",
    "ON_STREET": "On the street",
    "PARKING_LOT": "Car park",
    "PARKING_GARAGE": "Parking garage",
    "UNDERGROUND_GARAGE": "Underground garage",
}
# Whether a wish is a booking at once, or a question that the owner answers first.
BOOKING_MODES = {
    "INSTANT": "At once: whoever books has the time",
    "REQUEST": "On request: I answer each driver first",
}
FORMATS = {"SOCKET": "Socket (bring your cable)", "CABLE": "Cable attached"}
VISIBLE_STATES = frozenset({"PUBLISHED", "PAUSED"})
MAX_CONNECTORS = 6
MAX_AC_W = 100_000
MAX_DC_W = 1_000_000
MAX_LENGTH_MIN = 24 * 60
# Whoever answers first needs this notice: an answer comes half an hour before the
# start at the latest, so at least half an hour is left for it.
REQUEST_LEAD_MIN = 60
# Control characters and halves of characters, which PostgreSQL refuses to store.
_BROKEN = frozenset({"Cc", "Cs"})
_COUNTRY = re.compile(r"[A-Z]{2}")
_ZONES = frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})


class ListingRefused(DomainError):
    """The description of the charger is not acceptable; ``field`` says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One plug or socket of a charger; ``standard`` is an OCPI ConnectorType."""

    standard: str
    format: str
    power_type: str
    max_power_w: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A stored picture of the place; ``key`` is its name in the storage."""

    key: str
    width_px: int
    height_px: int

    @property
    def small_key(self) -> str:
        """The name of the same picture in the size for lists."""
        return small_key(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCharger:
    """Everything an owner says about a charger, when listing and when editing it.

    Lengths, lead time and buffer are minutes, powers are watts.

    :param is_accessible: whether a wheelchair gets to the plug; None if not said
    :param has_free_parking: whether parking there costs nothing; None if not said
    :param booking_mode: ``INSTANT`` or ``REQUEST``
    """

    name: str
    address: str
    city: str
    postal_code: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    connectors: tuple[Connector, ...]
    parking_type: str = "ON_DRIVEWAY"
    access_notes: str = ""
    house_rules: str = ""
    min_length_min: int = 30
    max_length_min: int = 720
    lead_min: int = 0
    horizon_days: int = 28
    buffer_min: int = 10
    is_accessible: bool | None = None
    has_free_parking: bool | None = None
    booking_mode: str = "INSTANT"

    @property
    def notice_min(self) -> int:
        """The notice in minutes that holds: on request there must be time to answer."""
        least = REQUEST_LEAD_MIN if self.booking_mode == "REQUEST" else 0
        return max(self.lead_min, least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """A charger as other rooms see it: one EVSE at its place, with its terms.

    ``id`` is the EVSE's. The exact place, the address and the access notes are for
    the owner and for drivers with a booking; everybody else gets the public point.
    """

    id: int
    location_id: int
    owner_id: int
    owner_name: str
    name: str
    address: str
    city: str
    postal_code: str
    country_code: str
    latitude: float
    longitude: float
    public_latitude: float
    public_longitude: float
    time_zone: str
    parking_type: str
    access_notes: str
    house_rules: str
    listing_state: str
    code: str
    min_length_min: int
    max_length_min: int
    lead_min: int
    horizon_days: int
    buffer_min: int
    is_inoperative: bool
    connectors: tuple[Connector, ...]
    photos: tuple[Photo, ...]
    is_accessible: bool | None = None
    has_free_parking: bool | None = None
    booking_mode: str = "INSTANT"

    @property
    def asks_first(self) -> bool:
        """Whether the owner answers a driver before the time is the driver's."""
        return self.booking_mode == "REQUEST"

    @property
    def is_bookable(self) -> bool:
        """Whether new bookings may be made."""
        return self.listing_state == "PUBLISHED" and not self.is_inoperative

    @property
    def max_power_w(self) -> int:
        """The strongest connector's power in watts."""
        return max((each.max_power_w for each in self.connectors), default=0)


def small_key(key: str) -> str:
    """Return the name of a photo's small version, given that of the large one.

    >>> small_key("3fa9.jpg")
    '3fa9s.jpg'
    """
    return key.replace(".jpg", "s.jpg")


def is_time_zone(name: str) -> bool:
    """Return whether the name is an IANA time zone that can be computed with."""
    return name in _ZONES


def check_listing(command: ListCharger) -> Point:
    """Return the charger's true point if every part of the command is acceptable.

    :raises ListingRefused: with the field and the reason, at the first fault
    """
    _check_texts(command)
    _check_terms(command)
    if not _COUNTRY.fullmatch(command.country_code):
        raise ListingRefused("Please choose a country.", field="country_code")
    if not is_time_zone(command.time_zone):
        raise ListingRefused("Please choose a time zone.", field="time_zone")
    if command.parking_type not in PARKING_TYPES:
        raise ListingRefused(
            "Please choose where the car stands.", field="parking_type"
        )
    if command.booking_mode not in BOOKING_MODES:
        raise ListingRefused(
            "Please choose how drivers book: at once or on request.",
            field="booking_mode",
        )
    if not 1 <= len(command.connectors) <= MAX_CONNECTORS:
        raise ListingRefused(
            f"A charger has between 1 and {MAX_CONNECTORS} plugs.", field="standard"
        )
    for connector in command.connectors:
        check_connector(connector)
    return _point(command)


def check_connector(connector: Connector) -> None:
    """Let a plug pass that a charger in a driveway can have.

    :raises ListingRefused: if the plug is unknown or its power cannot be right
    """
    if connector.standard not in PLUG_NAMES:
        raise ListingRefused("Please choose a plug from the list.", field="standard")
    if connector.format not in FORMATS:
        raise ListingRefused("Please choose a socket or a cable.", field="format")
    if connector.power_type not in POWER_TYPES:
        raise ListingRefused("Please choose AC or DC.", field="power_type")
    direct = connector.power_type == "DC"
    # The North American plug carries both; every other one only one kind.
    if connector.standard != "SAE_J3400" and is_dc(connector.standard) != direct:
        raise ListingRefused(
            f"{PLUG_NAMES[connector.standard]} carries "
            f"{'AC' if direct else 'DC'} only.",
            field="power_type",
        )
    limit = MAX_DC_W if direct else MAX_AC_W
    if not 500 <= connector.max_power_w <= limit:
        raise ListingRefused(
            f"The power must lie between 0.5 and {limit // 1000} kW.",
            field="max_power_w",
        )


def _point(command: ListCharger) -> Point:
    try:
        return Point(command.latitude, command.longitude)
    except BadPoint as error:
        field = "latitude" if error.field == "lat" else "longitude"
        raise ListingRefused(error.message, field=field) from error


def _check_texts(command: ListCharger) -> None:
    _check_text(command.name, "name", "a name", 80)
    _check_text(command.address, "address", "an address", 120)
    _check_text(command.city, "city", "a town", 80)
    _check_text(command.postal_code, "postal_code", "", 16, required=False)
    for field in ("access_notes", "house_rules"):
        text: str = getattr(command, field)
        _check_text(text, field, "", 2000, required=False, lines=True)


def _check_text(
    text: str,
    field: str,
    noun: str,
    longest: int,
    *,
    required: bool = True,
    lines: bool = False,
) -> None:
    if required and not text.strip():
        raise ListingRefused(f"Please give {noun}.", field=field)
    if len(text) > longest:
        raise ListingRefused(f"Please use at most {longest} characters.", field=field)
    allowed = "\r\n\t" if lines else ""
    if any(category(each) in _BROKEN and each not in allowed for each in text):
        raise ListingRefused("There is an invisible character in it.", field=field)


def _check_terms(command: ListCharger) -> None:
    shortest, longest = command.min_length_min, command.max_length_min
    if not 15 <= shortest <= MAX_LENGTH_MIN or shortest % 15:
        raise ListingRefused(
            "The shortest booking is a whole number of quarter hours.",
            field="min_length_min",
        )
    if not shortest <= longest <= MAX_LENGTH_MIN or longest % 15:
        raise ListingRefused(
            "The longest booking is a whole number of quarter hours, at most 24 h, "
            "and not shorter than the shortest.",
            field="max_length_min",
        )
    for field, highest, unit in (
        ("lead_min", 7 * 24 * 60, "minutes"),
        ("horizon_days", 28, "days"),
        ("buffer_min", 120, "minutes"),
    ):
        lowest = 1 if field == "horizon_days" else 0
        if not lowest <= getattr(command, field) <= highest:
            raise ListingRefused(
                f"Please choose between {lowest} and {highest} {unit}.", field=field
            )
    if command.notice_min > command.horizon_days * 24 * 60 - longest:
        raise ListingRefused(
            "With so much notice nothing could ever be booked so few days ahead.",
            field="horizon_days",
        )
