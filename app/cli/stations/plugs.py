"""Plugs by the names that files give them, as OCPI connectors with usual powers."""

from __future__ import annotations

from dataclasses import dataclass

from app.chargers.domain import Connector
from app.kernel.connectors import PLUG_NAMES, is_dc

DC_W = 50_000
_AMERICA = frozenset({"US", "CA", "MX", "PR"})
# What such a plug gives almost everywhere; less rather than more than there is.
USUAL_W = {
    "IEC_62196_T1": 7_200,
    "IEC_62196_T2": 11_000,
    "IEC_62196_T3A": 3_700,
    "IEC_62196_T3C": 11_000,
    "SAE_J3400": 7_200,
    "TESLA_S": 11_000,
    "TESLA_R": 7_200,
    "GBT_AC": 7_000,
    "DOMESTIC_B": 1_400,
    "NEMA_5_20": 1_900,
    "NEMA_14_30": 5_700,
    "NEMA_14_50": 9_600,
    "IEC_60309_2_single_16": 3_600,
    "IEC_60309_2_three_16": 11_000,
    "IEC_60309_2_three_32": 22_000,
    "IEC_60309_2_three_64": 43_000,
}
HOUSEHOLD_W = 2_300
_THREE_PHASE_FROM_W = 7_500
_SOCKETS = ("DOMESTIC_", "NEMA_", "IEC_60309_")
# Titles of Open Charge Map, trimmed; OCPI has no name for the others.
_TITLES = {
    "Blue Commando (2P+E)": "IEC_60309_2_single_16",
    "BS1363 3 Pin 13 Amp": "DOMESTIC_G",
    "CCS (Type 1)": "IEC_62196_T1_COMBO",
    "CCS (Type 2)": "IEC_62196_T2_COMBO",
    "CEE 3 Pin": "IEC_60309_2_single_16",
    "CEE 7/4 - Schuko - Type F": "DOMESTIC_F",
    "CEE 7/5": "DOMESTIC_E",
    "CHAdeMO": "CHADEMO",
    "Europlug 2-Pin (CEE 7/16)": "DOMESTIC_C",
    "GB-T AC - GB/T 20234.2 (Socket)": "GBT_AC",
    "GB-T AC - GB/T 20234.2 (Tethered Cable)": "GBT_AC",
    "GB-T DC - GB/T 20234.3": "GBT_DC",
    "IEC 60309 3-pin": "IEC_60309_2_single_16",
    "NEMA 14-30": "NEMA_14_30",
    "NEMA 14-50": "NEMA_14_50",
    "NEMA 5-15R": "DOMESTIC_B",
    "NEMA 5-20R": "NEMA_5_20",
    "SCAME Type 3A (Low Power)": "IEC_62196_T3A",
    "SCAME Type 3C (Schneider-Legrand)": "IEC_62196_T3C",
    "T13 - SEC1011 ( Swiss domestic 3-pin ) - Type J": "DOMESTIC_J",
    "Tesla (Roadster)": "TESLA_R",
    "Type 1 (J1772)": "IEC_62196_T1",
    "Type 2 (Socket Only)": "IEC_62196_T2",
    "Type 2 (Tethered Connector)": "IEC_62196_T2",
    "Type I (AS 3112)": "DOMESTIC_I",
    "NACS / Tesla Supercharger": "SAE_J3400",
}
# Both are the plug that became SAE J3400 in America, and Tesla's own elsewhere.
_TESLA = {"Tesla (Model S/X)": False, "Tesla Supercharger": True}
_FOLDED = {
    "".join(name.split()).casefold(): standard
    for table in (_TITLES, {name: key for key, name in PLUG_NAMES.items()})
    for name, standard in table.items()
}


@dataclass(frozen=True, slots=True)
class Plugs:
    """Connectors that OCPI knows, and the names of the plugs that it does not."""

    connectors: tuple[Connector, ...]
    others: tuple[str, ...]


def standard_of(name: str) -> str | None:
    """Return the OCPI standard of a plug's everyday name, or None.

    >>> standard_of("Type 2 (Tethered Connector) "), standard_of("ccs 2")
    ('IEC_62196_T2', 'IEC_62196_T2_COMBO')
    """
    return _FOLDED.get("".join(name.split()).casefold())


def plugs_of_titles(titles: str, country_code: str) -> Plugs:
    """Return the plugs of a list of Open Charge Map titles, ``|`` between them.

    Powers are the usual ones. A title that says nothing is left out.
    """
    connectors: dict[Connector, None] = {}
    others: dict[str, None] = {}
    for title in titles.split("|"):
        name = " ".join(title.split())
        if name in ("", "Unknown"):
            continue
        if name in _TESLA:
            standard: str | None = (
                "SAE_J3400" if country_code in _AMERICA else "TESLA_S"
            )
        else:
            standard = standard_of(name)
        if standard is None:
            others[name] = None
        else:
            has_cable = "Tethered" in name or name in _TESLA
            connectors[usual_connector(standard, _TESLA.get(name), has_cable)] = None
    return Plugs(tuple(connectors), tuple(others))


def usual_connector(
    standard: str, has_dc: bool | None = None, has_cable: bool = False
) -> Connector:
    """Return a connector with the power that such plugs usually give."""
    direct = is_dc(standard) if has_dc is None else has_dc
    power_w = DC_W if direct else USUAL_W.get(standard, HOUSEHOLD_W)
    return connector(standard, power_w, has_dc=direct, has_cable=has_cable)


def connector(
    standard: str,
    power_w: int,
    *,
    has_dc: bool | None = None,
    has_cable: bool | None = None,
) -> Connector:
    """Return a connector of this power, with what follows from its standard.

    :param has_dc: where the standard carries both and the file tells which
    :param has_cable: where the file tells
    """
    direct = is_dc(standard) if has_dc is None else has_dc
    if standard == "SAE_J3400" and has_dc is None:
        direct = power_w > 20_000
    if direct:
        power_type = "DC"
    elif standard.startswith("IEC_60309_2_three"):
        power_type = "AC_3_PHASE"
    elif "T2" in standard or standard in ("TESLA_S", "GBT_AC", "IEC_62196_T3C"):
        power_type = "AC_3_PHASE" if power_w >= _THREE_PHASE_FROM_W else "AC_1_PHASE"
    else:
        power_type = "AC_1_PHASE"
    if has_cable is None:
        has_cable = direct or standard in ("IEC_62196_T1", "SAE_J3400")
    return Connector(
        standard=standard,
        format="CABLE" if direct or has_cable else _format(standard),
        power_type=power_type,
        max_power_w=power_w,
    )


def _format(standard: str) -> str:
    return "SOCKET" if standard.startswith(_SOCKETS) or "T2" in standard else "CABLE"
