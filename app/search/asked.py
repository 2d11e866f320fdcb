"""A search as it was asked: names and texts of the address, read strictly.

Pure: no browser and no database, so that a kept search is read like a page's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.search.domain import (
    DayWindow,
    Order,
    PriceLimit,
    Query,
    SearchRefused,
    Span,
    UntilFull,
    Wish,
    length_words,
    read_span,
)
from app.search.domain.times import QUARTER
from app.web.fields import without_controls

T = TypeVar("T")
DEFAULT_RADIUS_KM = 5
MAX_TEXT = 120
ANY_PLUG = "any"
CAR_PLUG = "car"
CARDS = 20
MAX_CARDS = 100
FLAGS = ("instant", "accessible", "free_parking", "night", "public")
_NUMBER = re.compile(r"-?\d{1,9}([.,]\d{1,12})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?", re.ASCII)
_YES, _NO = {"1", "on", "true", "yes"}, {"", "0", "off", "false", "no"}
_ANYWHERE = Point(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for: the place still in words, the plug still "my car's".

    :ivar time: when; the day of a `DayWindow` is still a name
    :ivar notes: what was changed to make a wish fit
    :ivar plug: ``any``, ``car``, or an OCPI connector standard
    :ivar preset_plug: what the plug is where the address does not say it
    :ivar public: whether to show public stations beside the chargers
    :ivar shown: how many cards the list shows
    """

    text: str = ""
    point: Point | None = None
    radius_km: int = DEFAULT_RADIUS_KM
    time: Span | DayWindow | UntilFull | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)
    plug: str = ANY_PLUG
    preset_plug: str = ANY_PLUG
    min_power_w: int = 0
    max_price: PriceLimit | None = None
    max_total: PriceLimit | None = None
    wish: Wish | None = None
    instant: bool = False
    accessible: bool = False
    free_parking: bool = False
    night: bool = False
    public: bool = False
    order: Order = Order.NEAR
    shown: int = CARDS

    @property
    def span(self) -> Span | None:
        """The exact time that is wanted, where there is one."""
        return self.time if isinstance(self.time, Span) else None


def read_asked(
    values: Mapping[str, str], *, has_car: bool
) -> tuple[Asked, tuple[DomainError, ...]]:
    """Return the search, and why parts of it cannot be; those parts are left out.

    :param values: texts by the names of the address; unknown names are ignored
    :param has_car: whether the driver's car is known, which presets the plug
    """
    reader = _Reader(values)
    preset = CAR_PLUG if has_car else ANY_PLUG
    plug = reader.take(reader.plug, preset) or preset
    # A driver's own link, opened by a visitor, must not be refused.
    if plug == CAR_PLUG and not has_car:
        plug = ANY_PLUG
    asked = Asked(
        text=reader.text("q")[:MAX_TEXT],
        point=reader.take(reader.point, None),
        radius_km=reader.take(reader.radius_km, DEFAULT_RADIUS_KM),
        time=reader.take(reader.time, None),
        plug=plug,
        preset_plug=preset,
        min_power_w=reader.take(reader.power_w, 0),
        max_price=reader.take(lambda: reader.price("max_price"), None),
        max_total=reader.take(lambda: reader.price("max_total"), None),
        wish=reader.take(reader.wish, None),
        order=reader.take(reader.order, Order.NEAR),
        shown=reader.cards(),
        notes=tuple(reader.notes),
        **{name: reader.flag(name) for name in FLAGS},
    )
    return asked, tuple(reader.refusals)


