"""What a browser sends to the search: text, read strictly, each reason at its field."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from flask_wtf import FlaskForm
from wtforms import SelectField

from app.kernel.connectors import PLUG_NAMES
from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.search.domain import (
    Order,
    PriceLimit,
    Query,
    SearchRefused,
    Span,
    read_span,
)
from app.web.fields import TextField, select_choices

T = TypeVar("T")
DEFAULT_RADIUS_KM = 5
MAX_TEXT = 120
ANY_PLUG = "any"
CAR_PLUG = "car"
_NUMBER = re.compile(r"-?\d{1,9}([.,]\d{1,12})?", re.ASCII)
_POWERS = {
    "": "Any power",
    **{
        kilowatts: f"{kilowatts} kW or more"
        for kilowatts in ("3.6", "7.2", "11", "22", "50", "150")
    },
}
_ORDERS = {
    Order.NEAR.value: "Nearest first",
    Order.PRICE.value: "Cheapest kWh first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as it was asked: the place still in words, the plug still "my car's".

    :ivar plug: ``any``, ``car``, or an OCPI connector standard
    :ivar plug_chosen: the plug, or nothing where it is the one that was preset
    :ivar note: what was changed to make the times fit the grid
    """

    text: str = ""
    point: Point | None = None
    radius_km: int = DEFAULT_RADIUS_KM
    span: Span | None = None
    note: str = ""
    plug: str = ANY_PLUG
    plug_chosen: str = ""
    min_kw: str = ""
    min_power_w: int = 0
    max_price_text: str = ""
    max_price: PriceLimit | None = None
    order: Order = Order.NEAR


