"""``flask search``: ask as the page asks, and compare the index with the truth."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any, NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.kernel.errors import DomainError
from app.kernel.geo import Point
from app.search import service
from app.search.domain import Query, read_times
from app.search.service import Listed
from app.web import clock

search = AppGroup("search", help="Ask the search, and check its index.")


@search.command("near", context_settings={"ignore_unknown_options": True})
@click.argument("lat", type=float)
@click.argument("lon", type=float)
@click.option("--radius-km", type=float, required=True, help="1 to 50.")
@click.option("--from", "starts", metavar="ISO", help="When; with or without offset.")
@click.option("--to", "ends", metavar="ISO", help="Until when; else two hours.")
@click.option("--plug", metavar="STANDARD", help="OCPI name, such as IEC_62196_T2.")
@click.option("--min-power-w", type=int, default=0, help="At least so many watts.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def near(*, as_json: bool, limit: int, **wishes: Any) -> None:
    """List the chargers round LAT LON that are free, nearest first.

    A time with an offset is an instant; without one it is what the clocks show at
    each charger.
    """
    now = clock.now()
    try:
        query = _query(**wishes)
        found = service.listed(query=query, now=now, limit=limit)
    except DomainError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps([_entry(each) for each in found]))
        return
    for each in found:
        click.echo(f"{each.distance_m:8.0f} m  {each.id:<24} {each.price_words}")
    click.echo("1 charger." if len(found) == 1 else f"{len(found)} chargers.")


@search.command("verify")
@click.option("--repair", is_flag=True, help="Make the index equal to the truth.")
@click.pass_context
def verify(context: click.Context, *, repair: bool) -> None:
    """Compare what the search reads with the truth; exit 1 where it differs."""
    found = service.verify(now=clock.now(), repair=repair)
    click.echo(f"{found.checked} chargers compared.")
    for count, words in (
        (found.visible, "plugs are found though they are not on offer"),
        (found.cells, "plugs lie in a wrong cell"),
        (found.points, "plugs show a wrong point"),
        (found.zones, "plugs have a wrong time zone"),
        (found.windows, "chargers have wrong windows"),
        (found.nights, "chargers have a wrong summary of their hours"),
    ):
        click.echo(f"{count:8} {words}")
    if not found.faults:
        click.echo("The index tells the truth.")
    elif repair:
        click.echo(f"{found.faults} differences, all repaired.")
    else:
        click.echo(f"{found.faults} differences; --repair mends them.")
        context.exit(1)


def _query(
    *,
    lat: float,
    lon: float,
    radius_km: float,
    starts: str | None,
    ends: str | None,
    plug: str | None,
    min_power_w: int,
) -> Query:
    # What is not finite is out of range as well; rounding it would only crash.
    radius_m = round(radius_km * 1000) if math.isfinite(radius_km) else -1
    return Query(
        center=Point(lat, lon),
        radius_m=radius_m,
        time=read_times(_time(starts, "--from"), _time(ends, "--to")),
        standards=None if plug is None else Query.known_standards(plug),
        min_power_w=min_power_w,
    )


def _time(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        _refuse(f"{option}: please give a time such as 2026-06-10T18:00.")


def _refuse(words: str) -> NoReturn:
    raise click.UsageError(words)


def _entry(each: Listed) -> dict[str, Any]:
    return {
        "id": each.id,
        "charger_id": each.charger_id,
        "distance_m": round(each.distance_m, 1),
        "price": {
            "currency": each.charge.currency,
            "energy_milli_per_kwh": each.energy_milli_per_kwh,
            "time_milli_per_hour": each.time_milli_per_hour,
            "total_minor": each.charge.total_minor,
            "per_kwh_milli": each.charge.per_kwh_milli,
            "energy_wh": each.charge.energy_wh,
        },
    }


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(search)
