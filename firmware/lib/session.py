"""One charging session: what it may use, and when it must end.

It switches nothing; the station acts on the reason it returns.
"""

from micropython import const

_NO_ENERGY_WH = const(100)

END_OF_BOOKING = "END_OF_BOOKING"
ENERGY_CAP = "ENERGY_CAP"
UNPLUGGED = "UNPLUGGED"
NO_ENERGY = "NO_ENERGY"
LEASE = "LEASE"
FAULT = "FAULT"
POWER_LOSS = "POWER_LOSS"
RETURNED = "RETURNED"


class Session:
    """The caps of a session. They are extended by command, never reset."""

    def __init__(self, sid, start_wh, end_ms, cap_wh, lease_s, started_mono):
        self.sid = sid
        self.start_wh = start_wh
        self.end_ms = end_ms
        self.cap_wh = cap_wh
        self.lease_s = lease_s
        self.started_mono = started_mono
        self.leased_mono = started_mono
        self.charged = False
        self.plug_was_out = False
        self._home_since = None

    def as_state(self):
        """Return what must survive a power cut."""
        return [self.sid, self.start_wh, self.end_ms, self.cap_wh, self.lease_s]

    def used_wh(self, total_wh):
        """Energy of this session so far, from the meter's total."""
        return total_wh - self.start_wh

    def renew(self, lease_s, mono):
        """Start the lease afresh: the server still watches this session."""
        self.lease_s = lease_s
        self.leased_mono = mono

    def extend(self, end_ms, cap_wh):
        """Move the end and the energy cap."""
        self.end_ms = end_ms
        self.cap_wh = cap_wh

    def plug(self, home, mono):
        """Take note whether the plug hangs in its holder."""
        if not home:
            self.plug_was_out = True
            self._home_since = None
        elif self._home_since is None:
            self._home_since = mono

    def over(self, mono, unix_ms, config):
        """Return why the session must end now for time's sake, or None.

        `unix_ms` is None while the clock is not set; then the lease bounds it.
        """
        if unix_ms is not None and unix_ms >= self.end_ms:
            return END_OF_BOOKING
        if mono - self.leased_mono >= self.lease_s * 1000:
            return LEASE
        if self.plug_was_out and self._home_since is not None:
            if mono - self._home_since >= config["unplug_s"] * 1000:
                return UNPLUGGED if self.charged else RETURNED
        return None

    def spent(self, total_wh, step_wh, mono, config):
        """Return why the session must end now for energy's sake, or None.

        `step_wh` is what flowed since the previous reading: the same again would
        flow before the next one, and the cap must hold even then.
        """
        used_wh = self.used_wh(total_wh)
        if used_wh + step_wh >= self.cap_wh:
            return ENERGY_CAP
        waited_ms = mono - self.started_mono
        if waited_ms >= config["no_wh_s"] * 1000:
            if used_wh < _NO_ENERGY_WH:
                return NO_ENERGY
        return None
