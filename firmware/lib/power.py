"""The contactor: open when in doubt, and checked for welded or stuck contacts."""

from micropython import const

# Contacts travel for some tens of milliseconds; then the load side must agree.
_CHECK_MS = const(500)
_WELD_MA = const(200)

OPEN = "OPEN"
CLOSED = "CLOSED"


class Power:
    """Switches the coil and compares what was asked with what the load side shows."""

    def __init__(self, switch, load_live, clock, on_change):
        self._switch = switch
        self._load_live = load_live
        self._clock = clock
        self._on_change = on_change
        # Whatever state the box died in, it starts without power on the plug.
        switch(False)
        self.state = OPEN
        self._changed_at = clock.mono()

    def close(self):
        """Put mains on the plug."""
        self._set(CLOSED)

    def open(self):
        """Take mains off the plug."""
        self._set(OPEN)

    def _set(self, state):
        self._switch(state == CLOSED)
        if state != self.state:
            self.state = state
            self._changed_at = self._clock.mono()
            self._on_change(state)

    def fault(self, current_ma):
        """Return "weld", "stuck_open" or None; silent while contacts still travel.

        `current_ma` is None when the meter does not answer.
        """
        if self._clock.mono() - self._changed_at < _CHECK_MS:
            return None
        live = self._load_live()
        if self.state == OPEN:
            flows = current_ma is not None and current_ma > _WELD_MA
            return "weld" if live or flows else None
        return "stuck_open" if live is False else None
