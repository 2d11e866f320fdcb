"""The rows in which an owner says which plugs a charger has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.chargers.domain import FORMATS, MAX_CONNECTORS, Connector, check_connector
from app.kernel.connectors import PLUG_NAMES
from app.kernel.errors import DomainError
from app.web.fields import in_thousands, without_controls

CURRENTS = {
    "AC_3_PHASE": "AC, three phases",
    "AC_1_PHASE": "AC, one phase",
    "AC_2_PHASE": "AC, two phases",
    "AC_2_PHASE_SPLIT": "AC, split phase",
    "DC": "DC, fast charging",
}
_FIELDS = ("standard", "format", "power_type", "max_power_w")


@dataclass(slots=True)
class PlugRow:
    """One plug as it was written; ``errors`` by field."""

    standard: str = "IEC_62196_T2"
    format: str = "SOCKET"
    power_type: str = "AC_3_PHASE"
    max_power_w: str = "11"
    errors: dict[str, str] = field(default_factory=dict)

    def connector(self) -> Connector | None:
        """Return the plug, or None with the reason noted at its field."""
        watts = _watts(self.max_power_w)
        if watts is None:
            self.errors["max_power_w"] = "Please give a number, such as 7.4."
            return None
        connector = Connector(
            standard=self.standard,
            format=self.format,
            power_type=self.power_type,
            max_power_w=watts,
        )
        try:
            check_connector(connector)
        except DomainError as error:
            self.errors[error.field or "standard"] = error.message
            return None
        return connector


class PlugRows:
    """All plugs of a charger, in the order in which they were written."""

    choices = {"standard": PLUG_NAMES, "format": FORMATS, "power_type": CURRENTS}

    def __init__(self, rows: list[PlugRow]) -> None:
        self.rows = rows or [PlugRow()]
        self.error: str | None = None

    @classmethod
    def of_connectors(cls, connectors: tuple[Connector, ...]) -> PlugRows:
        """Return the rows of stored plugs."""
        return cls(
            [
                PlugRow(
                    standard=each.standard,
                    format=each.format,
                    power_type=each.power_type,
                    max_power_w=in_thousands(each.max_power_w),
                )
                for each in connectors
            ]
        )

    @classmethod
    def of_form(cls, sent: Mapping[str, str]) -> PlugRows:
        """Return the rows a browser sent; rows are numbered without a gap."""
        rows = []
        for index in range(MAX_CONNECTORS + 1):
            if f"plug-{index}-standard" not in sent:
                break
            texts = [
                without_controls(sent.get(f"plug-{index}-{name}", "")) or ""
                for name in _FIELDS
            ]
            standard, form, power_type, power = texts
            rows.append(PlugRow(standard, form, power_type, power))
        return cls(rows)

    def change(self, what: str, index: int) -> None:
        """Add an empty row, or take one away."""
        if what == "add-plug" and len(self.rows) < MAX_CONNECTORS:
            self.rows.append(PlugRow())
        elif what == "drop-plug" and 0 <= index < len(self.rows) > 1:
            del self.rows[index]

    def read(self) -> tuple[Connector, ...] | None:
        """Return the plugs, or None with the reasons noted at their rows."""
        if len(self.rows) > MAX_CONNECTORS:
            self.error = f"A charger has at most {MAX_CONNECTORS} plugs."
        found = [row.connector() for row in self.rows]
        whole = tuple(each for each in found if each)
        return whole if len(whole) == len(found) and not self.error else None


def _watts(text: str) -> int | None:
    text = text.strip().replace(",", ".")
    whole, _, decimals = text.partition(".")
    digits = f"{whole}{decimals}"
    if not whole or not (digits.isascii() and digits.isdecimal()) or len(text) > 8:
        return None
    watts = Decimal(text) * 1000
    return int(watts) if watts == watts.to_integral_value() else None
