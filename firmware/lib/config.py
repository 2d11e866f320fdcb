"""Every tunable default of the box in one place; nothing here is a secret."""

FIRMWARE = "0.1.0"

DEFAULTS = {
    # MQTT: the broker declares us dead after 1.5 times the keepalive.
    "keepalive_s": 30,
    "timeout_s": 10,
    "packet_cap": 4096,
    "backoff_ms": 500,
    "backoff_cap_ms": 30000,
    # Without any server answer for this long an idle box restarts itself.
    "restart_after_s": 900,
    # Outbox: facts of the device contract, the server relies on them.
    "batch_records": 25,
    "batch_bytes": 4096,
    "window": 4,
    "rewind_s": 4,
    # Lock: the coil burns when driven longer than the pulse limit.
    "pulse_ms": 3000,
    "relock_s": 300,
    "return_s": 180,
    # Meter: poll often in a session, so that the energy cap is met closely.
    "poll_ms": 250,
    "idle_poll_ms": 1000,
    "silent_polls": 3,
    "silent_stop_s": 10,
    "record_wh": 10,
    "record_s": 60,
    "idle_record_s": 900,
    # Session guards.
    "no_energy_s": 900,
    "no_energy_wh": 100,
    "unplugged_s": 60,
    "resume_s": 120,
    "charging_dw": 500,
    # Protection: the breaker's rating; trips are decided here, never remotely.
    "max_ma": 32000,
    "over_current_s": 5,
    "weld_check_ms": 500,
    "weld_ma": 200,
}


def configure(overrides):
    """Return the defaults with known keys replaced; unknown keys are refused."""
    for key in overrides:
        if key not in DEFAULTS:
            raise ValueError("unknown setting: " + key)
    # A copy costs half a kilobyte: made only when something is replaced.
    return dict(DEFAULTS, **overrides) if overrides else DEFAULTS
