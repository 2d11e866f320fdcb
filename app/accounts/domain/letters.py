"""Links sent by mail: signed, for one purpose and one person, and soon worthless."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.kernel.errors import DomainError

_MAX_LENGTH = 1000


class Purpose(StrEnum):
    """What a mailed link may be used for; one never serves as the other."""

    VERIFY = "verify"
    RESET = "reset"


LIFETIMES = {
    Purpose.VERIFY: timedelta(days=3),
    Purpose.RESET: timedelta(hours=1),
}


class BadLink(DomainError):
    """The link is not ours, is too old, or was overtaken by a newer one."""

    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Whom a link is for.

    :param credential_version: the link dies as soon as the person's is higher
    :param address: fingerprint of the e-mail address; the address itself would
        end up in server logs
    """

    purpose: Purpose
    person_id: int
    credential_version: int
    address: str


def address_fingerprint(email: str) -> str:
    """Return what stands for the e-mail address in a link."""
    return hashlib.sha256(email.encode()).hexdigest()[:20]


def sign_link(claims: Claims, *, key: bytes, now: datetime) -> str:
    """Return the token that goes into the link's address."""
    until = int((now + LIFETIMES[claims.purpose]).timestamp())
    content = json.dumps(
        [
            claims.purpose,
            claims.person_id,
            claims.credential_version,
            claims.address,
            until,
        ],
        separators=(",", ":"),
    ).encode()
    return f"{_text(content)}.{_text(_signature(content, key))}"


def open_link(token: str, *, purpose: Purpose, key: bytes, now: datetime) -> Claims:
    """Return what the token says, once its signature and its age are checked.

    :raises BadLink: if it is not ours, for another purpose, or expired
    """
    content, signature = _parts(token)
    if not hmac.compare_digest(signature, _signature(content, key)):
        raise _not_ours()
    # Only this module signs, so a genuine content has the right shape.
    name, person_id, version, address, until = json.loads(content)
    if name != purpose:
        raise _not_ours()
    if now >= datetime.fromtimestamp(until, UTC):
        raise BadLink("This link is too old. Please ask for a new one.")
    return Claims(
        purpose=purpose,
        person_id=person_id,
        credential_version=version,
        address=address,
    )


def _parts(token: str) -> tuple[bytes, bytes]:
    content, _, signature = token.partition(".")
    if len(token) > _MAX_LENGTH:
        raise _not_ours()
    try:
        return _bytes(content), _bytes(signature)
    except ValueError as error:
        raise _not_ours() from error


def _signature(content: bytes, key: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(
        text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
    )


def _not_ours() -> BadLink:
    return BadLink("This link does not work. Please ask for a new one.")
