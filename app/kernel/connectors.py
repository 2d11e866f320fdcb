"""OCPI connector standards and power types offered in forms, with everyday names."""

from __future__ import annotations

PLUG_NAMES = {
    "IEC_62196_T2": "Type 2",
    "IEC_62196_T2_COMBO": "CCS 2",
    "IEC_62196_T1": "Type 1 (J1772)",
    "IEC_62196_T1_COMBO": "CCS 1",
    "SAE_J3400": "NACS (J3400)",
    "CHADEMO": "CHAdeMO",
    "DOMESTIC_F": "Schuko",
    "DOMESTIC_G": "UK 3-pin (BS 1363)",
    "DOMESTIC_E": "French socket",
    "IEC_60309_2_single_16": "Camping (blue CEE 16 A)",
    "IEC_60309_2_three_16": "Red CEE 16 A",
    "IEC_60309_2_three_32": "Red CEE 32 A",
    "NEMA_5_20": "NEMA 5-20",
    "NEMA_14_50": "NEMA 14-50",
}
POWER_TYPES = ("AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC")
_DC_STANDARDS = frozenset(
    {"IEC_62196_T2_COMBO", "IEC_62196_T1_COMBO", "CHADEMO", "CHAOJI", "GBT_DC", "MCS"}
)


def plug_name(standard: str) -> str:
    """Return the everyday name of an OCPI connector standard.

    The list is open: an unknown value is shown readably, never refused here.

    >>> plug_name("IEC_62196_T2"), plug_name("NEMA_6_30")
    ('Type 2', 'NEMA 6 30')
    """
    return PLUG_NAMES.get(standard, standard.replace("_", " "))


def usable_power_w(
    *, power_type: str, offered_w: int, car_ac_w: int, car_dc_w: int
) -> int:
    """Return the power in watts that a car can really draw at a connector.

    :param offered_w: what the connector gives
    :param car_ac_w: the car's on-board charger
    :param car_dc_w: the car's DC limit, 0 where it has no DC inlet
    """
    return min(offered_w, car_dc_w if power_type == "DC" else car_ac_w)


def is_dc(standard: str) -> bool:
    """Return whether the connector standard carries direct current."""
    return standard in _DC_STANDARDS
