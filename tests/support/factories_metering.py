"""Builders for metering: journal records as a box would write them, and promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.kernel.period import Period
from app.metering.domain.cdr import Parties, Promise
from app.pricing.domain import Tariff

STARTED_AT = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
JOURNAL = 515928287


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A journal record, shaped as the devices room stores it."""

    seq: int
    kind: str
    taken_at: datetime
    received_at: datetime
    journal_id: int = JOURNAL
    clock_quality: int = 2
    energy_wh: int | None = None
    power_dw: int | None = None
    name: str | None = None
    session_code: str | None = None
    detail: str | None = None


def meter(
    seq: int,
    wh: int,
    *,
    power_w: int = 11000,
    at_s: int = 0,
    quality: int = 2,
    journal: int = JOURNAL,
) -> Record:
    """A meter record, ``at_s`` seconds after the start."""
    at = STARTED_AT + timedelta(seconds=at_s)
    return Record(
        seq=seq,
        kind="M",
        journal_id=journal,
        taken_at=at,
        received_at=at + timedelta(seconds=1),
        clock_quality=quality,
        energy_wh=wh,
        power_dw=power_w * 10,
    )


def mark(
    seq: int,
    name: str,
    *,
    code: str,
    wh: int,
    why: str | None = None,
    at_s: int = 0,
) -> Record:
    """A session record: ``start`` or ``stop``."""
    at = STARTED_AT + timedelta(seconds=at_s)
    return Record(
        seq=seq,
        kind="S",
        taken_at=at,
        received_at=at + timedelta(seconds=1),
        energy_wh=wh,
        name=name,
        session_code=code,
        detail=why,
    )


def event(seq: int, name: str = "lock", detail: str = "UNLOCKED") -> Record:
    """An event record."""
    return Record(
        seq=seq,
        kind="E",
        taken_at=STARTED_AT,
        received_at=STARTED_AT,
        name=name,
        detail=detail,
    )


def make_promise(
    *,
    energy_milli: int = 39_000,
    time_milli: int = 100_000,
    hours: int = 2,
    energy_cap_wh: int = 22_000,
    ceiling_minor: int = 1058,
) -> Promise:
    """Two hours at 39 cents per kWh and 1 euro per hour, at most €10.58."""
    return Promise(
        tariff=Tariff(
            currency="EUR",
            energy_milli_per_kwh=energy_milli,
            time_milli_per_hour=time_milli,
        ),
        booked=Period(STARTED_AT, STARTED_AT + timedelta(hours=hours)),
        energy_cap_wh=energy_cap_wh,
        ceiling_minor=ceiling_minor,
    )


def make_parties() -> Parties:
    """Hanna sells, Dario drives."""
    return Parties(
        owner_name="Hanna",
        driver_name="Dario",
        charger_name="Hanna's driveway",
        charger_code="K7Q2M6XW4T",
        charger_place="Lindenweg 4, 10115 Berlin",
        time_zone="Europe/Berlin",
        booking_code="AAAABBBBCC",
        currency="EUR",
    )
