"""Common electric cars with round figures, to fill the car form with one tap.

The figures are starting points that a driver can change, not a data sheet: the AC
power of the on-board charger, the DC peak, and the usable part of the battery.
"""

from __future__ import annotations

from dataclasses import dataclass

_EUROPE = ("IEC_62196_T2", "IEC_62196_T2_COMBO")
_AMERICA = ("IEC_62196_T1", "IEC_62196_T1_COMBO")
_NACS = ("SAE_J3400",)


@dataclass(frozen=True, slots=True)
class CarModel:
    """A model as it is sold in one part of the world."""

    slug: str
    name: str
    max_ac_w: int
    max_dc_w: int
    battery_wh: int
    standards: tuple[str, ...]


CAR_MODELS = (
    CarModel("audi-q4", "Audi Q4 e-tron", 11_000, 175_000, 77_000, _EUROPE),
    CarModel("bmw-i4", "BMW i4", 11_000, 205_000, 81_000, _EUROPE),
    CarModel("bmw-ix1", "BMW iX1", 11_000, 130_000, 65_000, _EUROPE),
    CarModel("byd-dolphin", "BYD Dolphin", 11_000, 88_000, 60_000, _EUROPE),
    CarModel("citroen-ec3", "Citroën ë-C3", 7_400, 100_000, 44_000, _EUROPE),
    CarModel("cupra-born", "Cupra Born", 11_000, 170_000, 58_000, _EUROPE),
    CarModel("dacia-spring", "Dacia Spring", 7_400, 30_000, 25_000, _EUROPE),
    CarModel("fiat-500e", "Fiat 500e", 11_000, 85_000, 37_000, _EUROPE),
    CarModel("hyundai-ioniq5", "Hyundai Ioniq 5", 11_000, 230_000, 80_000, _EUROPE),
    CarModel("hyundai-kona", "Hyundai Kona Electric", 11_000, 100_000, 64_000, _EUROPE),
    CarModel("kia-ev3", "Kia EV3", 11_000, 130_000, 78_000, _EUROPE),
    CarModel("kia-ev6", "Kia EV6", 11_000, 235_000, 80_000, _EUROPE),
    CarModel("mg4", "MG4", 11_000, 140_000, 62_000, _EUROPE),
    CarModel("mini-e", "Mini Cooper E", 11_000, 75_000, 37_000, _EUROPE),
    CarModel("opel-corsa", "Opel Corsa Electric", 11_000, 100_000, 48_000, _EUROPE),
    CarModel("peugeot-e208", "Peugeot e-208", 11_000, 100_000, 48_000, _EUROPE),
    CarModel("polestar-2", "Polestar 2", 11_000, 180_000, 79_000, _EUROPE),
    CarModel("renault-5", "Renault 5", 11_000, 100_000, 52_000, _EUROPE),
    CarModel("renault-zoe", "Renault Zoe", 22_000, 50_000, 52_000, _EUROPE),
    CarModel("skoda-enyaq", "Škoda Enyaq", 11_000, 135_000, 77_000, _EUROPE),
    CarModel("tesla-3-eu", "Tesla Model 3", 11_000, 170_000, 60_000, _EUROPE),
    CarModel("tesla-y-eu", "Tesla Model Y", 11_000, 250_000, 75_000, _EUROPE),
    CarModel("volvo-ex30", "Volvo EX30", 11_000, 150_000, 64_000, _EUROPE),
    CarModel("vw-id3", "VW ID.3", 11_000, 120_000, 58_000, _EUROPE),
    CarModel("vw-id4", "VW ID.4", 11_000, 135_000, 77_000, _EUROPE),
    CarModel(
        "nissan-leaf",
        "Nissan Leaf (to 2024)",
        6_600,
        46_000,
        39_000,
        ("IEC_62196_T2", "CHADEMO"),
    ),
    CarModel("chevrolet-bolt", "Chevrolet Bolt (US)", 11_500, 55_000, 65_000, _AMERICA),
    CarModel("ford-mach-e", "Ford Mach-E (US)", 10_500, 150_000, 88_000, _AMERICA),
    CarModel("tesla-3-us", "Tesla Model 3 (US)", 11_500, 250_000, 75_000, _NACS),
    CarModel("tesla-y-us", "Tesla Model Y (US)", 11_500, 250_000, 75_000, _NACS),
)
_BY_SLUG = {model.slug: model for model in CAR_MODELS}


def find_car_model(slug: str) -> CarModel | None:
    """Return the model, or None."""
    return _BY_SLUG.get(slug)
