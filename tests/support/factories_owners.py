"""What a browser sends when an owner describes a charger; every default is valid."""

from __future__ import annotations

from typing import Any


def charger_fields(**overrides: Any) -> dict[str, Any]:
    """Return the fields of the charger form; an override of None leaves one out."""
    fields: dict[str, Any] = {
        "name": "Hanna's driveway",
        "address": "Kastanienallee 12",
        "postal_code": "10435",
        "city": "Berlin",
        "country_code": "DE",
        "time_zone": "Europe/Berlin",
        "latitude": "52.5384",
        "longitude": "13.4098",
        "parking_type": "ON_DRIVEWAY",
        "plug-0-standard": "IEC_62196_T2",
        "plug-0-format": "SOCKET",
        "plug-0-power_type": "AC_3_PHASE",
        "plug-0-max_power_w": "11",
        "currency": "EUR",
        "energy_price": "0.39",
        "time_price": "1",
        "min_length_min": "30",
        "max_length_min": "720",
        "lead_min": "0",
        "buffer_min": "10",
        "horizon_days": "28",
        "access_notes": "The gate is open.",
        "house_rules": "No music after ten.",
        "open-1-0-from": "18:00",
        "open-1-0-to": "08:00",
    }
    # Field names of rows hold dashes, which keywords cannot.
    fields.update({key.replace("__", "-"): each for key, each in overrides.items()})
    return {key: each for key, each in fields.items() if each is not None}
