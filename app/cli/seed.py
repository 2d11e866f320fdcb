"""``flask seed``: fills an empty database with the demo world, through use cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import click
from flask import Flask, current_app

from app.accounts import service as accounts
from app.bookings import service as bookings
from app.bookings.service import Booking
from app.cli.demo import around as demo_around
from app.cli.demo import auctions as demo_auctions
from app.cli.demo import people as demo_people
from app.cli.demo import places as demo_places
from app.cli.demo import stories
from app.cli.embedded import require_embedded
from app.kernel.events import EventBus
from app.metering import listeners as metering
from app.schedules import service as schedules
from app.web import clock

DEMO_LOG_INS = tuple(
    (demo_people.address_of(name), demo_people.PASSWORD, who)
    for name, who in (
        ("Hanna", "hosts three chargers in Berlin"),
        ("Dario", "drives, and has a booking at Hanna's right now"),
        ("Nell", "new here, without a car or a booking"),
        ("Ruth", "hosts in New York"),
    )
)


def seed_if_empty(*, now: datetime) -> bool:
    """Make the demo world if nobody has an account yet; return whether it was made."""
    if accounts.has_people():
        return False
    with _quietly():
        make_world(now=now)
    return True


def make_world(*, now: datetime) -> Booking:
    """Make people, chargers and boxes, let weeks pass, and book what is to come.

    :returns: the booking that can be unlocked at once
    """
    listed_at = now - timedelta(days=stories.LISTED_DAYS_AGO)
    people = demo_people.add_people(now=listed_at)
    places = demo_places.add_chargers(people, now=listed_at)
    stories.tell_past(people, places, now=now)
    # What the past weeks taught is known before hosts ask what to charge.
    bookings.teach(now=now)
    demo_auctions.sell_by_auction(places, now=now - timedelta(hours=6))
    # The chargers were listed weeks ago; the search looks ahead from today.
    schedules.tick(now=now)
    begun = stories.tell_future(people, places, now=now)
    demo_auctions.bid(people, places, now=now)
    demo_around.add_public_stations(now=listed_at)
    demo_around.look_in_vain(now=now)
    return begun


@contextmanager
def _quietly() -> Iterator[None]:
    """Let what happens have its effects, but mail nobody about the past."""
    loud = current_app.extensions["plugbid_events"]
    quiet = EventBus()
    metering.subscribe(quiet)
    current_app.extensions["plugbid_events"] = quiet
    try:
        yield
    finally:
        current_app.extensions["plugbid_events"] = loud


@click.command("seed")
def seed() -> None:
    """Fill an empty database with the demo world; a database in use is left alone."""
    require_embedded("it makes people whose passwords everybody knows.")
    if not seed_if_empty(now=clock.now()):
        click.echo("There are people in this database already. Nothing was changed.")
        return
    click.echo("The demo world is in place. Log in as:")
    for email, password, who in DEMO_LOG_INS:
        click.echo(f"  {email:<24} {password:<14} {who}")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(seed)
