"""What the search answers with: frozen values for the page and its map."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.geo import Point
from app.search.domain import Car, Charge, Fit, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One charger of the list.

    :ivar point: where the public sees it; never the door
    :ivar photo_key: the small picture of the place
    :ivar is_auctioned: whether one can bid for its time; the price is what booking
        at once costs
    :ivar free_text: when it can be had, in a few words
    :ivar ends_text: when the energy is in, such as ``by 19:30``, in local time
    :ivar walk_min: about how long the way takes on foot; None where nobody walks
    :ivar is_request: whether the owner has to say yes first
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
    is_free_now: bool
    photo_key: str | None
    ends_text: str = ""
    walk_min: int | None = None
    is_request: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """One charger on the map."""

    charger_id: int
    name: str
    point: Point
    total_minor: int
    currency: str
    is_free: bool


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
    :ivar points: the hits and those after them, for the map
    :ivar loosened: what to change, where nothing was found
    :ivar beyond: where nothing was found: the nearest match outside of the circle
    """

    query: Query
    car: Car
    total: int
    has_more: bool
    hits: tuple[Hit, ...] = ()
    points: tuple[MapPoint, ...] = ()
    counts: tuple[GridCount, ...] = ()
    loosened: tuple[Loosened, ...] = ()
    beyond: Hit | None = None
