"""What a driver's browser sends: a time, a maximum, a wish over several chargers."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField

from app.accounts.service import Vehicle
from app.auctions.domain.rules import BidRefused
from app.auctions.service import PlaceBid
from app.auctions.service.places import StartFollow
from app.chargers.service import Charger
from app.kernel.errors import DomainError
from app.kernel.money import MILLI, parse_milli
from app.kernel.period import Period
from app.pricing.domain import in_hours
from app.schedules.wall_time import read_period
from app.web.fields import TextField, ThousandthsField, select_choices

NO_CAR = "any"
# How long a stay can be in a wish, in minutes.
LENGTHS_MIN = (30, 60, 90, 120, 180, 240, 360, 480)


def read_amount(text: str, currency: str) -> int:
    """Return an amount in whole minor units.

    :raises BidRefused: at ``maximum``, if it is no such amount
    """
    if not text:
        raise BidRefused("Please say how much at most.", field="maximum")
    try:
        milli = parse_milli(text, currency)
    except DomainError as error:
        raise BidRefused(error.message, field="maximum") from error
    if milli % MILLI:
        raise BidRefused("Please give whole cents, such as 4.50.", field="maximum")
    if milli <= 0:
        raise BidRefused("Please give an amount above zero.", field="maximum")
    return milli // MILLI


def key_of(hidden: str | None) -> str:
    """Return what makes a form sent twice one wish: the header's key, or its own.

    Programs send the header ``Idempotency-Key``; browsers the form's hidden field.
    """
    return request.headers.get("Idempotency-Key") or hidden or ""


class TimeForm(FlaskForm):
    """A time to look at or to bid for; the same fields in the address and in a form.

    Every POST is checked for its CSRF token by the application itself.
    """

    class Meta:
        csrf = False

    starts_at = TextField("From", name="from")
    ends_at = TextField("Until", name="to")
    vehicle_id = SelectField("Car", name="car", validate_choice=False)
    energy_cap_wh = ThousandthsField("Stop after", name="cap_kwh")

    def offer_cars(self, cars: Iterable[Vehicle]) -> None:
        """Offer the driver's cars to choose from, the usual one first."""
        names = {str(each.id): each.name for each in cars}
        self.vehicle_id.choices = select_choices(
            {**names, NO_CAR: "Another car (strongest plug)"}
        )
        if not self.vehicle_id.data or self.vehicle_id.data == "None":
            self.vehicle_id.data = next(iter(names), NO_CAR)

    @property
    def has_time(self) -> bool:
        """Whether a time was written at all."""
        return bool(self.starts_at.data or self.ends_at.data)

    def period(self, zone: str) -> Period:
        """Return the wanted time at a place.

        :raises BadTime: at its field, if a text is no time there
        """
        return read_period(self.starts_at.data or "", self.ends_at.data or "", zone)

    def car_id(self) -> int | None:
        """Return the chosen car's id; None for any other car.

        :raises BidRefused: if it is not one of the choices
        """
        text = self.vehicle_id.data or NO_CAR
        if text == NO_CAR:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise BidRefused("Please choose one of your cars.", field="vehicle_id")
        return int(text)

    def cap_wh(self) -> int | None:
        """Return the driver's own limit of energy in watt-hours, if any.

        :raises BidRefused: if it is not a number
        """
        self.energy_cap_wh.errors = []
        if not self.energy_cap_wh.validate(self):
            reason = str(self.energy_cap_wh.errors[0])
            self.energy_cap_wh.errors = []
            raise BidRefused(reason, field="energy_cap_wh")
        return self.energy_cap_wh.number


class BidForm(TimeForm):
    """A sealed maximum for a time."""

    maximum = TextField("Your maximum")
    currency = HiddenField()
    key = HiddenField()

    def to_command(
        self, *, bidder_id: int, charger: Charger, currency: str
    ) -> PlaceBid:
        """Return the bid that was written.

        :param currency: the charger's own, in which the amount is read
        :raises DomainError: at its field, if a part cannot be understood
        """
        return PlaceBid(
            bidder_id=bidder_id,
            charger_id=charger.id,
            period=self.period(charger.time_zone),
            maximum_minor=read_amount(self.maximum.data or "", currency),
            currency=self.currency.data or currency,
            vehicle_id=self.car_id(),
            energy_cap_wh=self.cap_wh(),
            idempotency_key=self.key.data or "",
        )


class RaiseForm(FlaskForm):
    """Another maximum for a bid that stands."""

    class Meta:
        csrf = False

    maximum = TextField("New maximum")

    def amount(self, currency: str) -> int:
        """Return the new maximum in minor units.

        :raises BidRefused: if it is no amount
        """
        return read_amount(self.maximum.data or "", currency)


class FollowForm(TimeForm):
    """A wish over several chargers: this long, somewhere within this window."""

    length_min = SelectField(
        "How long?",
        name="length",
        validate_choice=False,
        choices=select_choices(
            {str(minutes): in_hours(minutes * 60) for minutes in LENGTHS_MIN}
        ),
        default="120",
    )
    maximum = TextField("Your maximum")
    add = TextField("Add a charger")
    currency = HiddenField()
    key = HiddenField()

    def to_command(
        self, *, bidder_id: int, charger_ids: tuple[int, ...], zone: str, currency: str
    ) -> StartFollow:
        """Return the wish that was written.

        :param charger_ids: the chosen chargers, in the order the driver likes them
        :raises DomainError: at its field, if a part cannot be understood
        """
        return StartFollow(
            bidder_id=bidder_id,
            charger_ids=charger_ids,
            window=self.period(zone),
            length_min=self.length(),
            maximum_minor=read_amount(self.maximum.data or "", currency),
            currency=self.currency.data or currency,
            vehicle_id=self.car_id(),
            energy_cap_wh=self.cap_wh(),
            idempotency_key=self.key.data or "",
        )

    def length(self) -> int:
        """Return the wanted length in minutes.

        :raises BidRefused: if it is not one of the choices
        """
        text = self.length_min.data or ""
        if text not in {str(minutes) for minutes in LENGTHS_MIN}:
            raise BidRefused("Please choose one of the lengths.", field="length_min")
        return int(text)
