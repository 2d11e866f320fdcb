"""Every default that an installation or a test may change; nothing here is secret.

What is fixed by the device contract or by physics is a constant where it is used.
"""

FIRMWARE = "0.1.0"

DEFAULTS = {
    # The broker declares us dead after 1.5 times the keepalive.
    "keepalive_s": 30,
    "timeout_s": 10,
    "backoff_ms": 500,
    "backoff_cap": 30000,
    # Without any server answer for this long an idle box restarts itself.
    "restart_s": 900,
    # The flap locks again: in a session, and when a plug may still come back.
    "relock_s": 300,
    "return_s": 180,
    # In a session the meter is asked often, so that the energy cap is met closely.
    "poll_ms": 250,
    "idle_ms": 1000,
    "silent_s": 10,
    # Guards of a session.
    "no_wh_s": 900,
    "unplug_s": 60,
    "resume_s": 120,
    # The breaker's rating; trips are decided here, never remotely.
    "max_ma": 32000,
}


def configure(overrides):
    """Return the defaults with known keys replaced; unknown keys are refused."""
    for key in overrides:
        if key not in DEFAULTS:
            raise ValueError("unknown setting: " + key)
    # A copy costs half a kilobyte: made only when something is replaced.
    return dict(DEFAULTS, **overrides) if overrides else DEFAULTS