class SearchForm(FlaskForm):
    """The search form. It changes nothing, so it comes by GET and without a token."""

    class Meta:
        """A link to a search must work without a token."""

        csrf = False

    q = TextField("Where")
    lat = TextField("Latitude")
    lon = TextField("Longitude")
    radius_km = TextField("Radius", default=str(DEFAULT_RADIUS_KM))
    from_ = TextField("From", name="from")
    to = TextField("Until")
    plug = SelectField("Plug", validate_choice=False)
    min_kw = SelectField("Power", validate_choice=False)
    max_price = TextField("Highest price per kWh")
    sort = SelectField("Order", choices=select_choices(_ORDERS), validate_choice=False)
    # What the place field held when the shown results were found.
    q_was = TextField("Place shown")
    with_form = TextField("Answer with the form")

    _preset_plug = ANY_PLUG

    def offer_plugs(self, car_words: str | None) -> None:
        """Fill the list of plugs; the driver's own car comes first and is preset.

        :param car_words: the car's name and plugs; None where it is not known
        """
        car = {} if car_words is None else {CAR_PLUG: car_words}
        self._preset_plug = CAR_PLUG if car else ANY_PLUG
        choices = {**car, ANY_PLUG: "Any plug", **PLUG_NAMES}
        self.plug.choices = select_choices(choices)
        # A driver's own link, opened by a visitor, must not be refused.
        if not self.plug.data or (self.plug.data == CAR_PLUG and not car):
            self.plug.data = self._preset_plug
        power = self.min_kw.data or ""
        powers = dict(_POWERS)
        if _NUMBER.fullmatch(power):
            powers.setdefault(power, f"{power} kW or more")
        self.min_kw.choices = select_choices(powers)

    def to_command(self) -> Asked | None:
        """Return the search, or None where a field holds something impossible."""
        span_and_note = self._read(self._span)
        plug = self._read(self._plug) or ANY_PLUG
        asked = Asked(
            text=_clean(self.q.data)[:MAX_TEXT],
            point=self._read(self._point),
            radius_km=self._read(self._radius) or DEFAULT_RADIUS_KM,
            span=span_and_note[0] if span_and_note else None,
            note=span_and_note[1] if span_and_note else "",
            plug=plug,
            plug_chosen="" if plug == self._preset_plug else plug,
            min_kw=_clean(self.min_kw.data),
            min_power_w=self._read(self._power) or 0,
            max_price_text=_clean(self.max_price.data),
            max_price=self._read(self._price),
            order=self._read(self._order) or Order.NEAR,
        )
        return None if self.is_refused else asked

    def show_place(self, asked: Asked) -> None:
        """Let the fields hold what was searched: a name or a point, never both."""
        self.q.data = self.q_was.data = asked.text
        self.lat.data = f"{asked.point.lat:.5f}" if asked.point else ""
        self.lon.data = f"{asked.point.lon:.5f}" if asked.point else ""
        if asked.span is not None:
            self.from_.data = f"{asked.span.starts:%Y-%m-%dT%H:%M}"
            self.to.data = f"{asked.span.ends:%Y-%m-%dT%H:%M}"

    @property
    def first_error(self) -> str:
        """The first reason, for those who do not see the fields."""
        return next((str(e) for field in self for e in field.errors), "")

    @property
    def is_refused(self) -> bool:
        """Whether any field holds something impossible."""
        return any(field.errors for field in self)

    def refuse(self, error: DomainError) -> None:
        """Put the reason at the field it belongs to."""
        names = {"from": "from_", "lat": "q", "lon": "q"}
        field = self[names.get(error.field or "", error.field or "q")]
        field.errors = [*field.errors, error.message]

    def _read(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except DomainError as error:
            self.refuse(error)
        return None

    def _point(self) -> Point | None:
        lat, lon = _clean(self.lat.data), _clean(self.lon.data)
        if not lat and not lon:
            return None
        if not (_NUMBER.fullmatch(lat) and _NUMBER.fullmatch(lon)):
            raise SearchRefused(
                "These are not coordinates. Please name a place.", field="q"
            )
        return _at(lat, lon)

    def _radius(self) -> int:
        text = _clean(self.radius_km.data) or str(DEFAULT_RADIUS_KM)
        if not (text.isascii() and text.isdecimal() and len(text) < 4):
            raise SearchRefused(
                "The radius is a whole number of km, 1 to 50.", field="radius_km"
            )
        return Query(center=Point(0, 0), radius_m=int(text) * 1000).radius_m // 1000

    def _span(self) -> tuple[Span | None, str]:
        return read_span(
            _instant(self.from_.data, "from"), _instant(self.to.data, "to")
        )

    def _plug(self) -> str:
        plug = _clean(self.plug.data) or ANY_PLUG
        if plug not in {ANY_PLUG, CAR_PLUG}:
            Query.known_standards(plug)
        return plug

    def _power(self) -> int:
        text = _clean(self.min_kw.data) or "0"
        if not _NUMBER.fullmatch(text):
            raise SearchRefused("Please give a number of kW.", field="min_kw")
        watts = int(Decimal(text.replace(",", ".")) * 1000)
        return Query(center=Point(0, 0), min_power_w=watts).min_power_w

    def _price(self) -> PriceLimit | None:
        text = _clean(self.max_price.data)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise SearchRefused("Please give a price such as 0.45.", field="max_price")
        return PriceLimit(Decimal(text.replace(",", ".")))

    def _order(self) -> Order:
        text = _clean(self.sort.data) or Order.NEAR.value
        if text not in {each.value for each in Order}:
            raise SearchRefused("Please choose an order.", field="sort")
        return Order(text)


def _at(lat: str, lon: str) -> Point:
    return Point(float(lat.replace(",", ".")), float(lon.replace(",", ".")))


def _clean(text: str | None) -> str:
    return (text or "").strip()


def _instant(text: str | None, field: str) -> datetime | None:
    text = _clean(text)
    if not text:
        return None
    for shape in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, shape)  # noqa: DTZ007 - wall-clock time
        except ValueError:
            continue
    raise SearchRefused(
        "Please give date and time, such as 2026-06-10 18:15.", field=field
    )