class _Reader:
    """Reads one value after the other and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.notes: list[str] = []
        self.refusals: list[DomainError] = []

    def take(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what is read, or the other value and remember why."""
        try:
            return read()
        except DomainError as error:
            self.refusals.append(error)
            return otherwise

    def text(self, name: str) -> str:
        """Return one clean line."""
        return " ".join((without_controls(self._values.get(name)) or "").split())

    def point(self) -> Point | None:
        lat, lon = self.text("lat"), self.text("lon")
        if not lat and not lon:
            return None
        if not (_NUMBER.fullmatch(lat) and _NUMBER.fullmatch(lon)):
            raise SearchRefused(
                "These are not coordinates. Please name a place.", field="q"
            )
        return Point(float(lat.replace(",", ".")), float(lon.replace(",", ".")))

    def radius_km(self) -> int:
        text = self.text("radius_km") or str(DEFAULT_RADIUS_KM)
        if not _WHOLE.fullmatch(text):
            raise SearchRefused(
                "The radius is a whole number of km, 1 to 50.", field="radius_km"
            )
        return Query(center=_ANYWHERE, radius_m=int(text) * 1000).radius_m // 1000

    def plug(self) -> str:
        plug = self.text("plug")
        if plug not in {"", ANY_PLUG, CAR_PLUG}:
            Query.known_standards(plug)
        return plug

    def power_w(self) -> int:
        kilowatts = self._number("min_kw", "Please give a number of kW.")
        watts = int((kilowatts or 0) * 1000)
        return Query(center=_ANYWHERE, min_power_w=watts).min_power_w

    def price(self, name: str) -> PriceLimit | None:
        amount = self._number(name, "Please give a price such as 0.45.")
        return None if amount is None else PriceLimit(amount, asked_in=name)

    def order(self) -> Order:
        text = self.text("sort") or Order.NEAR.value
        if text not in {each.value for each in Order}:
            raise SearchRefused("Please choose an order.", field="sort")
        return Order(text)

    def cards(self) -> int:
        # Nobody types it, so an odd number is no reason to refuse a search.
        text = self.text("shown")
        wanted = int(text) if _WHOLE.fullmatch(text) else CARDS
        return min(MAX_CARDS, max(CARDS, -(-wanted // CARDS) * CARDS))

    def flag(self, name: str) -> bool:
        return self.take(lambda: self._flag(name), False)

    def wish(self) -> Wish | None:
        kwh = self._number("kwh", "Please give a number of kWh, such as 20.")
        starts, ends = self._percent("soc_from"), self._percent("soc_to")
        if kwh is not None:
            if starts is not None or ends is not None:
                self.notes.append(
                    "Searching for the kWh; the percentages do not count."
                )
            return Wish(energy_wh=int(kwh * 1000))
        if starts is None and ends is None:
            return None
        if starts is None:
            starts = 20 if ends is None or ends > 20 else 0
        if ends is None:
            ends = 80 if starts < 80 else 100
        return Wish(soc_from=starts, soc_to=ends)

    def time(self) -> Span | DayWindow | UntilFull | None:
        when = self.text("when") or self._usual_when()
        if when == "any":
            return None
        if when == "now":
            return UntilFull()
        if when == "window":
            return self._window()
        if when != "span":
            raise SearchRefused("Please choose one of the times.", field="when")
        span, note = read_span(
            instant_of(self.text("from"), "from"), instant_of(self.text("to"), "to")
        )
        self.notes += [note] if note else []
        return span

    def _usual_when(self) -> str:
        if self.text("from") or self.text("to"):
            return "span"
        named = any(self.text(name) for name in ("day", "after", "before", "hours"))
        return "window" if named else "any"

    def _window(self) -> DayWindow:
        hours = self._number("hours", "Please give a number of hours, such as 2.")
        length = timedelta(hours=2)
        if hours is not None:
            if not 0 < hours <= 24:
                raise SearchRefused(
                    "Please ask for a quarter of an hour to 24 hours.", field="hours"
                )
            length = math.ceil(hours * 4) * QUARTER
            if hours * 4 % 1:
                self.notes.append(
                    "Time is sold in quarter hours: "
                    f"searching for {length_words(length)}."
                )
        return DayWindow(
            day=self.text("day").lower(),
            after_min=self._clock("after", 0),
            before_min=self._clock("before", 24 * 60) or 24 * 60,
            length=length,
        )

    def _clock(self, name: str, otherwise: int) -> int:
        text = self.text(name)
        if not text:
            return otherwise
        found = _CLOCK.fullmatch(text)
        minutes = int(found[1]) * 60 + int(found[2] or 0) if found else -1
        if found is None or minutes > 24 * 60 or int(found[2] or 0) > 59:
            raise SearchRefused("Please give a time such as 18:00.", field=name)
        on_grid = minutes // 15 * 15 if name == "after" else -(-minutes // 15) * 15
        if on_grid != minutes:
            self.notes.append("Time is sold in quarter hours: searching on them.")
        return on_grid

    def _flag(self, name: str) -> bool:
        text = self.text(name).lower()
        if text not in _YES | _NO:
            raise SearchRefused("Please say 1 for yes or leave it out.", field=name)
        return text in _YES

    def _number(self, name: str, why_not: str) -> Decimal | None:
        text = self.text(name)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise SearchRefused(why_not, field=name)
        return Decimal(text.replace(",", "."))

    def _percent(self, name: str) -> int | None:
        text = self.text(name).removesuffix("%").rstrip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise SearchRefused("Please give a whole percentage, 0 to 100.", field=name)
        return int(text)


def instant_of(text: str, name: str) -> datetime | None:
    """Return a naive wall-clock time, or None for nothing.

    :raises SearchRefused: at the field, where the text is no time
    """
    if not text:
        return None
    for shape in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, shape)  # noqa: DTZ007 - wall-clock time
        except ValueError:
            continue
    raise SearchRefused(
        "Please give date and time, such as 2026-06-10 18:15.", field=name
    )
