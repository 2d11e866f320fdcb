"""The one form that describes a charger: place, plugs, prices, hours, notes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.chargers.domain import PARKING_TYPES, Charger, ListCharger, check_listing
from app.kernel.errors import DomainError
from app.kernel.money import CURRENCIES, exponent_of, parse_milli
from app.owners.countries import COUNTRIES, Country
from app.owners.forms.facts import answer, booking_modes, said, yes_or_no
from app.owners.forms.hours import HoursRows
from app.owners.forms.plugs import PlugRows
from app.owners.service import SaveCharger
from app.pricing.domain import Tariff
from app.schedules.domain import ALWAYS, Opening
from app.web.fields import (
    CoordinateField,
    LongTextField,
    TextField,
    select_choices,
    show_refusal,
)

_needed = InputRequired("Please fill this in.")
_LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440)
_LEADS = (0, 15, 30, 60, 120, 240, 720, 1440, 2880)
_BUFFERS = (0, 5, 10, 15, 30, 60)
_HORIZONS = (1, 2, 3, 7, 14, 21, 28)
_TERMS = (
    "min_length_min",
    "max_length_min",
    "lead_min",
    "buffer_min",
    "horizon_days",
)
_NOTES = ("parking_type", "access_notes", "house_rules", "booking_mode")
_FACTS = ("is_accessible", "has_free_parking")


def _minutes(values: tuple[int, ...], zero: str = "") -> list[Any]:
    return select_choices({str(each): _in_words(each, zero) for each in values})


def _in_words(minutes: int, zero: str) -> str:
    if not minutes and zero:
        return zero
    hours, rest = divmod(minutes, 60)
    if hours >= 24 and not rest and not hours % 24:
        return f"{hours // 24} day" if hours == 24 else f"{hours // 24} days"
    words = [f"{hours} h"] if hours else []
    return " ".join(words + ([f"{rest} min"] if rest or not hours else []))


class ChargerForm(FlaskForm):
    """A charger as its owner describes it. Plugs and hours are rows of their own."""

    name = TextField("Name", [_needed])
    address = TextField("Street and number", [_needed])
    postal_code = TextField("Postal code")
    city = TextField("Town", [_needed])
    country_code = SelectField(
        "Country",
        choices=select_choices({code: each.name for code, each in COUNTRIES.items()}),
    )
    time_zone = TextField("Time zone")
    latitude = CoordinateField("Latitude", [_needed])
    longitude = CoordinateField("Longitude", [_needed])
    parking_type = SelectField(
        "Where the car stands", choices=select_choices(PARKING_TYPES)
    )
    currency = SelectField(
        "Currency", choices=select_choices({each: each for each in CURRENCIES})
    )
    energy_price = TextField("Energy", [_needed])
    time_price = TextField("Time on the charger", [_needed])
    min_length_min = SelectField("Shortest booking", choices=_minutes(_LENGTHS))
    max_length_min = SelectField("Longest booking", choices=_minutes(_LENGTHS))
    lead_min = SelectField("Notice you need", choices=_minutes(_LEADS, "None"))
    buffer_min = SelectField("Break between bookings", choices=_minutes(_BUFFERS))
    horizon_days = SelectField(
        "Bookable ahead",
        choices=select_choices(
            {str(n): "1 day" if n == 1 else f"{n} days" for n in _HORIZONS}
        ),
    )
    booking_mode = booking_modes("How drivers book")
    is_accessible = yes_or_no("Reachable with a wheelchair")
    has_free_parking = yes_or_no("Parking is free")
    access_notes = LongTextField("How to get in")
    house_rules = LongTextField("House rules")

    plugs: PlugRows
    hours: HoursRows
    command: SaveCharger | None
    place_note: str

    @classmethod
    def sent(cls) -> ChargerForm:
        """Return the form as the browser sent it."""
        form = cls()
        form._take(
            PlugRows.of_form(request.form),
            HoursRows.of_form(request.form),
            request.form,
        )
        return form

    @classmethod
    def empty(cls, country: Country) -> ChargerForm:
        """Return the form for a new charger, with what is usual in a country."""
        form = cls(
            formdata=None,
            country_code=country.code,
            time_zone=country.time_zone or "",
            currency=country.currency,
            min_length_min="30",
            max_length_min="720",
            lead_min="0",
            buffer_min="10",
            horizon_days="28",
        )
        form._take(PlugRows([]), HoursRows.of_opening(Opening(rules=ALWAYS)), {})
        return form

    @classmethod
    def of_charger(
        cls, charger: Charger, tariff: Tariff, opening: Opening
    ) -> ChargerForm:
        """Return the form filled in with a stored charger."""
        same = ("name", "address", "postal_code", "city", "country_code", "time_zone")
        values = {name: getattr(charger, name) for name in (*same, *_NOTES)}
        facts = {name: answer(getattr(charger, name)) for name in _FACTS}
        terms = {name: str(getattr(charger, name)) for name in _TERMS}
        form = cls(
            formdata=None,
            **values,
            **facts,
            **terms,
            latitude=f"{charger.latitude:.6f}",
            longitude=f"{charger.longitude:.6f}",
            currency=tariff.currency,
            energy_price=price_text(tariff.energy_milli_per_kwh, tariff.currency),
            time_price=price_text(tariff.time_milli_per_hour, tariff.currency),
        )
        form._take(
            PlugRows.of_connectors(charger.connectors),
            HoursRows.of_opening(opening),
            terms,
        )
        return form

    def _take(
        self, plugs: PlugRows, hours: HoursRows, terms: Mapping[str, str]
    ) -> None:
        self.plugs, self.hours, self.command = plugs, hours, None
        self.place_note = ""
        for name in _TERMS:
            self._offer_stored(name, terms.get(name, ""))

    def _offer_stored(self, name: str, value: str) -> None:
        # An imported charger may have a length that the list does not offer.
        known = {each.value for each in self[name].choices}
        if value not in known and value.isdecimal() and len(value) < 6:
            words = f"{value} days" if name == "horizon_days" else ""
            words = words or _in_words(int(value), "")
            self[name].choices = [*self[name].choices, *select_choices({value: words})]

    def change(self, button: str) -> None:
        """Do what a button asks for that adds, drops or fills rows."""
        what, *numbers = button.split(":")
        index, row, *_ = [
            int(each) if each.isdecimal() else -1 for each in (*numbers, "", "")
        ]
        self.plugs.change(what, index)
        self.hours.change(what, index, row)

    @property
    def written_place(self) -> tuple[str, str]:
        """Return the address as one line for a search, and the same without street."""
        country = COUNTRIES.get(self.country_code.data)
        town = [self.city.data, country.name if country else ""]
        street = [self.address.data, *town]
        return ", ".join(filter(None, street)), ", ".join(filter(None, town))

    def move_pin(self, lat: float, lon: float, note: str) -> None:
        """Put the pin somewhere, and say how sure that is."""
        self.latitude.data, self.longitude.data = f"{lat:.6f}", f"{lon:.6f}"
        self.place_note = note

    @property
    def is_refused(self) -> bool:
        """Whether anything in the form has a reason beside it."""
        return bool(self.errors or self.plugs_refused or self.hours_refused)

    @property
    def plugs_refused(self) -> bool:
        """Whether anything about the plugs has a reason beside it."""
        return any((*(row.errors for row in self.plugs.rows), self.plugs.error))

    @property
    def hours_refused(self) -> bool:
        """Whether anything about the opening hours has a reason beside it."""
        hours = self.hours
        errors = [row.error for rows in hours.days for row in rows]
        errors += [row.error for row in hours.exceptions]
        return any((*errors, hours.error))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every part, so that all reasons are shown at once."""
        is_fine = super().validate(extra_validators)
        connectors, opening = self.plugs.read(), self.hours.read()
        tariff = self._tariff()
        if not is_fine or connectors is None or opening is None or tariff is None:
            return False
        try:
            listing = self._listing(connectors)
            check_listing(listing)
        except DomainError as error:
            show_refusal(self, error)
            return False
        self.command = SaveCharger(charger=listing, tariff=tariff, opening=opening)
        return True

    def _tariff(self) -> Tariff | None:
        currency = self.currency.data or ""
        if currency not in CURRENCIES:
            return None
        milli = {}
        for name in ("energy_price", "time_price"):
            try:
                milli[name] = parse_milli(self[name].data or "0", currency)
            except DomainError as error:
                self[name].errors = [*self[name].errors, error.message]
        try:
            return Tariff(
                currency=currency,
                energy_milli_per_kwh=milli["energy_price"],
                time_milli_per_hour=milli["time_price"],
            )
        except KeyError:
            return None
        except DomainError as error:
            show_refusal(self, error)
            return None

    def _listing(self, connectors: tuple[Any, ...]) -> ListCharger:
        country = COUNTRIES[self.country_code.data]
        texts = ("name", "address", "postal_code", "city", "country_code")
        values: dict[str, Any] = {
            **{name: self[name].data or "" for name in (*texts, *_NOTES)},
            **{name: said(self[name].data) for name in _FACTS},
            **{name: int(self[name].data) for name in _TERMS},
        }
        return ListCharger(
            **values,
            latitude=self.latitude.number or 0.0,
            longitude=self.longitude.number or 0.0,
            time_zone=self.time_zone.data or country.time_zone or "",
            connectors=connectors,
        )


def price_text(milli: int, currency: str) -> str:
    """Return a stored price as an owner would write it, such as ``0.39``."""
    exponent = exponent_of(currency)
    price = Decimal(milli).scaleb(-exponent - 3)
    short = price.quantize(Decimal(1).scaleb(-exponent))
    return format(short if short == price else price.normalize(), "f")
