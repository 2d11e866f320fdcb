"""The search form of the page: its fields, what they offer, and reasons beside them.

What the texts mean is read in `app.search.asked`, for kept searches as well.
"""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from wtforms import SelectField

from app.kernel.connectors import PLUG_NAMES
from app.kernel.errors import DomainError
from app.search.address import values_of
from app.search.asked import (
    ANY_PLUG,
    CAR_PLUG,
    DEFAULT_RADIUS_KM,
    FLAGS,
    Asked,
    read_asked,
)
from app.search.domain import DayWindow, Order, Span, UntilFull
from app.web.fields import TextField, select_choices

__all__ = ["ANY_PLUG", "CAR_PLUG", "DEFAULT_RADIUS_KM", "Asked", "SearchForm"]

_NUMBER = re.compile(r"\d{1,4}([.,]\d{1,3})?", re.ASCII)
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
    Order.TOTAL.value: "Cheapest for my charge",
    Order.SOON.value: "Soonest first",
}
_WHEN = {
    "any": "Any time",
    "span": "From – until",
    "window": "Some hours of a day",
    "now": "Now, until full",
}
_DAYS = {
    "": "First possible day",
    "today": "Today",
    "tomorrow": "Tomorrow",
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
# Fields whose reasons stand at another one, or that Python will not call so.
_SHOWN_AT = {"from": "from_", "lat": "q", "lon": "q"}


class SearchForm(FlaskForm):
    """The search form. It changes nothing, so it comes by GET and without a token."""

    class Meta:
        """A link to a search must work without a token."""

        csrf = False

    q = TextField("Where")
    lat = TextField("Latitude")
    lon = TextField("Longitude")
    radius_km = TextField("Radius", default=str(DEFAULT_RADIUS_KM))
    when = SelectField("When", choices=select_choices(_WHEN), validate_choice=False)
    from_ = TextField("From", name="from")
    to = TextField("Until")
    day = SelectField("Day", choices=select_choices(_DAYS), validate_choice=False)
    after = TextField("Not before")
    before = TextField("Not after")
    hours = TextField("Hours")
    plug = SelectField("Plug", validate_choice=False)
    min_kw = SelectField("Power", validate_choice=False)
    max_price = TextField("Highest price per kWh")
    max_total = TextField("Highest total price")
    kwh = TextField("Energy I want")
    soc_from = TextField("Battery now")
    soc_to = TextField("Battery wanted")
    instant = TextField("Book at once")
    accessible = TextField("Accessible")
    free_parking = TextField("Free parking")
    night = TextField("Open at night")
    public = TextField("Show public stations")
    sort = SelectField("Order", choices=select_choices(_ORDERS), validate_choice=False)
    shown = TextField("Cards")
    # What the place field held when the shown results were found.
    q_was = TextField("Place shown")
    with_form = TextField("Answer with the form")

    _has_car = False

    def offer_plugs(self, car_words: str | None) -> None:
        """Fill the lists; the driver's own car comes first and is preset.

        :param car_words: the car's name and plugs; None where it is not known
        """
        self._has_car = car_words is not None
        car = {} if car_words is None else {CAR_PLUG: car_words}
        preset = CAR_PLUG if car else ANY_PLUG
        choices = {**car, ANY_PLUG: "Any plug", **PLUG_NAMES}
        self.plug.choices = select_choices(choices)
        # A driver's own link, opened by a visitor, must not be refused.
        if not self.plug.data or (self.plug.data == CAR_PLUG and not car):
            self.plug.data = preset
        power = self.min_kw.data or ""
        powers = dict(_POWERS)
        if _NUMBER.fullmatch(power):
            powers.setdefault(power, f"{power} kW or more")
        self.min_kw.choices = select_choices(powers)

    def to_command(self) -> Asked | None:
        """Return the search, or None where a field holds something impossible."""
        values = {field.name: field.data or "" for field in self}
        asked, refusals = read_asked(values, has_car=self._has_car)
        for refusal in refusals:
            self.refuse(refusal)
        self._show_when(asked)
        return None if self.is_refused else asked

    def show_place(self, asked: Asked) -> None:
        """Let the fields hold what was searched: a name or a point, never both."""
        values = values_of(asked)
        for name in ("q", "lat", "lon", "from", "to", "after", "before", "hours"):
            self[
                _SHOWN_AT.get(name, name) if name == "from" else name
            ].data = values.get(name, "")
        self.q_was.data = asked.text

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
        name = error.field or "q"
        field = self[_SHOWN_AT.get(name, name)]
        field.errors = [*field.errors, error.message]

    def _show_when(self, asked: Asked) -> None:
        """Let the lists hold what was meant, and a date that they do not offer."""
        match asked.time:
            case Span():
                self.when.data = "span"
            case DayWindow(day=day):
                self.when.data, self.day.data = "window", day
                if day not in _DAYS:
                    self.day.choices = select_choices({**_DAYS, day: day})
            case UntilFull():
                self.when.data = "now"
        for name in FLAGS:
            self[name].data = "1" if getattr(asked, name) else ""
