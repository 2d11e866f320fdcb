"""What each upward message means for the tables; called inside one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.devices import journal, pairing
from app.devices.domain.messages import Ack, Hello, Live, Message, State, Will
from app.devices.domain.records import Batch, Record
from app.devices.domain.rules import Connection, is_current, is_fresh_hello
from app.devices.events import CommandAnswered, DeviceSeen, RecordsStored
from app.devices.models import CommandRow, DeviceRow
from app.devices.turn import Dropped, Turn

# A reading from a clock this far ahead says nothing about now.
_AHEAD_S = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def apply(turn: Turn, device: DeviceRow, message: Message, *, retained: bool) -> None:
    """Change what the message says.

    :raises Dropped: if it is replayed, late or not this box's to say
    """
    if retained and not isinstance(message, State | Will):
        raise Dropped("retained")
    match message:
        case Hello():
            _hello(turn, device, message)
        case State():
            _state(turn, device, message, retained=retained)
        case Will():
            _will(turn, device, message)
        case Live():
            _live(turn, device, message)
        case Ack():
            _ack(turn, device, message)
        case Batch():
            _batch(turn, device, message)


def _hello(turn: Turn, device: DeviceRow, hello: Hello) -> None:
    known = Connection(
        counter=device.connection_counter,
        boot_nonce=device.boot_nonce,
        journal_id=device.journal_id,
    )
    if not is_fresh_hello(
        known,
        counter=hello.counter,
        boot_nonce=hello.boot_nonce,
        journal_id=hello.journal_id,
    ):
        raise Dropped("replayed")
    if hello.journal_id != device.journal_id:
        journal.adopt_in(turn.session, device, hello.journal_id)
    device.connection_counter = hello.counter
    device.announced_seq = hello.last_seq
    device.boot_nonce = hello.boot_nonce
    device.firmware = hello.firmware
    device.is_online, device.last_seen_at = True, turn.now
    turn.reply_signed(
        device,
        "time",
        {"t0": hello.device_ms, "t1": _unix_ms(turn.now), "bn": hello.boot_nonce},
    )
    if hello.pairing_code is not None and not pairing.claim_in(
        turn.session, device, hello.pairing_code, turn.now
    ):
        turn.drop(device.id, "pairing_code")
    _say_seen(turn, device)


def _state(turn: Turn, device: DeviceRow, state: State, *, retained: bool) -> None:
    if not is_current(state.counter, device.connection_counter):
        raise Dropped("late")
    device.connection_counter = state.counter
    device.announced_seq = max(device.announced_seq, state.last_seq)
    device.is_online = True
    if not retained:
        # What the broker kept for us may be old; it proves no life.
        device.last_seen_at = turn.now
    device.firmware = state.firmware
    device.lock_state, device.power_state = state.lock_state, state.power_state
    device.status, device.faults = state.status, list(state.faults)
    device.meter_ok, device.session_code = state.meter_ok, state.session_code
    _say_seen(turn, device)


def _will(turn: Turn, device: DeviceRow, will: Will) -> None:
    if not is_current(will.counter, device.connection_counter):
        raise Dropped("late")
    device.connection_counter = will.counter
    device.is_online = False
    _say_seen(turn, device)


def _live(turn: Turn, device: DeviceRow, live: Live) -> None:
    device.last_seen_at = device.meter_read_at = turn.now
    device.meter_wh = live.energy_wh
    device.meter_voltage_dv = live.voltage_dv
    device.meter_power_w = _watts(live.power_dw)
    device.lock_state, device.status = live.lock_state, live.status
    device.session_code = live.session_code


def _batch(turn: Turn, device: DeviceRow, batch: Batch) -> None:
    stored = journal.store_in(turn.session, device, batch, received_at=turn.now)
    device.last_seen_at = turn.now
    for record in batch.records:
        if record.kind == "M":
            _meter(device, record, turn.now)
    if stored.lost:
        turn.drop(device.id, "journal_overflow", stored.lost)
    # Also for known records: the box repeats them because it missed this answer.
    turn.reply(device, "rack", {"j": batch.journal_id, "s": stored.acked_seq})
    if stored.is_news:
        turn.events.append(RecordsStored(device_id=device.id, evse_id=device.evse_id))


def _meter(device: DeviceRow, record: Record, now: datetime) -> None:
    known_at = device.meter_read_at
    if record.clock_quality < 2 and known_at is not None:
        return
    # Before the first word from the server a box does not know the time.
    taken_at = _at(record.taken_ms) if record.clock_quality == 2 else now
    is_newer = known_at is None or taken_at > known_at
    if not is_newer or taken_at > now + timedelta(seconds=_AHEAD_S):
        return
    device.meter_read_at = taken_at
    device.meter_wh = record.energy_wh
    device.meter_voltage_dv = record.voltage_dv
    device.meter_power_w = _watts(record.power_dw or 0)


def _ack(turn: Turn, device: DeviceRow, ack: Ack) -> None:
    # Locked: its time may be running out in another process at this moment.
    command = turn.session.get(CommandRow, ack.command_id, with_for_update=True)
    if command is None or command.device_id != device.id or command.op != ack.op:
        raise Dropped("unknown_command")
    if command.state != "SENT":
        raise Dropped("late" if command.state == "EXPIRED" else "replayed")
    command.state = "DONE" if ack.is_ok else "REFUSED"
    command.answered_at, command.why = turn.now, ack.why
    command.result = ack.result
    device.last_seen_at = turn.now
    if ack.lock_state is not None:
        device.lock_state = ack.lock_state
    if ack.op == "selftest" and ack.result:
        _selftest_meter(device, ack.result, turn.now)
    turn.events.append(
        CommandAnswered(command_id=command.id, op=command.op, ok=ack.is_ok, why=ack.why)
    )


def _selftest_meter(
    device: DeviceRow, result: dict[str, object], now: datetime
) -> None:
    meter = result.get("meter")
    if not isinstance(meter, dict):
        return
    values = [meter.get(name) for name in ("wh", "dV", "dW")]
    if not all(type(value) is int and 0 <= value < 2**31 for value in values):
        return
    device.meter_wh, device.meter_voltage_dv = values[0], values[1]
    device.meter_power_w = _watts(values[2] or 0)
    device.meter_ok, device.meter_read_at = True, now


def _say_seen(turn: Turn, device: DeviceRow) -> None:
    turn.events.append(DeviceSeen(device_id=device.id, evse_id=device.evse_id))


def _watts(power_dw: int) -> int:
    return (power_dw + 5) // 10


def _at(unix_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=unix_ms)


def _unix_ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
