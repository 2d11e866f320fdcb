"""``flask pricing suggest``: what to ask for each hour of the week, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TextIO

import click
from flask import Flask
from flask.cli import AppGroup

from app.kernel.errors import DomainError
from app.kernel.money import CURRENCIES
from app.pricing.domain.cold_start import COLD_START, scale_of
from app.pricing.domain.demand import LEAST_SPREAD, Demand
from app.pricing.domain.electricity import Electricity
from app.pricing.domain.learning import State, demand_of
from app.pricing.domain.plan import DEFAULT_GATE_MIN, check_gate
from app.pricing.domain.suggestion import WEEKS_A_MONTH, Suggestion, suggest
from app.pricing.domain.wish import Aim, MarginPerKwh, MonthlyProfit, OwnerWish
from app.pricing.domain.words import summary, why
from app.schedules.domain import HOURS_A_WEEK

_MAX_CHARACTERS = 5_000_000
_MOST = 10**15
_NEEDED = ("currency", "power_w", "electricity", "aim", "ceiling_milli_per_hour")
_OPTIONAL = {
    "floor_milli_per_hour": 0,
    "efficiency_percent": 90,
    "own_cost_milli_per_hour": 0,
}

pricing = AppGroup("pricing", help="Suggest prices.")


class BadFile(Exception):
    """The file is not what it should be; the message says where."""


@pricing.command("suggest")
@click.argument("file", type=click.File("r", encoding="utf-8"))
def suggest_prices(file: TextIO) -> None:
    """Print the prices for the owner's wish in FILE (``-`` reads standard input).

    FILE holds one JSON object. Money is in 1/1000 minor units unless it says minor.

    \b
    currency, power_w          such as "EUR", 11000
    electricity                {"flat": n}, {"by_time": [[begin, end, n], ...]} or
                               {"hourly": [24 or 168 prices]}, per kWh
    aim                        {"margin_milli_per_kwh": n} or
                               {"profit_minor_a_month": n}
    ceiling_milli_per_hour     and, if wished, floor_milli_per_hour,
                               own_cost_milli_per_hour, efficiency_percent
    gate_min                   bids are decided so long before a start; 120 if missing
    open_hours                 168 numbers, times a month; always open if missing
    demand                     {"requests": n or [168], "median_milli_per_hour": n
                               or [168], "sigma": x, "spread": x}; what a new
                               charger expects if missing

    The answer has reserve_milli_per_hour and book_now_milli_per_hour for the 168 hours
    from Monday 00:00, book_now_by_lead (objects of below_min and milli_per_hour, for
    time that begins in less than so many minutes), energy_milli_per_kwh,
    expected_minor_a_month with its low and high, reachable, at_most_minor,
    best_extra_hours, summary, and why for each hour.
    """
    try:
        answer = answer_to(read_object(file))
    except (BadFile, DomainError) as error:
        raise click.ClickException(str(error)) from error
    except UnicodeDecodeError as error:
        raise click.ClickException("The file is not text in UTF-8.") from error
    click.echo(json.dumps(answer, ensure_ascii=False))


def read_object(file: TextIO) -> dict[str, Any]:
    """Return the JSON object of a file.

    :raises BadFile: if it is too long, no JSON, or no object
    """
    text = file.read(_MAX_CHARACTERS + 1)
    if len(text) > _MAX_CHARACTERS:
        raise BadFile("The file is longer than five million characters.")

    def refuse(word: str) -> NoReturn:
        raise BadFile(f"{word} is not a number that can be computed with.")

    try:
        values = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"The file is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BadFile("The file must hold one JSON object.")
    return values


def answer_to(values: Mapping[str, Any]) -> dict[str, object]:
    """Return the suggestion for an object of plain values.

    :raises BadFile: if a value is missing, unknown or of the wrong kind
    :raises DomainError: if it cannot be meant
    """
    known = {*_NEEDED, *_OPTIONAL, "gate_min", "open_hours", "demand"}
    _check_names(values, known, _NEEDED)
    currency, power_w = values["currency"], _whole(values["power_w"], "power_w")
    if currency not in CURRENCIES:
        raise BadFile(f"currency must be one of {', '.join(CURRENCIES)}.")
    always = [WEEKS_A_MONTH] * HOURS_A_WEEK
    wish = OwnerWish(
        currency=currency,
        power_w=power_w,
        electricity=_electricity(values["electricity"]),
        aim=_aim(values["aim"]),
        ceiling_milli_per_hour=_whole(
            values["ceiling_milli_per_hour"], "ceiling_milli_per_hour"
        ),
        open_hours=_week(values.get("open_hours", always), "open_hours"),
        **{
            name: _whole(values.get(name, usual), name)
            for name, usual in _OPTIONAL.items()
        },
    )
    if "demand" in values:
        demand = _demand(values["demand"])
    else:
        demand = demand_of(State(), COLD_START, scale=scale_of(currency, power_w))
    gate_min = _whole(values.get("gate_min", DEFAULT_GATE_MIN), "gate_min")
    return _answer(suggest(wish, demand, check_gate(gate_min)))


def _answer(suggestion: Suggestion) -> dict[str, object]:
    names = (
        "reserve_milli_per_hour",
        "book_now_milli_per_hour",
        "energy_milli_per_kwh",
        "expected_minor_a_month",
        "expected_low_minor",
        "expected_high_minor",
        "reachable",
        "at_most_minor",
    )
    return {
        **{name: getattr(suggestion, name) for name in names},
        "book_now_by_lead": [each.as_dict() for each in suggestion.by_lead],
        "best_extra_hours": [
            {"hour_of_week": each.hour_of_week, "gain_minor": each.gain_minor}
            for each in suggestion.best_extra_hours
        ],
        "summary": summary(suggestion),
        "why": [why(suggestion, hour) for hour in range(HOURS_A_WEEK)],
    }


def _electricity(value: Any) -> Electricity:
    kind, given = _one_of(value, "electricity", ("flat", "by_time", "hourly"))
    if kind == "flat":
        return Electricity.flat(_whole(given, "electricity.flat"))
    if kind == "hourly":
        return Electricity.hourly(_list(given, "electricity.hourly", _whole))
    spans = []
    for span in _list(given, "electricity.by_time", lambda each, name: each):
        numbers = _list(span, "electricity.by_time", _whole)
        if len(numbers) != 3:
            raise BadFile("electricity.by_time needs begin, end and price, each time.")
        spans.append((numbers[0], numbers[1], numbers[2]))
    return Electricity.by_time_of_day(spans)


def _aim(value: Any) -> Aim:
    names = ("margin_milli_per_kwh", "profit_minor_a_month")
    kind, given = _one_of(value, "aim", names)
    amount = _whole(given, f"aim.{kind}")
    return MarginPerKwh(amount) if kind == names[0] else MonthlyProfit(amount)


def _demand(value: Any) -> Demand:
    if not isinstance(value, dict):
        raise BadFile("demand must be an object.")
    needed = ("requests", "median_milli_per_hour", "sigma")
    _check_names(value, {*needed, "spread"}, needed, "demand.")
    return Demand(
        requests=_week(value["requests"], "demand.requests"),
        median_milli_per_hour=_week(
            value["median_milli_per_hour"], "demand.median_milli_per_hour"
        ),
        sigma=_number(value["sigma"], "demand.sigma"),
        spread=_number(value.get("spread", LEAST_SPREAD), "demand.spread"),
    )


def _check_names(
    values: Mapping[str, Any], known: set[str], needed: tuple[str, ...], where: str = ""
) -> None:
    for name in needed:
        if name not in values:
            raise BadFile(f"{where}{name} is missing.")
    for name in values:
        if name not in known:
            raise BadFile(f"{where}{str(name)[:40]} is not known here.")


def _one_of(value: Any, name: str, kinds: tuple[str, ...]) -> tuple[str, Any]:
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in kinds:
        raise BadFile(f"{name} must be an object with one of: {', '.join(kinds)}.")
    return next(iter(value.items()))


def _list(value: Any, name: str, read: Callable[[Any, str], Any]) -> list[Any]:
    if not isinstance(value, list):
        raise BadFile(f"{name} must be a list.")
    return [read(each, name) for each in value]


def _week(value: Any, name: str) -> tuple[float, ...]:
    """Return a number for each hour of the week; one number stands for all."""
    if not isinstance(value, list):
        return (_number(value, name),) * HOURS_A_WEEK
    if len(value) != HOURS_A_WEEK:
        raise BadFile(f"{name} must have {HOURS_A_WEEK} values, not {len(value)}.")
    return tuple(_list(value, name, _number))


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MOST:
        raise BadFile(f"{name} must be a whole number.")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFile(f"{name} must be a number.")
    if not abs(value) <= _MOST:
        raise BadFile(f"{name} is larger than can be right.")
    return float(value)


def register(app: Flask) -> None:
    """Add the command group."""
    app.cli.add_command(pricing)
