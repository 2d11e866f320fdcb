"""The search form as the page shows it: texts, choices, and what is wrong with them.

It changes nothing and comes by GET, so it needs no token and no form library; reading
it is the work of `app.search.asked`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.accounts.service import Vehicle
from app.kernel.connectors import PLUG_NAMES, plug_name
from app.kernel.errors import DomainError
from app.search.asked import ANY_PLUG, CAR_PLUG, DEFAULT_RADIUS_KM, Asked
from app.search.asking import values_of
from app.search.links import FLAG_WORDS

Choices = tuple[tuple[str, str], ...]
_PLACE = ("q", "lat", "lon")
_NAMES = (
    *_PLACE,
    *("radius_km", "when", "from", "to", "day", "after", "before", "hours"),
    *("plug", "min_kw", "max_price", "max_total", "kwh", "soc_from", "soc_to"),
    *FLAG_WORDS,
)
# An evening is what most people look for, so that is what the fields begin with.
_USUAL = {
    "radius_km": str(DEFAULT_RADIUS_KM),
    "when": "any",
    "after": "18:00",
    "before": "23:00",
    "hours": "2",
}
_WHOLE_DAY = {"after": "00:00", "before": "24:00"}
_WHEN: Choices = (
    ("any", "Any time"),
    ("now", "Now, until full"),
    ("window", "Some hours of a day"),
    ("span", "From – until"),
)
_DAYS: Choices = (
    ("", "Today or tomorrow"),
    ("today", "Today"),
    ("tomorrow", "Tomorrow"),
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
)
_AFTER: Choices = tuple((f"{h:02d}:00",) * 2 for h in range(24))
_BEFORE: Choices = tuple((f"{h:02d}:00",) * 2 for h in range(1, 25))
_HOURS: Choices = (
    ("0.5", "30 min"),
    ("1", "1 h"),
    ("1.5", "1 h 30 min"),
    *((str(h), f"{h} h") for h in (2, 3, 4, 6, 8, 10, 12)),
)
_POWERS: Choices = (
    ("", "Any power"),
    *((p, f"{p} kW or more") for p in ("3.6", "7.2", "11", "22", "50", "150")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """What stands in the form.

    :ivar values: a text for every field, by its name
    :ivar errors: reasons by the field they belong to
    :ivar plugs: which plugs can be chosen; the driver's own car comes first
    :ivar is_open: whether the filters are unfolded
    """

    values: dict[str, str]
    plugs: Choices
    errors: dict[str, str] = field(default_factory=dict)
    is_open: bool = False

    @property
    def first_error(self) -> str:
        """The first reason, for those who do not see the fields."""
        return next(iter(self.errors.values()), "")

    @property
    def first_bad(self) -> str:
        """The field to stand in first."""
        return next(iter(self.errors), "")

    @property
    def filters_key(self) -> tuple[object, ...]:
        """What the filters' markup depends on; the place is no part of it."""
        values = (text for name, text in self.values.items() if name not in _PLACE)
        return (*values, self.is_open, self.plugs[0], *self.errors.items())

    def choices(self, name: str) -> Choices:
        """Return what can be chosen; a value of another hand is one of them."""
        usual = {
            "when": _WHEN,
            "day": _DAYS,
            "after": _AFTER,
            "before": _BEFORE,
            "hours": _HOURS,
            "min_kw": _POWERS,
            "plug": self.plugs,
        }[name]
        value = self.values[name]
        if any(value == each for each, _ in usual):
            return usual
        return (*usual, (value, _words_for(name, value)))


def form_of(asked: Asked, vehicle: Vehicle | None, *, is_open: bool) -> FormView:
    """Return the form as it asks for this search."""
    return _view(values_of(asked), asked, vehicle, is_open=is_open)


def refused_form(
    raw: Mapping[str, str],
    asked: Asked,
    vehicle: Vehicle | None,
    refusals: Iterable[DomainError],
) -> FormView:
    """Return the form as it was sent, with each reason at its field."""
    errors: dict[str, str] = {}
    for refusal in refusals:
        name = refusal.field or "q"
        name = "q" if name in {"lat", "lon"} or name not in _NAMES else name
        errors[name] = f"{errors.get(name, '')} {refusal.message}".strip()
    sent = {name: raw[name] for name in _NAMES if raw.get(name)}
    view = _view(sent, asked, vehicle, is_open=bool(errors.keys() - {"q"}))
    view.errors.update(errors)
    return view


def _view(
    given: Mapping[str, str], asked: Asked, vehicle: Vehicle | None, *, is_open: bool
) -> FormView:
    values = dict.fromkeys(_NAMES, "")
    values |= {**_USUAL, "plug": asked.preset_plug}
    when = given.get("when") or ("span" if "from" in given else "any")
    if when == "window":
        values |= _WHOLE_DAY
    known = {name: text for name, text in given.items() if name in values}
    return FormView(
        values={**values, **known, "when": when},
        plugs=_plugs(vehicle),
        is_open=is_open,
    )


def _plugs(vehicle: Vehicle | None) -> Choices:
    every = ((ANY_PLUG, "Any plug"), *PLUG_NAMES.items())
    if vehicle is None:
        return every
    names = ", ".join(plug_name(standard) for standard in vehicle.standards)
    return ((CAR_PLUG, f"Fits {vehicle.name} ({names})"), *every)


def _words_for(name: str, value: str) -> str:
    return f"{value} kW or more" if name == "min_kw" else value
