"""Asks the one configured address service, and never longer than it is given.

No database and no turns here (see service/addresses.py). What comes back is checked:
an answer that makes no sense is no answer.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.geo import Point
from app.search.geocode import LONGEST_QUERY, Place

if TYPE_CHECKING:
    from app.search.online_client import Client

LANGUAGE = "en"
USUAL_PAUSE_S = 60
LONGEST_PAUSE_S = 3600
_LONGEST_KEY = 150
_log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The service gave no answer that can be used.

    :ivar pause_s: for how long it should be left alone
    """

    def __init__(self, reason: str, pause_s: float = USUAL_PAUSE_S) -> None:
        """Keep the reason for the log and bound the pause."""
        super().__init__(reason)
        self.pause_s = min(max(pause_s, USUAL_PAUSE_S), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressService:
    """Whom to ask, and as whom.

    :param provider: ``nominatim`` or ``photon``
    :param url: the only address that is ever asked, without a slash at the end
    :param agent: how the product introduces itself
    """

    provider: str
    url: str
    agent: str
    timeout_s: float


def plain_text(text: str) -> str:
    """Return the text as it may leave the house: one line, printable, not long.

    >>> plain_text("  Main  Street\\x00 5 ")
    'Main Street 5'
    """
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words)[:LONGEST_QUERY].strip()


def rounded_bias(near: Point | None) -> tuple[float, float] | None:
    """Return the middle of the map, rounded until it tells nothing about a person.

    >>> rounded_bias(Point(52.5208, 13.4094))
    (52.5, 13.4)
    """
    return None if near is None else (round(near.lat, 1), round(near.lon, 1))


def kept_under(text: str, near: Point | None) -> str:
    """Return the name under which an answer to this question is kept.

    Spelling differences that mean the same share one answer. The region belongs to
    the question, because "Main Street 5" is another place in another country; it is
    coarser than what is asked, so that neighbors share their answers.
    """
    folded = unicodedata.normalize("NFKC", plain_text(text)).casefold()
    folded = " ".join(folded.replace(",", " , ").split())
    region = "" if near is None else f"{round(near.lat)},{round(near.lon)}"
    key = f"{LANGUAGE}|{region}|{folded}"
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{LANGUAGE}|{region}|{hashlib.sha256(folded.encode()).hexdigest()}"


def ask(service: AddressService, text: str, near: Point | None) -> tuple[Place, ...]:
    """Return the places that the service knows for this text; none is an answer too.

    A thread does it: only so are a name server that hangs and an answer that drips
    bounded as well as the connection.

    :raises NoAnswer: if nothing usable came in time
    """
    # Only installations with an address service pay for loading its client.
    from app.search.online_client import Client

    client = Client(service)
    outcome: list[tuple[Place, ...] | BaseException] = []
    thread = threading.Thread(
        target=_run,
        args=(client, plain_text(text), rounded_bias(near), outcome),
        daemon=True,
    )
    thread.start()
    thread.join(service.timeout_s)
    client.hang_up()
    result = outcome[0] if outcome else NoAnswer("no answer in time")
    if isinstance(result, NoAnswer):
        raise result
    if isinstance(result, BaseException):
        # What a foreign server makes a parser stumble over is no fault of the page.
        raise NoAnswer(f"an unusable answer ({type(result).__name__})") from result
    return result


def _run(
    client: Client,
    text: str,
    bias: tuple[float, float] | None,
    outcome: list[tuple[Place, ...] | BaseException],
) -> None:
    try:
        outcome.append(client.places(text, bias))
    except Exception as fault:
        outcome.append(fault)
