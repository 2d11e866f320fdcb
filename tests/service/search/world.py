"""A random but repeatable world of chargers, and a naive scan to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.accounts.service import Person, Vehicle
from app.chargers import service as chargers
from app.chargers.service import Charger, Connector
from app.database import writing
from app.kernel.geo import Point, distance_m
from app.kernel.period import Period
from app.kernel.slots import EPOCH, SLOT_S, floor_to_grid
from app.pricing import service as pricing
from app.pricing.domain import Tariff, expected, usual_charge_wh
from app.schedules import service as schedules
from app.schedules.claims import SlotTaken, claim_in
from app.schedules.domain import ALWAYS, OpeningException, OpeningRule, to_instant
from app.search.domain import Query
from tests.support.factories_chargers import make_charger

HOME = Point(52.52, 13.405)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where a world lies, and what its clocks show."""

    home: Point = HOME
    height: float = 0.2
    width: float = 0.3
    zones: tuple[str, ...] = ("Europe/Berlin", "Europe/Berlin", "Europe/London")
    # Whether chargers also differ in what the newer filters ask for.
    has_wishes: bool = False


BERLIN = Scene()
CONNECTORS = (
    Connector(
        standard="IEC_62196_T2",
        format="SOCKET",
        power_type="AC_3_PHASE",
        max_power_w=11_000,
    ),
    Connector(
        standard="IEC_62196_T2",
        format="CABLE",
        power_type="AC_3_PHASE",
        max_power_w=22_000,
    ),
    Connector(
        standard="IEC_62196_T2_COMBO",
        format="CABLE",
        power_type="DC",
        max_power_w=50_000,
    ),
    Connector(
        standard="DOMESTIC_F",
        format="SOCKET",
        power_type="AC_1_PHASE",
        max_power_w=2_300,
    ),
)
NIGHTS = tuple(OpeningRule(day, 18 * 60, 8 * 60) for day in range(1, 8))
WEEKDAYS = tuple(OpeningRule(day, 9 * 60, 17 * 60) for day in range(1, 6))
NEVER: tuple[OpeningRule, ...] = ()


def build(
    random: Random, owner: Person, now: datetime, count: int, scene: Scene = BERLIN
) -> list[int]:
    """Store chargers of every kind with claims of every kind; return their ids."""
    ids = [_charger(random, owner, now, number, scene) for number in range(count)]
    for charger_id in ids:
        for _ in range(random.randrange(4)):
            _claim(random, charger_id, now)
    return ids


def _charger(
    random: Random, owner: Person, now: datetime, number: int, scene: Scene
) -> int:
    plugs = random.sample(CONNECTORS, k=random.choice((1, 1, 2)))
    rules = random.choice((ALWAYS, ALWAYS, NIGHTS, WEEKDAYS, NEVER))
    closed = OpeningException(on_date=(now + timedelta(days=1)).date(), kind="CLOSED")
    charger = make_charger(
        owner,
        now=now,
        name=f"Charger {number}",
        latitude=scene.home.lat + random.uniform(-1, 1) * scene.height,
        longitude=_round_the_earth(
            scene.home.lon + random.uniform(-1, 1) * scene.width
        ),
        time_zone=random.choice(scene.zones),
        connectors=tuple(plugs),
        rules=rules,
        exceptions=(closed,) if random.random() < 0.2 else (),
        tariff=_tariff(random) if random.random() < 0.95 else None,
        buffer_min=random.choice((0, 10, 30)),
        lead_min=random.choice((0, 0, 120)),
        horizon_days=random.choice((7, 28)),
        min_length_min=random.choice((30, 120)),
        max_length_min=random.choice((180, 720)),
        **(_wishes(Random(number)) if scene.has_wishes else {}),
    )
    if random.random() < 0.1:
        with writing() as work:
            chargers.pause_in(
                work.session, owner_id=owner.id, charger_id=charger.id, now=now
            )
    return charger.id


def _round_the_earth(lon: float) -> float:
    return (lon + 180) % 360 - 180


def _wishes(random: Random) -> dict[str, object]:
    return {
        "is_accessible": random.choice((True, False, None)),
        "has_free_parking": random.choice((True, False, None)),
        "booking_mode": random.choice(("INSTANT", "REQUEST")),
    }


def _tariff(random: Random) -> Tariff:
    currency = random.choice(("EUR", "EUR", "USD", "JPY"))
    unit = 1_000 if currency == "JPY" else 100_000
    return Tariff(
        currency=currency,
        energy_milli_per_kwh=random.choice((0, 29, 39, 55)) * unit // 100,
        time_milli_per_hour=random.choice((0, 0, 100, 200)) * unit // 100,
    )


