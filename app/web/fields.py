"""Form fields that read numbers and times strictly: whole units, no float surprises."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from app.kernel.errors import DomainError


def show_refusal(form: Any, error: DomainError) -> None:
    """Put the reason at its field of a Flask-WTF form, or at the form as a whole."""
    if error.field and error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, error.message]
    else:
        form.form_errors = [*form.form_errors, error.message]


class WholeNumberField(StringField):
    """A whole number; ``data`` is an int, or None where nothing was written."""

    number: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Refuse everything but digits."""
        text = (self.data or "").strip()
        if not text:
            return
        if not (text.removeprefix("-").isdecimal() and text.isascii()):
            raise ValidationError("Please give a whole number.")
        if len(text) > 9:
            raise ValidationError("That is more than can be right.")
        self.number = int(text)


class ThousandthsField(StringField):
    """A decimal number kept in thousandths: kW as watts, kWh as watt-hours."""

    number: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not a finite number with at most three decimals."""
        text = (self.data or "").strip().replace(",", ".")
        if not text:
            return
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError("Please give a number, such as 7.4.") from error
        if not value.is_finite() or "e" in text.lower():
            raise ValidationError("Please give a number, such as 7.4.")
        if abs(value) > 1_000_000:
            raise ValidationError("That is more than can be right.")
        scaled = value * 1000
        if scaled != scaled.to_integral_value():
            raise ValidationError("Please give at most three decimals.")
        self.number = int(scaled)


def in_thousands(number: int) -> str:
    """Return watts as kW (or watt-hours as kWh) the way a person writes them.

    >>> in_thousands(7400), in_thousands(11000)
    ('7.4', '11')
    """
    text = format(Decimal(number).scaleb(-3), "f")
    return text.rstrip("0").rstrip(".")
