"""What an owner may say of a charger, or leave open: access, parking, booking."""

from __future__ import annotations

from wtforms import SelectField

from app.chargers.domain import BOOKING_MODES
from app.web.fields import select_choices

_ANSWERS = {"": "Not said", "yes": "Yes", "no": "No"}
_SAID = {"yes": True, "no": False}


def yes_or_no(label: str) -> SelectField:
    """Return a field that may also be left open; a form without it says nothing."""
    return SelectField(label, choices=select_choices(_ANSWERS), default="")


def booking_modes(label: str) -> SelectField:
    """Return the field of how drivers book: at once where nothing is said."""
    return SelectField(label, choices=select_choices(BOOKING_MODES), default="INSTANT")


def said(text: str | None) -> bool | None:
    """Return what was said; None where it was left open."""
    return _SAID.get(text or "")


def answer(value: bool | None) -> str:
    """Return how a form says it."""
    return "" if value is None else "yes" if value else "no"
