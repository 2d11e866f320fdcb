"""What a mail is, when a failed one is tried again, and how it reads on a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_TRIES = 10
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=12)
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A text mail to one person.

    :param key: unguessable and the same over all attempts
    """

    key: str
    to_email: str
    to_name: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """A mail that was written to the folder instead of being sent."""

    name: str
    to: str
    subject: str
    body: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a mail's text; ``url`` is set where it is a link."""

    text: str
    url: str | None = None


def split_letter(text: str) -> tuple[str, str]:
    """Return the subject and the body of a rendered letter.

    The first line is the subject; a blank line follows. Several blank lines, which a
    template leaves where it had nothing to say, become one.

    >>> split_letter("Hello\\n\\n\\n\\nDear Ada\\n")
    ('Hello', 'Dear Ada\\n')
    """
    subject, _, body = text.strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    return " ".join(subject.split()), body + "\n"


def next_try_after(tries: int, now: datetime) -> datetime | None:
    """Return when to try again after so many failures, or None to give up."""
    if tries >= MAX_TRIES:
        return None
    factor: int = 3 ** (tries - 1)
    return now + min(_FIRST_WAIT * factor, _LONGEST_WAIT)


def pieces_of(body: str, *, public_url: str) -> tuple[Piece, ...]:
    """Split a mail's text so that a page can make its links clickable.

    Links to this site become paths, so that they work under whatever name the page
    itself was reached; links elsewhere stay text.
    """
    pieces: list[Piece] = []
    end = 0
    for match in _LINK.finditer(body):
        link = match.group(0)
        if not link.startswith(f"{public_url}/"):
            continue
        if match.start() > end:
            pieces.append(Piece(body[end : match.start()]))
        pieces.append(Piece(link, link.removeprefix(public_url)))
        end = match.end()
    if end < len(body):
        pieces.append(Piece(body[end:]))
    return tuple(pieces)
