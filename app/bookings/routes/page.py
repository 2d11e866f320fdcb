"""What the charger's page shows, made from an offer: every link ready to tap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from app.bookings.domain import Day, exact_wall_time, local_date
from app.bookings.service import Offer, Week
from app.kernel.period import Period
from app.pricing.domain import in_hours

# Lengths to tap, in hours; those the charger allows are shown.
LENGTHS_H = (0.5, 1, 2, 3, 4, 8, 12)
USUAL_LENGTH_S = 2 * 3600
_NAMES = {
    "starts_at": "from",
    "ends_at": "to",
    "vehicle_id": "car",
    "energy_cap_wh": "cap_kwh",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to tap."""

    words: str
    url: str
    is_chosen: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A piece of a day's strip, in seconds from midnight."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTab:
    """One date to tap, with a strip of its free, taken and chosen times."""

    on_date: date
    url: str
    is_chosen: bool
    is_today: bool
    length_s: int
    bars: tuple[Bar, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPage:
    """Everything to tap around one offer."""

    days: tuple[DayTab, ...]
    day: DayTab | None
    starts: tuple[Choice, ...]
    lengths: tuple[Choice, ...]
    alternatives: tuple[Choice, ...]
    earlier_url: str | None
    later_url: str | None
    here_url: str
    length_words: str


class Links:
    """Makes addresses of the charger's page that keep the car and the limit."""

    def __init__(self, made: Offer, kept: dict[str, str]) -> None:
        self._charger = made.charger
        self._period = made.period
        self._kept = {name: value for name, value in kept.items() if value}

    def to(self, period: Period | None = None, day: date | None = None) -> str:
        """Return the address for a time, or for looking at another day."""
        zone = self._charger.time_zone
        values = dict(self._kept)
        if period is not None:
            values["from"] = exact_wall_time(period.starts_at, zone)
            values["to"] = exact_wall_time(period.ends_at, zone)
        if day is not None:
            values["day"] = day.isoformat()
        return url_for("bookings.offer", charger_id=self._charger.id, **values)  # type: ignore[arg-type]

    def to_day(self, day: date) -> str:
        """Return the address for looking at a day, keeping the chosen time."""
        return self.to(self._period, day)


def page_of(made: Offer, week: Week, *, day: date, kept: dict[str, str]) -> OfferPage:
    """Return the page's links and strips.

    :param day: the date whose free times are listed
    :param kept: the car and the limit as they stand in the address
    """
    links = Links(made, kept)
    zone = made.charger.time_zone
    tabs = tuple(_tab(each, made, week, links, day) for each in week.days)
    starts = next((each.starts for each in week.days if each.on_date == day), ())
    length_s = made.period.duration_s if made.period else USUAL_LENGTH_S
    return OfferPage(
        days=tabs,
        day=next((tab for tab in tabs if tab.is_chosen), None),
        starts=tuple(_start(at, length_s, made, links, zone) for at in starts),
        lengths=_lengths(made, links),
        alternatives=tuple(_moved(each, links, zone) for each in made.alternatives),
        earlier_url=links.to_day(week.earlier) if week.earlier else None,
        later_url=links.to_day(week.later) if week.later else None,
        here_url=links.to(made.period),
        length_words=in_hours(length_s),
    )


def html_name(field: str | None) -> str | None:
    """Return the id and name of the input to which a reason belongs."""
    return _NAMES.get(field) if field else None


def _tab(day: Day, made: Offer, week: Week, links: Links, chosen: date) -> DayTab:
    bars = [_bar("open", each, day) for each in day.free]
    bars += [_bar("busy", each, day) for each in day.taken]
    period = made.period
    if period and not made.refusal and period.overlaps(day.window):
        shown = Period(
            max(period.starts_at, day.window.starts_at),
            min(period.ends_at, day.window.ends_at),
        )
        bars.append(_bar("mine", shown, day))
    return DayTab(
        on_date=day.on_date,
        url=links.to_day(day.on_date),
        is_chosen=day.on_date == chosen,
        is_today=day.on_date == week.today,
        length_s=day.length_s,
        bars=tuple(bars),
        note=_note(day, is_today=day.on_date == week.today),
    )


def _note(day: Day, *, is_today: bool) -> str:
    free_s = sum(each.duration_s for each in day.free)
    if free_s >= day.length_s:
        return "all day"
    if free_s:
        hours = free_s // 3600
        return f"{hours} h free" if hours else f"{free_s // 60} min free"
    if day.taken:
        return "full"
    # Late in the evening nothing of an open day is left, which is not "closed".
    return "no more" if is_today else "closed"


def _bar(kind: str, period: Period, day: Day) -> Bar:
    return Bar(kind=kind, x=day.offset_s(period.starts_at), width=period.duration_s)


def _start(at: datetime, length_s: int, made: Offer, links: Links, zone: str) -> Choice:
    period = Period(at, at + timedelta(seconds=length_s))
    return Choice(
        words=exact_wall_time(at, zone)[11:16],
        url=links.to(period),
        is_chosen=period == made.period,
    )


def _lengths(made: Offer, links: Links) -> tuple[Choice, ...]:
    period, charger = made.period, made.charger
    if period is None:
        return ()
    choices = []
    for hours in LENGTHS_H:
        minutes = int(hours * 60)
        if charger.min_length_min <= minutes <= charger.max_length_min:
            longer = Period(
                period.starts_at, period.starts_at + timedelta(minutes=minutes)
            )
            choices.append(
                Choice(
                    words=in_hours(minutes * 60),
                    url=links.to(longer),
                    is_chosen=longer == period,
                )
            )
    return tuple(choices)


def _moved(period: Period, links: Links, zone: str) -> Choice:
    starts, ends = (
        exact_wall_time(at, zone) for at in (period.starts_at, period.ends_at)
    )
    day = local_date(period.starts_at, zone)
    return Choice(
        words=f"{starts[11:16]}–{ends[11:16]}",
        url=links.to(period),
        note=f"{day:%a} {day.day} {day:%b}",
    )
