"""Sums of income, and receipts read back from sealed records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.metering.domain.cdr import fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """One sealed session, seen by the one who sold it.

    :param time_zone: the charger's, in which the day of the sale is counted
    """

    booking_code: str
    session_code: str
    charger_id: int
    charger_name: str
    driver_name: str
    time_zone: str
    ended_at: datetime
    energy_wh: int
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Income in one currency, in minor units, and the energy of the last 30 days."""

    currency: str
    today_minor: int = 0
    week_minor: int = 0
    month_minor: int = 0
    total_minor: int = 0
    month_energy_wh: int = 0
    month_sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """What an owner has earned.

    :param sums: one for each currency, the largest business first; never empty
    :param sessions: newest first
    """

    sums: tuple[Sums, ...]
    sessions: tuple[Earned, ...]


def income(sessions: Iterable[Earned], *, currency: str, now: datetime) -> Income:
    """Return the sums of sealed sessions, which come newest first.

    Today is the charger's own calendar day; 7 and 30 days count back from now.

    :param currency: of the zeros that are shown where nothing was earned yet
    """
    listed = tuple(sessions)
    by_currency: dict[str, list[Earned]] = defaultdict(list)
    for each in listed:
        by_currency[each.currency].append(each)
    sums = [_sums(name, found, now) for name, found in by_currency.items()]
    sums.sort(key=lambda each: (-each.total_minor, each.currency))
    return Income(sums=tuple(sums) or (Sums(currency=currency),), sessions=listed)


def _sums(currency: str, sessions: list[Earned], now: datetime) -> Sums:
    week = [each for each in sessions if each.ended_at > now - timedelta(days=7)]
    month = [each for each in sessions if each.ended_at > now - timedelta(days=30)]
    return Sums(
        currency=currency,
        today_minor=_total(each for each in week if _is_today(each, now)),
        week_minor=_total(week),
        month_minor=_total(month),
        total_minor=_total(sessions),
        month_energy_wh=sum(each.energy_wh for each in month),
        month_sessions=len(month),
    )


def _total(sessions: Iterable[Earned]) -> int:
    return sum(each.total_minor for each in sessions)


def _is_today(earned: Earned, now: datetime) -> bool:
    zone = ZoneInfo(earned.time_zone)
    return earned.ended_at.astimezone(zone).date() == now.astimezone(zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One line: what, how much of it at which price, and the amount."""

    title: str
    detail: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Everything a receipt prints, from the sealed content and nothing else.

    :param is_genuine: whether the content still has the hash it was sealed with
    """

    booking_code: str
    session_code: str
    seller: str
    driver: str
    charger_name: str
    charger_code: str
    charger_place: str
    box: str
    time_zone: str
    booked_from: datetime
    booked_until: datetime
    started_at: datetime
    ended_at: datetime
    ended_because: str
    stop_reason: str
    meter_start_wh: int
    meter_stop_wh: int
    is_meter_known: bool
    metrology_class: str
    last_reading_at: datetime
    gaps: tuple[tuple[datetime, datetime], ...]
    energy_wh: int
    billed_wh: int
    lines: tuple[ReceiptLine, ...]
    is_free: bool
    currency: str
    total_minor: int
    ceiling_minor: int
    sealed_at: datetime
    sha256: str
    is_genuine: bool

    @property
    def ended_silently(self) -> bool:
        """Whether the end is only known from the last reading."""
        return self.stop_reason in ("LOST", "SILENT")


_TITLES = {
    "TIME": "Time on the charger",
    "ENERGY": "Energy",
    "CEILING": "Promised ceiling",
}


def receipt_from(content: Mapping[str, Any], sha256: str) -> Receipt:
    """Return the receipt of a sealed record.

    :param sha256: the hash stored beside the content when it was sealed
    """
    booking, charger = content["booking"], content["charger"]
    session, meter = content["session"], content["meter"]
    return Receipt(
        booking_code=booking["code"],
        session_code=session["code"],
        seller=content["seller"],
        driver=content["driver"],
        charger_name=charger["name"],
        charger_code=charger["code"],
        charger_place=charger["place"],
        box=charger["box"],
        time_zone=charger["time_zone"],
        booked_from=_at(booking["starts_at"]),
        booked_until=_at(booking["ends_at"]),
        started_at=_at(session["started_at"]),
        ended_at=_at(session["ended_at"]),
        ended_because=session["ended_because"],
        stop_reason=session["stop_reason"],
        meter_start_wh=meter["start_wh"],
        meter_stop_wh=meter["stop_wh"],
        is_meter_known=meter["is_known"],
        metrology_class=meter["metrology_class"],
        last_reading_at=_at(meter["last_reading_at"]),
        gaps=tuple((_at(begin), _at(end)) for begin, end in meter["gaps"]),
        energy_wh=content["energy_wh"],
        billed_wh=content["billed_wh"],
        lines=tuple(_line(line) for line in content["lines"]),
        is_free=content["is_free"],
        currency=content["currency"],
        total_minor=content["total_minor"],
        ceiling_minor=content["ceiling_minor"],
        sealed_at=_at(content["sealed_at"]),
        sha256=sha256,
        is_genuine=fingerprint(content) == sha256,
    )


def _line(values: Mapping[str, Any]) -> ReceiptLine:
    return ReceiptLine(
        title=_TITLES.get(values["kind"], values["kind"].capitalize()),
        detail=values["text"],
        amount_minor=values["amount_minor"],
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
