"""The topics of the device contract: who speaks where."""

from __future__ import annotations

import re

PREFIX = "pb/v1"
# Live readings may be lost; everything else is delivered at least once.
UP_QOS = {"hello": 1, "state": 1, "rec": 1, "ack": 1, "live": 0}
DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{3,22}", re.ASCII)
_UP = re.compile(rf"{PREFIX}/([a-z0-9][a-z0-9-]{{3,22}})/up/([a-z]{{3,5}})", re.ASCII)
# The worker hears its own voice under this name, so no box may have it.
SERVER_ID = "server"


def parse_up(topic: str) -> tuple[str, str] | None:
    """Return (device id, kind) of an upward topic, or None where it is not one.

    >>> parse_up("pb/v1/pb-3f9a/up/rec")
    ('pb-3f9a', 'rec')
    """
    match = _UP.fullmatch(topic)
    if match is None or match[2] not in UP_QOS:
        return None
    return match[1], match[2]


def down(device_id: str, kind: str) -> str:
    """Return the downward topic of a kind (cmd, rack, time) for a box."""
    return f"{PREFIX}/{device_id}/down/{kind}"


def subscriptions() -> tuple[tuple[str, int], ...]:
    """Return the filters the server listens to, each with its quality of service."""
    return tuple((f"{PREFIX}/+/up/{kind}", qos) for kind, qos in UP_QOS.items())


def may_publish(username: str, topic: str) -> bool:
    """Return whether a box may publish there: upward, under its own name."""
    found = parse_up(topic)
    return found is not None and found[0] == username


def may_hear(username: str, topic: str) -> bool:
    """Return whether a box may subscribe to or receive it: downward, its own.

    A trailing wildcard is fine, since it stays inside the box's own branch.
    """
    own = f"{PREFIX}/{username}/down/"
    return bool(DEVICE_ID.fullmatch(username)) and topic.startswith(own)
