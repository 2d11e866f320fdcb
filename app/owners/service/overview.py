"""What an owner sees: the whole business at a glance, and one charger in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts import service as accounts
from app.billing import service as billing
from app.billing.service import Income
from app.bookings import service as bookings
from app.bookings.service import Booking, State
from app.chargers import service as chargers
from app.chargers.service import Charger
from app.devices import service as devices
from app.devices.service import Device
from app.kernel.errors import NotFound
from app.kernel.period import Period
from app.metering import service as metering
from app.metering.service import SessionView
from app.owners.domain import DayWords, week_words
from app.owners.service.wanted import demand_near
from app.pricing import service as pricing
from app.pricing.domain import Tariff
from app.schedules import service as schedules
from app.schedules.domain import Opening, OpeningException
from app.search.domain.demand import Demand

_AHEAD = timedelta(days=2)
_BOOKINGS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is still to do before strangers can charge without the owner."""

    has_photo: bool
    has_box: bool
    box_is_online: bool

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.has_photo and self.has_box


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerLine:
    """One charger in the list of an owner's chargers."""

    charger: Charger
    tariff: Tariff | None
    device: Device | None
    is_online: bool
    session: SessionView | None
    next_booking: Booking | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """An owner's business at one instant.

    :param requests: what waits for the owner's answer, most urgent first
    """

    income: Income
    lines: tuple[ChargerLine, ...]
    sessions: tuple[SessionView, ...]
    requests: tuple[Booking, ...]
    upcoming: tuple[Booking, ...]
    drivers: dict[int, str]
    broker_ok: bool
    now: datetime

    @property
    def boxes(self) -> int:
        """How many chargers have a box."""
        return sum(line.device is not None for line in self.lines)

    @property
    def boxes_online(self) -> int:
        """How many boxes can be reached."""
        return sum(line.is_online for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One charger with everything around it."""

    charger: Charger
    tariff: Tariff | None
    opening: Opening
    week: tuple[DayWords, ...]
    coming_exceptions: tuple[OpeningException, ...]
    device: Device | None
    setup: Setup
    session: SessionView | None
    bookings: tuple[Booking, ...]
    drivers: dict[int, str]
    demand: Demand
    now: datetime


def dashboard(*, owner_id: int, now: datetime) -> Dashboard:
    """Return what an owner asks first: money, cars, bookings, boxes."""
    own = chargers.chargers_of(owner_id)
    ids = [each.id for each in own]
    sessions = metering.running_sessions_of_owner(owner_id, ids, now)
    window = Period(now, now + _AHEAD)
    upcoming = tuple(
        each
        for each in bookings.bookings_of_owner(owner_id, window)
        if each.state is State.RESERVED and each.ends_at > now
    )
    requests = bookings.requests_of_owner(owner_id, now)
    seen = upcoming + requests + tuple(each.booking for each in sessions)
    return Dashboard(
        income=billing.income_of(owner_id, now),
        lines=_lines(own, sessions, now),
        sessions=sessions,
        requests=requests,
        upcoming=upcoming[:_BOOKINGS_SHOWN],
        drivers=_names_of_drivers(seen),
        broker_ok=devices.broker_ok(now),
        now=now,
    )


def get_overview(*, owner_id: int, charger_id: int, now: datetime) -> Overview:
    """Return one charger of this owner with everything around it.

    :raises NotFound: if there is none, or it is somebody else's
    """
    charger = chargers.get_own_charger(owner_id=owner_id, charger_id=charger_id)
    opening = schedules.opening_of(charger_id)
    device = devices.device_of(charger_id)
    is_online = device is not None and device.is_online(now)
    sessions = metering.running_sessions_of_owner(owner_id, [charger_id], now)
    booked = bookings.future_bookings_of_charger(charger_id, now)
    yesterday = now.date() - timedelta(days=1)
    return Overview(
        charger=charger,
        tariff=_find_tariff(charger_id),
        opening=opening,
        week=week_words(opening),
        coming_exceptions=tuple(
            each for each in opening.exceptions if each.on_date >= yesterday
        ),
        device=device,
        setup=Setup(
            has_photo=bool(charger.photos),
            has_box=device is not None,
            box_is_online=is_online,
        ),
        session=sessions[0] if sessions else None,
        bookings=booked,
        drivers=_names_of_drivers(booked),
        demand=demand_near(charger, now),
        now=now,
    )


def _lines(
    own: tuple[Charger, ...], sessions: tuple[SessionView, ...], now: datetime
) -> tuple[ChargerLine, ...]:
    ids = [each.id for each in own]
    tariffs, boxes = pricing.tariffs_of(ids), devices.devices_of(ids)
    running = {each.booking.charger_id: each for each in sessions}
    next_bookings: dict[int, Booking] = {}
    for charger in own:
        for each in bookings.future_bookings_of_charger(charger.id, now):
            if each.state is State.RESERVED:
                next_bookings.setdefault(charger.id, each)
    return tuple(
        ChargerLine(
            charger=charger,
            tariff=tariffs.get(charger.id),
            device=boxes.get(charger.id),
            is_online=charger.id in boxes and boxes[charger.id].is_online(now),
            session=running.get(charger.id),
            next_booking=next_bookings.get(charger.id),
        )
        for charger in own
    )


def _names_of_drivers(booked: tuple[Booking, ...]) -> dict[int, str]:
    people = accounts.people_by_ids(each.driver_id for each in booked)
    return {person.id: person.display_name for person in people.values()}


def _find_tariff(charger_id: int) -> Tariff | None:
    try:
        return pricing.tariff_of(charger_id)
    except NotFound:
        return None
