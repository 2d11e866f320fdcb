"""Who asks: a person, or a machine that looks at pages on its own account."""

from __future__ import annotations

import re

from flask import Request

_MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|headless|monitor|uptime|curl|wget|python|httpx|"
    r"go-http|java/|libwww|scrapy|facebookexternalhit|^$",
    re.IGNORECASE,
)


def is_ahead(request: Request) -> bool:
    """Return whether a browser only fetches ahead what nobody may ever look at."""
    purposes = (request.headers.get(name, "") for name in ("Purpose", "Sec-Purpose"))
    is_fetched = any("prefetch" in each or "preview" in each for each in purposes)
    return request.method == "HEAD" or is_fetched


def is_machine(request: Request) -> bool:
    """Return whether nobody is looking: a robot, a preview or a prefetch.

    Only for counting: a robot that calls itself a browser counts as one.
    """
    agent = request.headers.get("User-Agent", "")
    return is_ahead(request) or bool(_MACHINES.search(agent))


def searcher_of(request: Request, person_id: int | None) -> str | None:
    """Return what tells searchers apart, or None for a machine.

    Never stored as it is: whoever counts by it hashes it first.
    """
    if is_machine(request):
        return None
    if person_id is not None:
        return f"person {person_id}"
    return f"address {request.remote_addr or 'unknown'}"
