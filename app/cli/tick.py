"""``flask tick``: the clock's work. Each job is safe to repeat and to miss."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask import Flask

from app.auctions import service as auctions
from app.bookings import service as bookings
from app.database import writing
from app.devices import service as devices
from app.metering import service as metering
from app.notifications import service as notifications
from app.pricing import service as pricing
from app.schedules import service as schedules
from app.search import alerts
from app.search import service as search
from app.web import clock, limits

_log = logging.getLogger(__name__)


def _forget_counters(*, now: datetime) -> None:
    """Delete the counters of past windows, once a night."""
    today = now.astimezone(UTC).date()
    if schedules.is_done_tonight("limits", today):
        return
    limits.forget_old(now=now)
    with writing() as work:
        schedules.note_done_in(work.session, "limits", today, now)


JOBS: tuple[tuple[str, Callable[..., object]], ...] = (
    ("devices", devices.tick),
    ("metering", metering.tick),
    # Decisions come before everything that may take long.
    ("awards", bookings.award),
    ("auctions", auctions.tick),
    ("bookings", bookings.tick),
    ("schedules", schedules.tick),
    ("demand", bookings.teach),
    ("pricing", pricing.tick),
    # Before the mails, so that what is found leaves at once.
    ("searches", alerts.tick),
    ("notifications", notifications.tick),
    ("limits", _forget_counters),
    ("addresses", search.forget_old_answers),
)


def run_jobs(now: datetime) -> list[str]:
    """Run every job once; one that fails is logged and does not stop the others.

    :returns: the names of the jobs that failed
    """
    failed = []
    for name, job in JOBS:
        try:
            job(now=now)
        except Exception:
            _log.exception("The %s job failed; it runs again at the next tick.", name)
            failed.append(name)
    return failed


@click.command("tick")
@click.option("--loop", is_flag=True, help="Go on until the process is ended.")
@click.option("--every", "every_s", default=5, show_default=True, help="Seconds.")
def tick(loop: bool, every_s: int) -> None:
    """Do what time demands: decide bids, expire holds, end sessions, ..."""
    failed = run_jobs(clock.now())
    while loop:
        time.sleep(every_s)
        run_jobs(clock.now())
    if failed:
        raise click.ClickException(f"These jobs failed: {', '.join(failed)}.")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(tick)
