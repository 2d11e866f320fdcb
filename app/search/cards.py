"""Puts one charger of the list into words: a card holds text only.

A page has twenty cards of a dozen words each. Formatting them here costs a third of
what filters, macros and address builders cost inside a template's loop.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from app.kernel.connectors import plug_name
from app.kernel.money import format_minor
from app.search.domain import Car, Span
from app.search.service import Hit
from app.web.fields import in_thousands
from app.web.filters import distance, duration, kw
from app.web.links import url_for


class Card(NamedTuple):
    """What the list says about a charger; the wanted text is empty where unknown.

    :ivar where: how far, straight and on foot
    :ivar energy: what the price is for
    :ivar adds: what the charge brings, and by when
    """

    charger_id: int
    url: str
    name: str
    city: str
    photo_url: str
    plug: str
    power: str
    where: str
    total: str
    energy: str
    per_kwh: str
    when: str
    is_free: bool
    adds: str
    is_auctioned: bool
    is_request: bool
    fits: bool


def card_of(hit: Hit, *, car: Car, photo_base: str, is_exact: bool) -> Card:
    """Return the words for one charger.

    :param car: what the search calculates for, with its wish
    :param is_exact: whether exactly this time was asked for, so nobody need say it
    :param photo_base: address of photos, without the photo's key
    """
    charge, fit = hit.charge, hit.fit
    offered_w = fit.plug.max_power_w
    power = kw(fit.power_w)
    return Card(
        charger_id=hit.charger_id,
        url=charger_url(hit.charger_id, hit.span, cap_wh(car)),
        name=hit.name,
        city=hit.city,
        photo_url=photo_base + hit.photo_key if hit.photo_key else "",
        plug=plug_name(fit.plug.standard),
        power=power if fit.power_w >= offered_w else f"{power} of {kw(offered_w)}",
        where=_where(hit),
        total=total_words(charge.total_minor, charge.currency),
        energy=_energy(hit, car.usual_wh, is_exact),
        per_kwh=_per_kwh(hit),
        when=hit.free_text,
        is_free=hit.is_free,
        adds=_adds(hit),
        is_auctioned=hit.is_auctioned,
        is_request=hit.is_request,
        fits=fit.fits,
    )


def total_words(minor: int, currency: str) -> str:
    """Return what a charge costs; "free" would read as the time that is free."""
    return format_minor(minor, currency) if minor else "No charge"


def _where(hit: Hit) -> str:
    straight = f"{distance(hit.distance_m)} straight line"
    if hit.walk_min is None:
        return straight
    return f"{straight}, about {hit.walk_min} min on foot"


def energy_words(energy_wh: int, wanted_wh: int) -> str:
    """Return what a charge brings, such as ``20 kWh``, or ``7 of 20 kWh``."""
    energy, wanted = round(energy_wh / 1000), round(wanted_wh / 1000)
    return f"{energy} kWh" if energy == wanted else f"{energy} of {wanted} kWh"


def _energy(hit: Hit, wanted_wh: int, is_exact: bool) -> str:
    energy = energy_words(hit.charge.energy_wh, wanted_wh)
    return energy if is_exact else f"{energy} in {duration(hit.charge.seconds)}"


def _per_kwh(hit: Hit) -> str:
    charge = hit.charge
    if not charge.total_minor:
        return ""
    return f"{format_minor(charge.per_kwh_minor, charge.currency)}/kWh all in"


def _adds(hit: Hit) -> str:
    if not hit.charge.km:
        return ""
    return f"adds about {hit.charge.km} km {hit.ends_text}".rstrip()


def photo_base() -> str:
    """Return the address of photos, without the photo's key."""
    return url_for("chargers.photo", key="-").removesuffix("-")


def cap_wh(car: Car) -> int | None:
    """Return where to stop charging; None where the driver wished for nothing."""
    return None if car.wish is None else car.usual_wh


def charger_url(charger_id: int, span: Span | None, cap_wh: int | None) -> str:
    """Return the charger's page, for the time and the energy of the price.

    :param cap_wh: what the driver wishes for, in watt-hours; None for a usual charge
    """
    # Hundreds of addresses are made for one answer, and url_for is slow.
    wish = wish_query(span, cap_wh)
    return f"/chargers/{charger_id}?{wish}" if wish else f"/chargers/{charger_id}"


@lru_cache(maxsize=1024)
def wish_query(span: Span | None, cap_wh: int | None) -> str:
    """Return time and energy as a charger's page reads them, or nothing.

    Answers are kept: hundreds of chargers of one map share a few times.
    """
    parts = []
    if span is not None:
        parts = [f"from={span.starts:%Y-%m-%dT%H:%M}&to={span.ends:%Y-%m-%dT%H:%M}"]
    if cap_wh is not None:
        parts.append(f"cap_kwh={in_thousands(cap_wh)}")
    return "&".join(parts)
