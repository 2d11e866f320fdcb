"""Hears what boxes report, right after it is stored."""

from __future__ import annotations

from app.devices.events import CommandAnswered, RecordsStored
from app.kernel.events import EventBus
from app.metering import service
from app.web import clock


def subscribe(bus: EventBus) -> None:
    """Listen to the boxes."""
    bus.subscribe(RecordsStored, _take_records)
    bus.subscribe(CommandAnswered, _take_answer)


def _take_records(event: RecordsStored) -> None:
    service.catch_up(device_id=event.device_id, now=clock.now())


def _take_answer(event: CommandAnswered) -> None:
    if event.op == "unlock":
        service.note_answer(command_id=event.command_id, now=clock.now())
