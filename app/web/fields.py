"""Form fields that read numbers and times strictly: whole units, no float surprises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import EmailInput

from app.kernel.errors import DomainError

_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")


def show_refusal(form: Any, error: DomainError) -> None:
    """Put the reason at its field of a Flask-WTF form, or at the form as a whole."""
    if error.field and error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, error.message]
    else:
        form.form_errors = [*form.form_errors, error.message]


def select_choices(words: Mapping[str, str]) -> list[Any]:
    """Return the choices of a select or radio field from values and their words."""
    # The stubs of WTForms do not know this class yet, and tuples are deprecated.
    choice = wtforms.fields.choices.SelectChoice  # type: ignore[attr-defined]
    return [choice(value, text) for value, text in words.items()]


def without_controls(text: str | None) -> str | None:
    """Return the text without control characters, which no keyboard writes.

    PostgreSQL cannot store a NUL, and HTML may not contain most of the others.
    """
    if text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or ord(c) >= 32 and ord(c) != 127)


class TextField(StringField):
    """One line of text, without control characters and spaces around it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was written as one clean line."""
        super().process_formdata(valuelist)
        self.data = " ".join((without_controls(self.data) or "").split())


class MailField(TextField):
    """An e-mail address as somebody wrote it; its room checks it."""

    widget = EmailInput()


class LongTextField(TextAreaField):
    """Several lines of text, without control characters and spaces around them."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was written as clean lines."""
        super().process_formdata(valuelist)
        self.data = (without_controls(self.data) or "").strip()


class ThousandthsField(TextField):
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


class CoordinateField(TextField):
    """Degrees of latitude or longitude; ``number`` is a finite float or None."""

    number: float | None = None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not written as plain degrees."""
        text = (self.data or "").replace(",", ".")
        if not text:
            return
        if not _DEGREES.fullmatch(text):
            raise ValidationError("Please give degrees, such as 52.5208.")
        self.number = float(text)
