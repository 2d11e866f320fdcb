"""Reads hourly prices of electricity from a list that somebody pasted or uploaded.

One line an hour, with the price in the last column. The first column may say the hour
(0 to 23, or 0 to 167 from Monday) or a local time such as ``2026-06-01 13:00``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from app.kernel.errors import DomainError
from app.kernel.money import divide_half_even, parse_milli
from app.pricing.domain.electricity import HOURS_A_DAY, BadElectricity, Electricity
from app.schedules.domain import HOURS_A_WEEK

# A year of hours, and some lines of words before them.
MAX_LINES = 8_900
MAX_CHARACTERS = 400_000
_HIGHEST_MILLI = 100_000_000
_SPLIT = re.compile(r"[;\t]")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})")
_HOUR = re.compile(r"\d{1,3}", re.ASCII)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Where a price stands: an hour of the day or week, a dated hour, or in order.
_Entry = tuple[str, int]


def electricity_of_list(text: str, currency: str) -> Electricity:
    """Return the tariff that a list of prices describes.

    Dated prices are averaged for each hour of the week, or of the day where the list
    does not hold a whole week.

    :param text: prices in major units of the currency per kWh
    :raises BadElectricity: with the line, where one cannot be read or is missing
    """
    if len(text) > MAX_CHARACTERS:
        raise BadElectricity("The list is too long: give at most a year of hours.")
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1)
        if line.strip()
    ]
    if len(lines) > MAX_LINES:
        raise BadElectricity("The list is too long: give at most a year of hours.")
    entries = _entries(lines, currency)
    if not entries:
        raise BadElectricity("The list is empty: give a price for each hour.")
    if all(_TIME.match(key) for key, _ in entries):
        return Electricity.hourly(_averaged(entries))
    if all(_HOUR.fullmatch(key) for key, _ in entries):
        return Electricity.hourly(_numbered(entries))
    if any(key for key, _ in entries):
        raise BadElectricity(
            "The first column must say the hour on every line, or on none."
        )
    return Electricity.hourly([price for _, price in entries])


def _entries(lines: list[tuple[int, str]], currency: str) -> list[_Entry]:
    entries = []
    for position, (number, line) in enumerate(lines):
        cells = _cells(line)
        try:
            price = parse_milli(cells[-1], currency)
        except DomainError as error:
            # The first line may name the columns.
            if position == 0 and not any(each.isdigit() for each in cells[-1]):
                continue
            raise BadElectricity(
                f"Line {number}: “{cells[-1][:20]}” is not a price, such as 0.31."
            ) from error
        if price < 0:
            raise BadElectricity(f"Line {number}: a price cannot be negative.")
        if price > _HIGHEST_MILLI:
            raise BadElectricity(f"Line {number}: that is more than can be right.")
        entries.append((cells[0] if len(cells) > 1 else "", price))
    return entries


def _cells(line: str) -> list[str]:
    """Split a line into cells; a comma between digits may be a decimal sign.

    >>> _cells("13;0,31"), _cells("13,0.31"), _cells("13,0,31"), _cells("0,31")
    (['13', '0,31'], ['13', '0.31'], ['13', '0,31'], ['0,31'])
    """
    parts = [each.strip().strip('"') for each in _SPLIT.split(line)]
    if len(parts) > 1:
        return parts
    parts = [each.strip().strip('"') for each in line.split(",")]
    if len(parts) == 2 and all(each.isdecimal() for each in parts):
        return [",".join(parts)]
    if len(parts) == 3 and all(each.isdecimal() for each in parts[1:]):
        return [parts[0], ",".join(parts[1:])]
    return parts


def _numbered(entries: Sequence[_Entry]) -> list[int]:
    """Return the prices in order of the hours that the first column names."""
    prices: dict[int, int] = {}
    for key, price in entries:
        hour = int(key)
        if hour in prices:
            raise BadElectricity(f"{_name(hour, HOURS_A_WEEK)} has two prices.")
        prices[hour] = price
    length = HOURS_A_DAY if max(prices) < HOURS_A_DAY else HOURS_A_WEEK
    return _whole(prices, length)


def _averaged(entries: Sequence[_Entry]) -> list[int]:
    """Return the average price of each hour of the week, or of the day."""
    week: dict[int, list[int]] = {}
    for key, price in entries:
        at = _instant(key)
        week.setdefault(24 * at.weekday() + at.hour, []).append(price)
    if len(week) == HOURS_A_WEEK:
        return _whole(
            {hour: _mean(found) for hour, found in week.items()}, HOURS_A_WEEK
        )
    day: dict[int, list[int]] = {}
    for hour, found in week.items():
        day.setdefault(hour % HOURS_A_DAY, []).extend(found)
    return _whole({hour: _mean(found) for hour, found in day.items()}, HOURS_A_DAY)


def _instant(key: str) -> datetime:
    match = _TIME.match(key)
    assert match
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}")
    except ValueError as error:
        raise BadElectricity(f"“{key[:20]}” is not a date and a time.") from error


def _whole(prices: dict[int, int], length: int) -> list[int]:
    for hour in range(length):
        if hour not in prices:
            raise BadElectricity(f"{_name(hour, length)} has no price.")
    if len(prices) > length:
        raise BadElectricity(f"Hours go from 0 to {length - 1}.")
    return [prices[hour] for hour in range(length)]


def _mean(prices: list[int]) -> int:
    return divide_half_even(sum(prices), len(prices))


def _name(hour: int, length: int) -> str:
    day, of_day = divmod(hour, HOURS_A_DAY)
    if length == HOURS_A_DAY or day >= len(_DAYS):
        return f"The hour {hour}"
    return f"{_DAYS[day]} {of_day:02d}:00"
