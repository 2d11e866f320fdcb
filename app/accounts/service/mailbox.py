"""Confirms addresses and lets people choose a new password, both by a mailed link."""

from __future__ import annotations

from datetime import datetime

from app.accounts.domain import Person, Purpose, check_password, normal_email
from app.accounts.events import PasswordChanged
from app.accounts.models import UserRow
from app.accounts.service.links import (
    count_mail,
    registered,
    reset_asked,
    row_of_link,
)
from app.accounts.service.passwords import NO_PASSWORD, hash_password
from app.accounts.service.people import end_logins, person_of, row_by_email
from app.database import db, writing


def ask_verification(
    *, email: str, now: datetime, next_path: str | None = None
) -> None:
    """Mail the confirming link again, if the address still has to be confirmed.

    The answer is the same if it has not.

    :raises TooMany: if it was sent too often in this hour
    """
    email = normal_email(email)
    count_mail(email, now)
    with writing() as work:
        row = row_by_email(work.session, email)
        if row and not row.email_verified_at and row.password_hash != NO_PASSWORD:
            work.announce(registered(row, now, next_path))


def person_of_link(token: str, *, now: datetime) -> Person:
    """Return whose address a mailed link would confirm; changes nothing.

    :raises BadLink: if the link is not ours, too old, or overtaken
    """
    return person_of(row_of_link(db.session(), token, Purpose.VERIFY, now))


def verify_email(token: str, *, now: datetime) -> Person:
    """Confirm the address that a mailed link belongs to; twice is once.

    :raises BadLink: if the link is not ours, too old, or overtaken
    """
    with writing() as work:
        row = row_of_link(work.session, token, Purpose.VERIFY, now)
        row.email_verified_at = row.email_verified_at or now
        return person_of(row)


def confirm_address(*, person_id: int, now: datetime) -> None:
    """Count an address as confirmed that the installation itself vouches for."""
    with writing() as work:
        row = work.session.get_one(UserRow, person_id)
        row.email_verified_at = row.email_verified_at or now


def ask_reset(email: str, *, now: datetime) -> None:
    """Mail a link for a new password, if the address has an account.

    The answer is the same if it has none.

    :raises TooMany: if it was asked too often in this hour
    """
    email = normal_email(email)
    count_mail(email, now)
    with writing() as work:
        row = row_by_email(work.session, email)
        if row:
            work.announce(reset_asked(row, now))


def check_reset_link(token: str, *, now: datetime) -> None:
    """Check that a mailed link may still be used to choose a password.

    :raises BadLink: if the link is not ours, too old, or used
    """
    row_of_link(db.session(), token, Purpose.RESET, now)


def reset_password(token: str, password: str, *, now: datetime) -> Person:
    """Set a new password by a mailed link and end every open log-in.

    The link came to the mailbox, so the address counts as confirmed.

    :raises BadLink: if the link is not ours, too old, or used
    :raises BadPassword: if the new password is too easy
    """
    email = row_of_link(db.session(), token, Purpose.RESET, now).email
    new_hash = hash_password(check_password(password, email=email))
    with writing() as work:
        row = row_of_link(work.session, token, Purpose.RESET, now)
        row.password_hash = new_hash
        row.email_verified_at = row.email_verified_at or now
        end_logins(work.session, row)
        work.announce(PasswordChanged(email=row.email, display_name=row.display_name))
        return person_of(row)
