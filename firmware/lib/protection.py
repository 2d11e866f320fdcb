"""What the meter's readings forbid: over-current and a meter that went silent.

Pure judgement over readings; the station switches.
"""

from micropython import const

_OVER_MS = const(5000)
_RECORD_WH = const(10)
_RECORD_MS = const(60_000)
_IDLE_RECORD_MS = const(900_000)


class Protection:
    """Remembers since when something is wrong, and says when it is too long."""

    def __init__(self, config):
        self._config = config
        self._over_since = None
        self._silent_since = None

    def over_current(self, current_ma, mono):
        """110 % of the breaker's rating for five seconds, or 125 % at once."""
        limit_ma = self._config["max_ma"]
        if current_ma > limit_ma * 5 // 4:
            return True
        if current_ma <= limit_ma * 11 // 10:
            self._over_since = None
            return False
        if self._over_since is None:
            self._over_since = mono
        return mono - self._over_since >= _OVER_MS

    def silent_too_long(self, answers, mono):
        """Unmeasured energy cannot be billed, so a silent meter ends the session."""
        if answers:
            self._silent_since = None
            return False
        if self._silent_since is None:
            self._silent_since = mono
        return mono - self._silent_since >= self._config["silent_s"] * 1000


class Sampler:
    """Decides which readings are worth a place in the journal."""

    def __init__(self):
        self._mono = None
        self._wh = 0

    def due(self, in_session, total_wh, mono):
        """Every 10 Wh or minute in a session, every quarter of an hour else."""
        if self._mono is None:
            return True
        age_ms = mono - self._mono
        if not in_session:
            return age_ms >= _IDLE_RECORD_MS
        if age_ms >= _RECORD_MS:
            return True
        return age_ms >= 1000 and total_wh - self._wh >= _RECORD_WH

    def taken(self, total_wh, mono):
        """Note that a reading was journaled."""
        self._mono = mono
        self._wh = total_wh