def _claim(random: Random, charger_id: int, now: datetime) -> None:
    starts_at = floor_to_grid(now) + timedelta(minutes=15 * random.randrange(200))
    period = Period(
        starts_at, starts_at + timedelta(minutes=15 * random.randint(2, 20))
    )
    expires_at = random.choice((None, None, now - timedelta(minutes=1), now))
    taken = ("BOOKING", "OWNER_USE", "MAINTENANCE")
    kind = taken[charger_id % 3] if expires_at is None else "HOLD"
    try:
        with writing() as work:
            claim_in(
                work.session,
                evse_id=charger_id,
                period=period,
                buffer_min=10,
                kind=kind,
                now=now - timedelta(hours=1),
                expires_at=expires_at,
            )
    except SlotTaken:
        return


@dataclass(frozen=True)
class Expected:
    """What the naive scan says about one charger."""

    charger_id: int
    total_minor: int
    energy_wh: int


def scan(
    ids: list[int], query: Query, vehicle: Vehicle, now: datetime
) -> list[Expected]:
    """Return what the search must find, by asking every charger one after another."""
    nearest: list[tuple[float, int, Expected]] = []
    for charger in chargers.chargers_by_ids(ids).values():
        place = Point(charger.public_latitude, charger.public_longitude)
        away_m = distance_m(query.center, place)
        if away_m > query.radius_m:
            continue
        found = _serves(charger, query, vehicle, now)
        if found is not None:
            nearest.append((away_m, charger.id, found))
    return [found for _, _, found in sorted(nearest, key=lambda each: each[:2])]


def _serves(
    charger: Charger, query: Query, vehicle: Vehicle, now: datetime
) -> Expected | None:
    tariff = pricing.tariffs_of([charger.id]).get(charger.id)
    plugs = [
        each
        for each in charger.connectors
        if each.max_power_w >= query.min_power_w
        and (query.standards is None or each.standard in query.standards)
    ]
    if not charger.is_bookable or tariff is None or not plugs:
        return None
    if not _has_what_is_wished(charger, query):
        return None
    period = _period(charger, query, now)
    if period is None:
        return None
    power_w = _power_w(plugs, vehicle)
    wanted_wh = usual_charge_wh(vehicle.battery_wh)
    if query.span is None:
        seconds = -(-wanted_wh * 3600 // power_w)
        seconds = -(-seconds // SLOT_S) * SLOT_S
        seconds = min(
            max(seconds, charger.min_length_min * 60), charger.max_length_min * 60
        )
        seconds = min(seconds, _first_long_enough(charger, seconds, now))
        period = Period(EPOCH, EPOCH + timedelta(seconds=seconds))
    bill = expected(tariff, period, power_w=power_w, wanted_wh=wanted_wh)
    limit = query.max_price
    if limit is not None:
        per_kwh = bill.total_minor * 1_000_000 / bill.energy_wh
        if per_kwh > limit.milli_in(tariff.currency):
            return None
    return Expected(charger.id, bill.total_minor, bill.energy_wh)


def _has_what_is_wished(charger: Charger, query: Query) -> bool:
    # Only these two of the world's hours cover the night.
    by_night = schedules.opening_of(charger.id).rules in (ALWAYS, NIGHTS)
    return all(
        (
            charger.booking_mode == "INSTANT" or not query.is_instant,
            charger.is_accessible is True or not query.is_accessible,
            charger.has_free_parking is True or not query.has_free_parking,
            by_night or not query.is_open_at_night,
        )
    )


def _period(charger: Charger, query: Query, now: datetime) -> Period | None:
    horizon = Period(now - timedelta(days=1), now + timedelta(days=40))
    free = schedules.free_periods(charger=charger, window=horizon, now=now)
    if query.span is None:
        shortest = charger.min_length_min * 60
        return next((each for each in free if each.duration_s >= shortest), None)
    place = ZoneInfo(charger.time_zone)
    wanted = Period(
        to_instant(query.span.starts, place, fold=0),
        to_instant(query.span.ends, place, fold=1),
    )
    minutes = wanted.duration_s // 60
    if not charger.min_length_min <= minutes <= charger.max_length_min:
        return None
    return wanted if any(each.covers(wanted) for each in free) else None


def _first_long_enough(charger: Charger, seconds: int, now: datetime) -> int:
    """Return the length of the stretch that an unnamed time means."""
    horizon = Period(now - timedelta(days=1), now + timedelta(days=40))
    free = schedules.free_periods(charger=charger, window=horizon, now=now)
    soon = floor_to_grid(now) + timedelta(days=2)
    lengths = [
        (each.starts_at < soon and each.duration_s >= seconds, each.duration_s)
        for each in free
        if each.duration_s >= charger.min_length_min * 60
    ]
    return next((length for is_whole, length in lengths if is_whole), lengths[0][1])


def _power_w(plugs: list[Connector], vehicle: Vehicle) -> int:
    usable = [
        min(
            p.max_power_w,
            vehicle.max_dc_w if p.power_type == "DC" else vehicle.max_ac_w,
        )
        for p in plugs
        if p.standard in vehicle.standards
    ]
    return max(usable) if usable else max(p.max_power_w for p in plugs)
