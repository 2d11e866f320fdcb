"""The rows in which an owner writes opening hours, a week and single dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.kernel.errors import DomainError
from app.owners.domain import (
    PRESETS,
    WEEKDAYS,
    clock_words,
    hours_of_exception,
    require_some_time,
    window,
)
from app.schedules.domain import (
    DAY_MIN,
    MAX_EXCEPTIONS,
    Opening,
    OpeningException,
    OpeningRule,
)
from app.web.fields import without_controls

_MAX_WINDOWS = 8


@dataclass(slots=True)
class WindowRow:
    """One window of a weekday as it was written."""

    begin: str = ""
    end: str = ""
    error: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not self.begin.strip() and not self.end.strip()


@dataclass(slots=True)
class ExceptionRow:
    """One date that is different, as it was written."""

    on_date: str = ""
    kind: str = "CLOSED"
    begin: str = ""
    end: str = ""
    reason: str = ""
    error: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not (self.on_date + self.begin + self.end + self.reason).strip()


class HoursRows:
    """Everything about when a charger is open, with the reasons at each row."""

    presets = PRESETS

    def __init__(
        self, days: list[list[WindowRow]], exceptions: list[ExceptionRow]
    ) -> None:
        # A closed day keeps an empty row to write in.
        self.days = [rows or [WindowRow()] for rows in days]
        self.exceptions = exceptions
        self.error: str | None = None

    @classmethod
    def of_opening(cls, opening: Opening) -> HoursRows:
        """Return the rows of stored opening hours."""
        days: list[list[WindowRow]] = [[] for _ in WEEKDAYS]
        for rule in sorted(opening.rules):
            row = WindowRow(clock_words(rule.begin_min), clock_words(rule.end_min))
            days[rule.weekday - 1].append(row)
        return cls(days, [_exception_row(each) for each in sorted(opening.exceptions)])

    @classmethod
    def of_form(cls, sent: Mapping[str, str]) -> HoursRows:
        """Return the rows a browser sent; rows are numbered without a gap."""

        def text(name: str) -> str:
            return (without_controls(sent.get(name, "")) or "").strip()

        days = [
            [
                WindowRow(text(f"open-{day}-{n}-from"), text(f"open-{day}-{n}-to"))
                for n in range(_MAX_WINDOWS)
                if f"open-{day}-{n}-from" in sent
            ]
            for day in range(1, 8)
        ]
        names = ("date", "kind", "from", "to", "reason")
        exceptions = [
            ExceptionRow(*(text(f"except-{n}-{name}") for name in names))
            for n in range(MAX_EXCEPTIONS)
            if f"except-{n}-date" in sent
        ]
        return cls(days, exceptions)

    def change(self, what: str, index: int, row: int) -> None:
        """Do what a button of the form asks for; an unknown one changes nothing."""
        if what == "preset":
            self._use_preset(index)
        elif what == "add-window" and 1 <= index <= 7:
            if len(self.days[index - 1]) < _MAX_WINDOWS:
                self.days[index - 1].append(WindowRow())
        elif what == "drop-window" and 1 <= index <= 7:
            kept = [each for n, each in enumerate(self.days[index - 1]) if n != row]
            self.days[index - 1] = kept or [WindowRow()]
        elif what == "copy-monday":
            first = [(each.begin, each.end) for each in self.days[0]]
            self.days = [[WindowRow(*each) for each in first] for _ in WEEKDAYS]
        elif what == "add-date" and len(self.exceptions) < MAX_EXCEPTIONS:
            self.exceptions.append(ExceptionRow())
        elif what == "drop-date" and 0 <= index < len(self.exceptions):
            del self.exceptions[index]

    def _use_preset(self, index: int) -> None:
        choices = list(PRESETS.values())
        if 0 <= index < len(choices):
            _, weekdays, begin, end = choices[index]
            self.days = [
                [WindowRow(begin, end) if day in weekdays else WindowRow()]
                for day in range(1, 8)
            ]

    def read(self) -> Opening | None:
        """Return the opening hours, or None with the reasons noted at their rows."""
        rules = [
            self._window(day, row)
            for day, rows in enumerate(self.days, 1)
            for row in rows
            if not row.is_empty
        ]
        dates = [self._exception(row) for row in self.exceptions if not row.is_empty]
        opening = Opening(
            rules=tuple(rule for rule in rules if rule),
            exceptions=tuple(each for each in dates if each),
        )
        if None in rules or None in dates:
            return None
        try:
            require_some_time(opening)
        except DomainError as error:
            self.error = error.message
            return None
        return opening

    def _window(self, weekday: int, row: WindowRow) -> OpeningRule | None:
        try:
            return window(weekday, row.begin, row.end)
        except DomainError as error:
            row.error = error.message
            return None

    def _exception(self, row: ExceptionRow) -> OpeningException | None:
        try:
            begin_min, end_min = hours_of_exception(row.begin, row.end)
            return OpeningException(
                date.fromisoformat(row.on_date),
                "OPEN" if row.kind == "OPEN" else "CLOSED",
                begin_min,
                end_min,
                row.reason[:120],
            )
        except DomainError as error:
            row.error = error.message
        except ValueError:
            row.error = "Please give the date."
        return None


def _exception_row(exception: OpeningException) -> ExceptionRow:
    is_whole_day = (exception.begin_min, exception.end_min) == (0, DAY_MIN)
    return ExceptionRow(
        exception.on_date.isoformat(),
        exception.kind,
        "" if is_whole_day else clock_words(exception.begin_min),
        "" if is_whole_day else clock_words(exception.end_min),
        exception.reason,
    )
