"""What a driver's browser sends: a time at a charger, a car, a limit of energy."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField

from app.accounts.service import Vehicle
from app.bookings.domain import BookingRefused, read_period
from app.bookings.service import Asked
from app.kernel.period import Period
from app.web.fields import TextField, ThousandthsField, select_choices

NO_CAR = "any"
# Digits of the dearest ceiling that a form may carry.
_LONGEST_AMOUNT = 12


class WishForm(FlaskForm):
    """A time to price or to book; the same fields in the address and in the form.

    Every POST is checked for its CSRF token by the application itself.
    """

    class Meta:
        csrf = False

    starts_at = TextField("From", name="from")
    ends_at = TextField("Until", name="to")
    vehicle_id = SelectField("Car", name="car", validate_choice=False)
    energy_cap_wh = ThousandthsField("Stop after", name="cap_kwh")
    key = HiddenField()
    agreed = HiddenField()

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

    def cap_wh(self) -> int | None:
        """Return the driver's own limit of energy in watt-hours, if any.

        :raises BookingRefused: if it is not a number
        """
        self.validate()
        errors, self.energy_cap_wh.errors = self.energy_cap_wh.errors, []
        if errors:
            raise BookingRefused(str(errors[0]), field="energy_cap_wh")
        return self.energy_cap_wh.number

    def car_id(self) -> int | None:
        """Return the chosen car's id; None for any other car.

        :raises BookingRefused: if it is not one of the choices
        """
        text = self.vehicle_id.data or NO_CAR
        if text == NO_CAR:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise BookingRefused("Please choose one of your cars.", field="vehicle_id")
        return int(text)

    def period(self, zone: str) -> Period:
        """Return the wanted time at a place.

        :raises BookingRefused: at its field, if a text is no time there
        """
        return read_period(self.starts_at.data or "", self.ends_at.data or "", zone)

    def to_command(self, *, driver_id: int, charger_id: int, zone: str) -> Asked:
        """Return what the driver asks for.

        :raises BookingRefused: at its field, if a part cannot be understood
        """
        return Asked(
            driver_id=driver_id,
            charger_id=charger_id,
            period=self.period(zone),
            vehicle_id=self.car_id(),
            energy_cap_wh=self.cap_wh(),
            idempotency_key=self.key.data or "",
            agreed_minor=self._agreed_minor(),
        )

    def _agreed_minor(self) -> int | None:
        text = self.agreed.data or ""
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_AMOUNT):
            raise BookingRefused("This form is not complete. Please reload the page.")
        return int(text)


class AnswerForm(FlaskForm):
    """What an owner says to a driver when declining.

    Every POST is checked for its CSRF token by the application itself.
    """

    class Meta:
        csrf = False

    why = TextField("A line to the driver")
