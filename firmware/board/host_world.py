"""The simulated hardware outside the box: a bolt, a car, mains.

Nothing here is firmware: the firmware sees it only through pins and the meter.
"""

from micropython import const

_FULL_TAPER = 0.8
# No car draws more than this per phase from an AC outlet of ours.
_PHASE_A = const(32)

DEFAULTS = {
    "car": {
        "battery_wh": 58000,
        "soc_wh": 20000,
        "max_w": 11000,
        "plug_after_ms": 1500,
        "unplug_after_stop_ms": 4000,
    },
    "lock": {"move_ms": 120, "jam": False},
    "meter": {"wh": 38012, "volts": 230, "phases": 0, "silent": False},
    "power": {"weld": False, "stuck": False},
    "speed": 1,
}


def merge(base, changes):
    """Lay changes over a nested dictionary; `null` takes a part away."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value
    return base


class World:
    """Bolt, contactor, car and mains as functions of the time that has passed."""

    def __init__(self, settings, memory):
        self.set = settings
        # What real hardware keeps without power: positions, charge, energy.
        self.bolt = memory.get("bolt", 0)  # 0 extended, 1000 retracted
        self.plugged = memory.get("plugged", False)
        self.meter_mwh = memory.get("meter_mwh", settings["meter"]["wh"] * 1000)
        car = settings["car"] or {}
        self.soc_mwh = memory.get("soc_mwh", car.get("soc_wh", 0) * 1000)
        self.direction = 0
        self.is_open = self.bolt >= 500
        self.closed = False
        self.pressed_ms = 0
        self._plug_in_ms = None
        self._unplug_ms = None
        self._rest = 0

    def memory(self):
        """Return what must be kept while the box is off."""
        return {
            "bolt": self.bolt,
            "plugged": self.plugged,
            "meter_mwh": self.meter_mwh,
            "soc_mwh": self.soc_mwh,
        }

    def step(self, passed_ms):
        """Let time pass."""
        self._move_bolt(passed_ms)
        self._move_plug(passed_ms)
        self.pressed_ms = max(0, self.pressed_ms - passed_ms)
        # What is less than a milliwatt-hour is kept for the next step.
        self._rest += self.power_w() * passed_ms * self.set["speed"]
        mwh = self._rest // 3600
        self._rest %= 3600
        self.meter_mwh += mwh
        self.soc_mwh += mwh

    def _move_bolt(self, passed_ms):
        lock = self.set["lock"]
        if lock["jam"] or not self.direction:
            return
        was_open = self.is_open
        travel = passed_ms * 1000 // max(1, lock["move_ms"])
        self.bolt = min(1000, max(0, self.bolt + self.direction * travel))
        # The switch snaps over at the ends of the travel only.
        if self.bolt in (0, 1000):
            self.is_open = self.bolt == 1000
        if self.is_open and not (was_open or self.plugged) and self.set["car"]:
            self._plug_in_ms = self.set["car"]["plug_after_ms"]
        elif not self.is_open:
            self._plug_in_ms = None

    def _move_plug(self, passed_ms):
        if self._plug_in_ms is not None:
            self._plug_in_ms -= passed_ms
            if self._plug_in_ms <= 0:
                self._plug_in_ms = None
                self.plugged = True
        if self._unplug_ms is not None and self.is_open:
            self._unplug_ms -= passed_ms
            if self._unplug_ms <= 0:
                self._unplug_ms = None
                self.plugged = False

    def switch(self, closed):
        """Drive the contactor's coil; a car leaves some time after the power did."""
        if self.closed and not closed and self.plugged and self.set["car"]:
            self._unplug_ms = self.set["car"]["unplug_after_stop_ms"]
        elif closed:
            self._unplug_ms = None
        self.closed = closed

    @property
    def live(self):
        """Whether there is voltage on the load side."""
        power = self.set["power"]
        return power["weld"] or self.closed and not power["stuck"]

    @property
    def phases(self):
        """As set; else three for a car that one phase cannot feed."""
        car = self.set["car"] or {"max_w": 0}
        return self.set["meter"]["phases"] or (1 if car["max_w"] <= 7400 else 3)

    def power_w(self):
        """What the car draws at this moment."""
        car = self.set["car"]
        if not (car and self.plugged and self.live):
            return 0
        if "draw_w" in car:
            return car["draw_w"]
        limit_w = self.set["meter"]["volts"] * self.phases * _PHASE_A
        full_mwh = car["battery_wh"] * 1000
        if self.soc_mwh >= full_mwh:
            return 0
        power_w = min(car["max_w"], limit_w)
        left = 1 - self.soc_mwh / full_mwh
        if left < 1 - _FULL_TAPER:
            power_w = max(power_w // 10, int(power_w * left / (1 - _FULL_TAPER)))
        return power_w
