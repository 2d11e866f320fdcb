"""A charger with a box, a booking and a driver at the plug, all by real use cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from app.accounts.service import Person
from app.bookings import service as bookings
from app.bookings.domain import Booking
from app.chargers.service import Charger
from app.devices import heartbeat, outbox
from app.kernel.period import Period
from app.metering import service as metering
from app.metering.service import Asked
from tests.support.factories_bookings import NOON, make_booking
from tests.support.factories_chargers import make_charger
from tests.support.factories_devices import (
    FakeBox,
    live,
    make_online_box,
    records,
    state,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Plug:
    """Drives the story of one session; needs an application context.

    Every word of the box goes through the real door for messages.
    """

    app: Flask
    charger: Charger
    booking: Booking
    driver: Person
    box: FakeBox
    now: datetime
    seq: int = 0
    journal: int = field(default=515928287)

    def at(self, moment: datetime, *, online: bool = True) -> None:
        """Move the clock; an online box says that it lives."""
        self.now = self.box.now = moment
        self.app.extensions["plugbid_clock"] = lambda: moment
        heartbeat.beat(is_connected=True, now=moment)
        if online:
            self.tells_state()

    def after(self, *, online: bool = True, **delta: float) -> None:
        """Move the clock on."""
        self.at(self.now + timedelta(**delta), online=online)

    def tells_state(self, **overrides: Any) -> None:
        """Say what the box is and does."""
        self.box.says("state", state(**overrides))

    def taps(self, driver: Person | None = None) -> Asked:
        """Ask to open the lock, and let the worker send what waits."""
        asked = metering.unlock(
            user_id=(driver or self.driver).id, code=self.charger.code, now=self.now
        )
        outbox.send_due(now=self.now)
        return asked

    def answers(self, asked: Asked, **overrides: Any) -> None:
        """Answer the command to open."""
        self.box.answers(
            asked.command_id, "unlock", **{"lock": "UNLOCKED", **overrides}
        )

    def starts(self, asked: Asked, wh: int = 38_012) -> None:
        """Report that the session began."""
        self.reports(["S", "start", asked.session_code, wh, ""])

    def reads(self, wh: int, *, power_w: int = 11_000) -> None:
        """Report a reading."""
        self.reports(["M", wh, 2301, 16_000, power_w * 10])

    def stops(self, asked: Asked, wh: int, why: str = "DRIVER") -> None:
        """Report that the session ended."""
        self.reports(["S", "stop", asked.session_code, wh, why])

    def reports(self, *rows: list[Any]) -> None:
        """Send journal records, numbered onward, taken now."""
        numbered = []
        for kind, *values in rows:
            self.seq += 1
            numbered.append([kind, self.seq, self._ms(), 2, *values])
        self.box.says("rec", records(*numbered, j=self.journal))

    def shows(self, asked: Asked, wh: int, *, power_w: int = 11_000) -> None:
        """Send a live reading, which is not journaled."""
        body = live(sid=asked.session_code, wh=wh, dW=power_w * 10, t=self._ms())
        self.box.says("live", body)

    def opens(self, wh: int = 38_012) -> Asked:
        """Tap, answer and begin: the session runs."""
        asked = self.taps()
        self.answers(asked)
        self.starts(asked, wh)
        self.tells_state(sid=asked.session_code, lock="UNLOCKED", pwr="CLOSED")
        return asked

    def charges(self, asked: Asked, energy_wh: int, *, minutes: int = 30) -> None:
        """Let so much flow, in readings five minutes apart."""
        steps = max(1, minutes // 5)
        for step in range(1, steps + 1):
            self.after(online=False, seconds=60 * minutes // steps)
            self.tells_state(sid=asked.session_code, lock="LOCKED", pwr="CLOSED")
            self.reads(38_012 + energy_wh * step // steps)

    def orders(self, op: str) -> list[dict[str, Any]]:
        """Return the commands of this kind that the box was sent."""
        outbox.send_due(now=self.now)
        return [each for each in self.box.hears("cmd") if each["op"] == op]

    def booked(self) -> Booking:
        """Return the booking as it is now."""
        return bookings.get_booking(self.booking.id)

    def door(self, person: Person | None = None) -> metering.Door:
        """Return what the driver (or somebody else) sees at the lock."""
        return metering.unlock_gate(
            user_id=(person or self.driver).id, code=self.charger.code, now=self.now
        )

    def view(self, asked: Asked, person: Person | None = None) -> metering.SessionView:
        """Return what the driver (or somebody else) sees of the session."""
        return metering.session_view(
            user_id=(person or self.driver).id, code=asked.session_code, now=self.now
        )

    def _ms(self) -> int:
        return (self.now - _EPOCH) // timedelta(milliseconds=1)


def make_plug(
    app: Flask,
    owner: Person,
    driver: Person,
    *,
    now: datetime,
    period: Period | None = None,
    energy_cap_wh: int | None = None,
) -> Plug:
    """Hanna's charger with an online box, booked by Dario from noon to two."""
    charger = make_charger(owner, now=now)
    booking = make_booking(
        driver, charger, now=now, period=period, energy_cap_wh=energy_cap_wh
    )
    box = make_online_box(app, now=now, evse_id=charger.id)
    plug = Plug(
        app=app, charger=charger, booking=booking, driver=driver, box=box, now=now
    )
    plug.at(NOON + timedelta(minutes=1))
    return plug
