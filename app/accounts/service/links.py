"""Mailed links of stored people, and the events that carry them to the mailer."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from app.accounts.domain import (
    BadLink,
    Claims,
    Purpose,
    address_fingerprint,
    open_link,
    sign_link,
)
from app.accounts.events import PasswordResetAsked, PersonRegistered
from app.accounts.models import UserRow
from app.config import Settings
from app.web.limits import count_use

_MAILS_PER_HOUR = 5


def row_of_link(
    session: Session, token: str, purpose: Purpose, now: datetime
) -> UserRow:
    """Return the person a mailed link was made for.

    :raises BadLink: if the link is not ours, too old, or overtaken
    """
    claims = open_link(token, purpose=purpose, key=derived_key("links"), now=now)
    row = session.get(UserRow, claims.person_id)
    if row is None or _claims(row, purpose) != claims:
        raise BadLink("This link was used, or a newer one was sent.")
    return row


def _claims(row: UserRow, purpose: Purpose) -> Claims:
    return Claims(
        purpose=purpose,
        person_id=row.id,
        credential_version=row.credential_version,
        address=address_fingerprint(row.email),
    )


def registered(row: UserRow, now: datetime, next_path: str | None) -> PersonRegistered:
    """Return the event that mails the link confirming an address."""
    return PersonRegistered(
        person_id=row.id,
        email=row.email,
        display_name=row.display_name,
        token=sign_link(
            _claims(row, Purpose.VERIFY), key=derived_key("links"), now=now
        ),
        next_path=next_path,
    )


def reset_asked(row: UserRow, now: datetime) -> PasswordResetAsked:
    """Return the event that mails the link for a new password."""
    return PasswordResetAsked(
        email=row.email,
        display_name=row.display_name,
        token=sign_link(_claims(row, Purpose.RESET), key=derived_key("links"), now=now),
    )


def count_mail(email: str, now: datetime) -> None:
    """Count a mail to this mailbox, whether or not it has an account.

    :raises TooMany: if there were too many in this hour
    """
    fingerprint = address_fingerprint(email)
    count_use(f"mail:{fingerprint}", limit=_MAILS_PER_HOUR, window_s=3600, now=now)


def derived_key(use: str) -> bytes:
    """Return a key for one use, derived from the installation's secret."""
    settings: Settings = current_app.extensions["plugbid_settings"]
    return hmac.new(
        settings.secret_key.encode(), f"plugbid {use}".encode(), hashlib.sha256
    ).digest()
