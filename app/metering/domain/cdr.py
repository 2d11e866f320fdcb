"""What a session costs, so far and in the end, and the record that is sealed.

A sealed record holds everything its receipt prints, so that the hash proves the
receipt; corrections are new records.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.kernel.errors import DomainError
from app.kernel.period import Period
from app.metering.domain.flow import COMPLETED, FREE_BELOW_WH, Flow
from app.metering.domain.words import ended_because
from app.pricing.domain import Tariff, rate

CONTENT_VERSION = 1


class NotOver(DomainError):
    """The session has not ended, so nothing can be sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was agreed at the time of booking.

    :param energy_cap_wh: more than this is never billed
    :param ceiling_minor: more than this is never billed either
    """

    tariff: Tariff
    booked: Period
    energy_cap_wh: int
    ceiling_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What some energy costs under a promise.

    :param billed_wh: the energy that is billed: no more than the cap
    :param lines: ``{"kind", "text", "quantity", "unit", "unit_price_milli",
        "amount_minor"}`` each
    """

    lines: tuple[dict[str, object], ...]
    total_minor: int
    billed_wh: int


_NOTHING = Cost(lines=(), total_minor=0, billed_wh=0)


def cost_of(promise: Promise, energy_wh: int) -> Cost:
    """Return what this much energy costs.

    1. Under ``FREE_BELOW_WH`` nothing is billed: no energy, no bill.
    2. Otherwise the booked time and the metered energy, up to the promised cap.
    3. Should that exceed the promised ceiling, a line takes the rest off.
    """
    if energy_wh < FREE_BELOW_WH:
        return _NOTHING
    bill = rate(
        promise.tariff, promise.booked, energy_wh, energy_cap_wh=promise.energy_cap_wh
    )
    lines = tuple(line.as_dict() for line in bill.lines)
    excess_minor = bill.total_minor - promise.ceiling_minor
    if excess_minor <= 0:
        return Cost(lines=lines, total_minor=bill.total_minor, billed_wh=bill.energy_wh)
    return Cost(
        lines=(*lines, _ceiling_line(excess_minor)),
        total_minor=promise.ceiling_minor,
        billed_wh=bill.energy_wh,
    )


def _ceiling_line(excess_minor: int) -> dict[str, object]:
    return {
        "kind": "CEILING",
        "quantity": 1,
        "unit": "",
        "unit_price_milli": 0,
        "amount_minor": -excess_minor,
        "text": "more than you were promised, so taken off",
    }


def percent_of_ceiling(cost_minor: int, ceiling_minor: int) -> int:
    """Return how much of the ceiling is used, from 0 to 100.

    >>> percent_of_ceiling(320, 640), percent_of_ceiling(0, 0)
    (50, 0)
    """
    return min(100, cost_minor * 100 // ceiling_minor) if ceiling_minor else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The names and places printed on the receipt, as they are on the day.

    :param time_zone: IANA zone of the charger, in which the receipt tells times
    """

    owner_name: str
    driver_name: str
    charger_name: str
    charger_code: str
    charger_place: str
    time_zone: str
    booking_code: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A session's final record and the hash of its canonical bytes."""

    content: dict[str, object]
    sha256: str
    meter_start_wh: int
    meter_stop_wh: int
    energy_wh: int
    total_minor: int
    started_at: datetime
    ended_at: datetime


def seal(
    flow: Flow,
    *,
    promise: Promise,
    parties: Parties,
    device_id: str,
    now: datetime,
    is_billed: bool = True,
) -> Sealed:
    """Return the final record of an ended session.

    :param is_billed: False bills nothing, whatever flowed
    :raises NotOver: if it has not ended
    """
    if flow.status != COMPLETED or flow.ended_at is None:
        raise NotOver("The session has not ended yet.")
    cost = cost_of(promise, flow.energy_wh) if is_billed else _NOTHING
    content = _content(flow, flow.ended_at, cost, promise, parties, device_id)
    content["sealed_at"] = _iso(now)
    start_wh = flow.meter_start_wh or 0
    return Sealed(
        content=content,
        sha256=fingerprint(content),
        meter_start_wh=start_wh,
        meter_stop_wh=start_wh + flow.energy_wh,
        energy_wh=flow.energy_wh,
        total_minor=cost.total_minor,
        started_at=flow.started_at or flow.ended_at,
        ended_at=flow.ended_at,
    )


def _content(
    flow: Flow,
    ended_at: datetime,
    cost: Cost,
    promise: Promise,
    parties: Parties,
    device_id: str,
) -> dict[str, object]:
    return {
        "version": CONTENT_VERSION,
        "booking": {
            "code": parties.booking_code,
            "starts_at": _iso(promise.booked.starts_at),
            "ends_at": _iso(promise.booked.ends_at),
        },
        "seller": parties.owner_name,
        "driver": parties.driver_name,
        "charger": {
            "name": parties.charger_name,
            "code": parties.charger_code,
            "place": parties.charger_place,
            "time_zone": parties.time_zone,
            "box": device_id,
        },
        "session": _session(flow, ended_at),
        "meter": _meter(flow, ended_at),
        "energy_wh": flow.energy_wh,
        "billed_wh": cost.billed_wh,
        "energy_cap_wh": promise.energy_cap_wh,
        "tariff": promise.tariff.as_dict(),
        "lines": list(cost.lines),
        "is_free": cost == _NOTHING,
        "currency": parties.currency,
        "total_minor": cost.total_minor,
        "ceiling_minor": promise.ceiling_minor,
    }


def _session(flow: Flow, ended_at: datetime) -> dict[str, object]:
    return {
        "code": flow.code,
        "started_at": _iso(flow.started_at or ended_at),
        "ended_at": _iso(ended_at),
        "stop_reason": flow.stop_reason or "LOST",
        "ended_because": ended_because(flow.stop_reason),
    }


def _meter(flow: Flow, ended_at: datetime) -> dict[str, object]:
    start_wh = flow.meter_start_wh or 0
    return {
        # The meters in the boxes show, but are not verified for trade.
        "metrology_class": "INDICATIVE",
        "is_known": flow.has_started,
        "start_wh": start_wh,
        "stop_wh": start_wh + flow.energy_wh,
        "last_reading_at": _iso(flow.last_reading_at or ended_at),
        "gaps": [[_iso(begin), _iso(end)] for begin, end in flow.gaps],
    }


def canonical(content: Mapping[str, object]) -> bytes:
    """Return the one way to write the content: sorted keys, no spaces, UTF-8.

    >>> canonical({"b": 1, "a": "€"}).decode()
    '{"a":"€","b":1}'
    """
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return text.encode()


def fingerprint(content: Mapping[str, object]) -> str:
    """Return the SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
