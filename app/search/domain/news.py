"""What counts as news to somebody who keeps a search: a charger more, or a lower price.

Pure. The memory of what was told already comes in as a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.kernel.money import divide_up, exponent_of

# A hold that somebody lets go, or a box that is offline for an hour, is no news.
FORGOTTEN_AFTER = timedelta(days=1)
_PERCENT = 5
_PARTS_OF_A_UNIT = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """What a search shows at one charger: its total for the driver's own charge.

    :ivar energy_wh: what that buys; less than is wanted where the time is short
    """

    charger_id: int
    total_minor: int
    currency: str
    energy_wh: int

    def is_like(self, other: Offer) -> bool:
        """Return whether both buy the same: only then is a lower total cheaper."""
        mine, its = (self.currency, self.energy_wh), (other.currency, other.energy_wh)
        return mine == its


@dataclass(frozen=True, slots=True)
class News:
    """An offer worth telling: new to the search, or cheaper than ever told."""

    offer: Offer
    is_cheaper: bool


def is_worth_telling(total_minor: int, lowest_minor: int, currency: str) -> bool:
    """Return whether a total is enough below the lowest one that was told.

    Enough is 5 % and also a twentieth of a major unit (five cents): a letter about
    less would be a nuisance.

    >>> is_worth_telling(945, 1000, "EUR"), is_worth_telling(955, 1000, "EUR")
    (True, False)
    """
    by_share = divide_up(lowest_minor * _PERCENT, 100)
    by_unit = divide_up(10 ** exponent_of(currency), _PARTS_OF_A_UNIT)
    return lowest_minor - total_minor >= max(by_share, by_unit)


def find_news(
    shown: Iterable[Offer], known: Mapping[int, Offer], *, is_complete: bool
) -> tuple[News, ...]:
    """Return what is news, in the order in which it is shown.

    :param known: by charger the lowest total that was shown or told
    :param is_complete: whether ``shown`` is all there is; where it is not, a charger
        that moved up is not told from a new one, so only lower totals are news
    """
    news: list[News] = []
    for offer in shown:
        before = known.get(offer.charger_id)
        if before is None:
            if is_complete:
                news.append(News(offer, is_cheaper=False))
        elif before.is_like(offer) and is_worth_telling(
            offer.total_minor, before.total_minor, offer.currency
        ):
            news.append(News(offer, is_cheaper=True))
    return tuple(news)
