"""Counts how often somebody asks for prices, so that no script feels out a book.

Every price of a chosen time tells a little about the bids that wait. One count holds
for all pages that show one, or the limits of several would add up.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv6Address, ip_address

from app.web.limits import count_use

# A person tapping through times stays far below; a script that feels out the book
# does not.
LOOKS_A_MINUTE = 90
# Decisions are public, but finding and opening them is work for the database.
READINGS_A_MINUTE = 120
# Whoever has one address of the newer kind has all that begin alike.
_NETWORK_BITS = 64


def count_look(looker: int | str | None, now: datetime) -> None:
    """This function will count that somebody is shown what a chosen time costs.

    A page that asks again by itself is not counted while it shows the same prices:
    it learns nothing then.

    :param looker: the person's id, or the address where nobody is logged in
    :raises TooMany: if these are more looks than a person has use for
    """
    key = f"looks:{_named(looker)}"
    count_use(key, limit=LOOKS_A_MINUTE, window_s=60, now=now)


def count_reading(address: str | None, now: datetime) -> None:
    """This function will count that somebody reads a charger's open book.

    :raises TooMany: if these are more pages than anybody reads
    """
    key = f"open-book:{_named(address)}"
    count_use(key, limit=READINGS_A_MINUTE, window_s=60, now=now)


def _named(looker: int | str | None) -> str:
    """Return a name for whoever asks; where it is unknown all share one."""
    if looker is None or isinstance(looker, int):
        return str(looker or "unknown")
    try:
        address = ip_address(looker)
    except ValueError:
        return looker[:100]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    bits = 128 - _NETWORK_BITS
    return str(IPv6Address(int(address) >> bits << bits))
