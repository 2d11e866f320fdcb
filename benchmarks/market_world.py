"""The world of the market simulation: who wants which hours, and what they are worth.

Start, length and energy come from real shared sessions. What nobody published (how
much a driver would pay, how early he asks) is assumed here, in one place, and printed
with every result. It decides nothing about prices or winners.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from datetime import datetime
from math import log
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PLUGBID_DATA") or ROOT.parent / "shared" / "data")
SESSIONS = DATA / "sessions" / "norway12_sessions.csv"

SLOT_MIN = 15
SLOTS_A_DAY = 96
POWER_KW = 7.2
EFFICIENCY = 0.9
MEDIAN_EUR_PER_KWH = 0.45
SPREAD = 0.35
NEEDS_CERTAINTY = 0.4
MILLI_PER_EUR = 100_000
# Electricity of the owner by hour of day, EUR/kWh: night, day, evening peak.
TARIFF = tuple(
    0.16 if hour >= 22 or hour < 6 else 0.38 if 16 <= hour < 20 else 0.26
    for hour in range(24)
)
# Share of drivers who ask at once, on the same day, and 8 to 72 hours ahead.
LEADS = {
    "spontaneous": (0.60, 0.30, 0.10),
    "mixed": (0.35, 0.35, 0.30),
    "planned": (0.10, 0.30, 0.60),
}
LEAD_HOURS = ((0.0, 0.0), (0.25, 8.0), (8.0, 72.0))
ASSUMED = (
    f"willingness to pay log-normal, median {MEDIAN_EUR_PER_KWH} EUR/kWh, "
    f"log-sd {SPREAD}",
    "electricity 0.16 (22-6 h), 0.38 (16-20 h), 0.26 EUR/kWh (else), / 0.9, "
    "passed on at cost in every mechanism",
    "a wish is worth kWh x (willingness - electricity); one worth nothing is not made",
    "load = hours wished a day / 24; requests are Poisson; every day alike",
    "lead times at once / 15 min-8 h / 8-72 h: "
    + ", ".join(
        f"{name} {'/'.join(str(round(100 * p)) for p in shares)} %"
        for name, shares in LEADS.items()
    ),
    "40 % of those who ask before the gate need certainty and never bid",
    "whoever finds nothing leaves; nobody fails to come; no platform fee",
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A real session, reduced to what a wish needs."""

    minute_of_day: int
    hours: float
    energy_kwh: float


@dataclass(frozen=True, slots=True)
class Request:
    """One driver's wish for slots [start, end), made in slot ``asked``.

    ``value`` is what the time is worth to him in milli-minor, electricity deducted.
    """

    number: int
    asked: int
    start: int
    end: int
    energy_wh: int
    value: int
    needs_certainty: bool

    @property
    def day(self) -> int:
        """The day on which the wish begins."""
        return self.start // SLOTS_A_DAY


def read_stays(path: Path = SESSIONS) -> tuple[Stay, ...]:
    """Return the sessions of shared chargers that lasted 0.5 to 12 hours.

    The file is dirty on purpose: sessions without an end are left out, and energy
    beyond what the charger could give in the time is cut.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        found = [_stay(row) for row in rows if "Share" in row["user_id"]]
    return tuple(stay for stay in found if stay is not None)


def _stay(row: dict[str, str]) -> Stay | None:
    if row["connection_time"] == "NA":
        return None
    hours = float(row["connection_time"].replace(",", "."))
    if not 0.5 <= hours <= 12:
        return None
    energy = float(row["energy_session"].replace(",", "."))
    at = datetime.fromisoformat(row["plugin_time"])
    return Stay(at.hour * 60 + at.minute, hours, min(energy, hours * POWER_KW))


def electricity_eur_per_kwh(start: int, energy_kwh: float) -> float:
    """Return the mean price of the energy, charged at full power from the start."""
    left, cost, slot = energy_kwh, 0.0, start
    while left > 1e-9:
        part = min(left, POWER_KW / 4)
        cost += part * TARIFF[slot % SLOTS_A_DAY // 4] / EFFICIENCY
        left -= part
        slot += 1
    return cost / energy_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is assumed about the drivers; ``load`` is hours wished a day / 24."""

    stays: tuple[Stay, ...]
    load: float
    leads: str = "mixed"
    spread: float = SPREAD
    needs_certainty: float = NEEDS_CERTAINTY

    def requests(self, days: int, seed: int) -> tuple[Request, ...]:
        """Return all wishes that begin on the days, in the order they are made."""
        random = Random(seed)
        a_day = self.load * SLOTS_A_DAY / self._mean_slots()
        found: list[Request] = []
        at = random.expovariate(a_day)
        while at < days:
            found.append(self._wish(random, int(at), len(found)))
            at += random.expovariate(a_day)
        # Who comes first in the same quarter hour is chance, not the order of days.
        random.shuffle(found)
        return tuple(sorted(found, key=lambda request: request.asked))

    def _mean_slots(self) -> float:
        random, count = Random(1), 4_000
        wishes = [self._wish(random, 0, number) for number in range(count)]
        return sum(wish.end - wish.start for wish in wishes) / count

    def _wish(self, random: Random, day: int, number: int) -> Request:
        value = 0
        while value <= 0:
            stay = random.choice(self.stays)
            start = day * SLOTS_A_DAY + stay.minute_of_day // SLOT_MIN
            willing = random.lognormvariate(log(MEDIAN_EUR_PER_KWH), self.spread)
            margin = willing - electricity_eur_per_kwh(start, stay.energy_kwh)
            value = round(stay.energy_kwh * margin * MILLI_PER_EUR)
        kind = random.choices(LEAD_HOURS, LEADS[self.leads])[0]
        return Request(
            number=number,
            asked=start - round(random.uniform(*kind) * 4),
            start=start,
            end=start + max(2, round(stay.hours * 4)),
            energy_wh=round(1000 * stay.energy_kwh),
            value=value,
            needs_certainty=random.random() < self.needs_certainty,
        )
