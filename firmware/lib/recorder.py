"""Writes what happened as journal records, and keeps the small durable state.

A record is on flash before anybody outside hears of it.
"""

import json

_FRESH = {"c": 0, "ctr": 0, "ses": None, "pair": None, "wh": None, "t": 0}


def compact(value):
    """Return JSON bytes without a superfluous blank."""
    return json.dumps(value, separators=(",", ":")).encode()


class Recorder:
    """The journal with the box's own record kinds and clock."""

    def __init__(self, journal):
        self.journal = journal
        self.clock = None
        self.state = dict(_FRESH)
        if journal.state:
            self.state.update(json.loads(journal.state))
        self._recall()

    def _recall(self):
        # The last records know the time and the meter better than the state does.
        for _, payload in self.journal.after(self.journal.last - 25, 25, 1 << 16):
            row = json.loads(payload)
            if row[3]:
                self.state["t"] = max(self.state["t"], row[2])
            if row[0] == "M":
                self.state["wh"] = max(self.state["wh"] or 0, row[4])

    def write(self, *rows, **changes):
        """Store rows such as ("E", "lock", "LOCKED") and state changes, durably."""
        now = self.clock.now()
        quality = self.clock.quality

        def stamped(row):
            return lambda seq: compact([row[0], seq, now, quality] + list(row[1:]))

        state = None
        if changes:
            self.state.update(changes)
            if quality:
                self.state["t"] = now
            state = compact(self.state)
        self.journal.append([stamped(row) for row in rows], state)

    def event(self, name, detail=""):
        """Store one event."""
        self.write(("E", name, detail))
