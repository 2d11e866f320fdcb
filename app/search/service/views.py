"""What the search answers with: frozen values for the page and its map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.kernel.geo import Point
from app.search.domain import Car, Charge, Fit, Query, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One charger of the list.

    :ivar point: where the public sees it; never the door
    :ivar photo_key: the small picture of the place
    :ivar is_auctioned: whether one can bid for its time; the price is what booking
        at once costs
    :ivar free_text: when it can be had, in a few words
    :ivar is_free: whether at the time that was asked for, or else right now
    :ivar begins_at: UTC, when charging would begin
    :ivar ends_text: when the energy is in, such as ``by 19:30``, in local time; empty
        where the free time ends before
    :ivar walk_min: about how long the way takes on foot; None where nobody walks
    :ivar is_request: whether the owner has to say yes first
    :ivar span: the time of the price, by the charger's clock; None where that cannot
        say it, as in the hour that it shows twice
    """

    charger_id: int
    name: str
    city: str
    point: Point
    distance_m: float
    time_zone: str
    fit: Fit
    charge: Charge
    energy_milli_per_kwh: int
    time_milli_per_hour: int
    is_auctioned: bool
    free_text: str
    is_free: bool
    photo_key: str | None
    begins_at: datetime
    ends_text: str
    walk_min: int | None
    is_request: bool
    span: Span | None


class MapPoint(NamedTuple):
    """One charger on the map, lean because an answer has hundreds.

    :ivar lat: where the public sees it, as ``lon``; never the door
    :ivar span: the time of the price, by the charger's clock; None where that cannot
        say it, as in the hour that it shows twice
    """

    charger_id: int
    name: str
    lat: float
    lon: float
    total_minor: int
    currency: str
    energy_wh: int
    is_free: bool
    is_request: bool
    span: Span | None

    @property
    def point(self) -> Point:
        """Where the public sees it."""
        return Point(self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class PublicPin:
    """A public station on the map: nobody can book it here."""

    station_id: int
    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class GridCount:
    """How many more chargers lie round a point, too many to draw or to check."""

    point: Point
    count: int


@dataclass(frozen=True, slots=True)
class Loosened:
    """A filter that hides chargers, and how many would show without it.

    :ivar name: as `Query.loosened` names it, such as ``plug`` or ``radius_km``
    :ivar is_more: whether there are even more than counted
    """

    name: str
    query: Query
    count: int
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The answer to one search, best first.

    :ivar total: chargers found that satisfy everything
    :ivar has_more: whether the circle holds further candidates that nobody checked
    :ivar looked: how many chargers were looked at, the nearest ones of the circle
    :ivar points: the hits and those after them, for the map
    :ivar loosened: what to change, where nothing was found
    :ivar beyond: where nothing was found: the nearest match outside of the circle
    :ivar public: public stations of the circle, where they were asked for
    """

    query: Query
    car: Car
    total: int
    has_more: bool
    looked: int = 0
    hits: tuple[Hit, ...] = ()
    points: tuple[MapPoint, ...] = ()
    counts: tuple[GridCount, ...] = ()
    loosened: tuple[Loosened, ...] = ()
    beyond: Hit | None = None
    public: tuple[PublicPin, ...] = ()
