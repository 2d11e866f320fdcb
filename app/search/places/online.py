"""Asks the one configured address service, and never longer than it is given.

No database and no turns here (see service/addresses.py). What comes back is checked:
an answer that makes no sense is no answer.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata

from app.kernel.geo import Point
from app.search.places.client import LANGUAGE, AddressService, Client, plain_text
from app.search.places.geocode import Place
from app.search.places.host import NoAnswer

_LONGEST_KEY = 150


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
    the very one that is asked about, so that nobody gets the answer of another region.
    """
    folded = unicodedata.normalize("NFKC", plain_text(text)).casefold()
    folded = " ".join(folded.replace(",", " , ").split())
    bias = rounded_bias(near)
    region = "" if bias is None else f"{bias[0]:.1f},{bias[1]:.1f}"
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
