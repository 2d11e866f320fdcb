"""How the chargers of the search benchmark differ: hours, plugs, power, money."""

from __future__ import annotations

from typing import NamedTuple

from app.schedules.domain import ALWAYS, OpeningRule

DAY = 24 * 60


def _week(*windows: tuple[str, int, int]) -> tuple[OpeningRule, ...]:
    """Return rules: weekdays as digits, begin and end in quarter hours."""
    return tuple(
        OpeningRule(int(day), begin * 15, end * 15)
        for days, begin, end in windows
        for day in days
    )


_EVERY, _WORK, _END = "1234567", "12345", "67"
# How often, and when: around the clock, nights, evenings and weekends, office hours…
HOURS: tuple[tuple[float, tuple[OpeningRule, ...]], ...] = (
    (0.34, ALWAYS),
    (0.16, _week((_EVERY, 72, 32))),  # 18:00 to 08:00
    (0.08, _week((_EVERY, 88, 24))),  # 22:00 to 06:00
    (0.14, _week((_WORK, 68, 92), (_END, 32, 92))),  # Evenings, and whole weekends.
    (0.05, _week(("6", 0, 96), ("7", 0, 96))),
    (0.08, _week((_WORK, 32, 72))),
    (0.05, _week((_EVERY, 25, 87))),  # 06:15 to 21:45
    (0.05, _week((_WORK, 28, 36), (_WORK, 68, 88), (_END, 40, 80))),
    (0.03, _week(("5", 72, 96), ("6", 0, 96), ("7", 0, 80))),
    (0.015, _week((_WORK, 36, 64), ("6", 80, 8), ("7", 80, 8))),  # To 02:00.
    (0.005, ()),
)


class Plug(NamedTuple):
    """A plug that is common somewhere."""

    standard: str
    power_type: str
    power_w: int


_T2, _CCS2 = "IEC_62196_T2", "IEC_62196_T2_COMBO"
_T1, _CCS1 = "IEC_62196_T1", "IEC_62196_T1_COMBO"
_ONE, _THREE, _SPLIT = "AC_1_PHASE", "AC_3_PHASE", "AC_2_PHASE_SPLIT"

# By region: plugs at houses with their shares, and what stands at fast chargers.
AC_PLUGS: dict[str, tuple[tuple[float, Plug], ...]] = {
    "america": (
        (0.25, Plug(_T1, _SPLIT, 7_200)),
        (0.20, Plug(_T1, _SPLIT, 9_600)),
        (0.20, Plug(_T1, _SPLIT, 11_500)),
        (0.10, Plug(_T1, _SPLIT, 3_800)),
        (0.15, Plug("SAE_J3400", _SPLIT, 11_500)),
        (0.10, Plug("NEMA_14_50", _SPLIT, 9_600)),
    ),
    "japan": (
        (0.60, Plug(_T1, _ONE, 3_200)),
        (0.40, Plug(_T1, _ONE, 6_000)),
    ),
    "elsewhere": (
        (0.45, Plug(_T2, _THREE, 11_000)),
        (0.15, Plug(_T2, _THREE, 22_000)),
        (0.25, Plug(_T2, _ONE, 7_400)),
        (0.08, Plug(_T2, _ONE, 3_700)),
        (0.05, Plug("DOMESTIC_F", _ONE, 2_300)),
        (0.02, Plug("IEC_60309_2_three_16", _THREE, 11_000)),
    ),
}
DC_PLUGS: dict[str, tuple[tuple[float, tuple[Plug, ...]], ...]] = {
    "america": (
        (0.7, (Plug(_CCS1, "DC", 50_000),)),
        (0.3, (Plug(_CCS1, "DC", 150_000), Plug("CHADEMO", "DC", 50_000))),
    ),
    "japan": ((1.0, (Plug("CHADEMO", "DC", 50_000),)),),
    "elsewhere": (
        (0.5, (Plug(_CCS2, "DC", 24_000),)),
        (0.3, (Plug(_CCS2, "DC", 50_000), Plug("CHADEMO", "DC", 50_000))),
        (0.2, (Plug(_CCS2, "DC", 150_000), Plug(_T2, _THREE, 22_000))),
    ),
}
_AMERICA = frozenset({"US", "CA", "MX"})
# Of the fast stations that the public can use, few have a counterpart at a house.
FAST_AT_HOME = 0.2
_EURO = "EUR", 1
# Currency, and 1/1000 minor units that are worth 1/1000 of a euro cent.
MONEY: dict[str, tuple[str, float]] = {
    "US": ("USD", 1.1),
    "CA": ("USD", 1.1),
    "GB": ("GBP", 0.85),
    "CH": ("CHF", 0.95),
    "DK": ("DKK", 7.5),
    "NO": ("NOK", 11.5),
    "SE": ("SEK", 11.4),
    "PL": ("PLN", 4.3),
    "CZ": ("CZK", 25),
    "JP": ("JPY", 1.6),
}


def region(country: str) -> str:
    """Return which plugs are usual in a country."""
    if country in _AMERICA:
        return "america"
    return "japan" if country == "JP" else "elsewhere"


def money(country: str) -> tuple[str, float]:
    """Return a country's currency, and what prices in euro are multiplied with."""
    return MONEY.get(country, _EURO)
