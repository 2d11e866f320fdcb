"""The contract's short words as sentences for people."""

from __future__ import annotations

_FAULTS = {
    "meter_silent": ("The meter does not answer", "Is the mains supply of the box on?"),
    "lock_jammed": (
        "The lock is jammed",
        "Look for something in the way of the bolt, then run the self-test.",
    ),
    "weld": (
        "Power stays on after switching off",
        "Switch off the breaker and do not use this charger. The contactor is stuck.",
    ),
    "stuck_open": (
        "Power does not come on",
        "The contactor does not close. Please have it looked at.",
    ),
    "over_current": (
        "The car drew too much current",
        "The box switched off to protect the cable. A self-test clears this.",
    ),
    "mains_lost": ("No mains power", "Check the breaker."),
}
_WHY = {
    "stale": "The box had just restarted. Please try again.",
    "expired": "The box did not get it in time, so nothing happened.",
    "offline": "The box is offline, so nothing was sent.",
    "no_answer": "The box did not answer. Please look at it.",
    "broker_down": "The link to the boxes is down, so nothing was sent.",
    "busy": "The box is busy with something else.",
    "jammed": "The lock did not move as it should. Is something in its way?",
    "fault": "The box reports a fault.",
    "nosession": "The box knows of no such session.",
    "meter_silent": "The lock moved, but the meter did not answer.",
    "unknown": "The firmware of the box is too old for this.",
}
_LOCKS = {
    "LOCKED": "Locked",
    "UNLOCKING": "Opening",
    "UNLOCKED": "Open",
    "LOCKING": "Closing",
    "JAMMED": "Jammed",
}
_STATUSES = {
    "Available": "Ready",
    "Preparing": "Waiting for the car",
    "Charging": "Charging",
    "SuspendedEV": "The car takes no power",
    "Finishing": "Waiting for the plug",
    "Faulted": "Fault",
}


def fault_words(fault: str) -> tuple[str, str]:
    """Return what is wrong and what to do about it."""
    return _FAULTS.get(fault, (f"The box reports “{fault}”", "Please look at it."))


def why_words(why: str | None) -> str:
    """Return why a command was not done, as a sentence."""
    if why is None:
        return "The box said no, and gave no reason."
    return _WHY.get(why, f"The box said “{why}”.")


def lock_words(lock_state: str) -> str:
    """Return the state of the lock in a word."""
    return _LOCKS.get(lock_state, "Unknown")


def status_words(status: str) -> str:
    """Return what the box is doing."""
    return _STATUSES.get(status, "Unknown")
