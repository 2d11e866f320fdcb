"""Registers people, confirms their addresses, and lets them choose a new password."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.domain import (
    BadLink,
    Claims,
    Person,
    Purpose,
    address_fingerprint,
    check_name,
    check_password,
    normal_email,
    open_link,
    sign_link,
)
from app.accounts.events import (
    KnownPersonRegistered,
    PasswordChanged,
    PasswordResetAsked,
    PersonRegistered,
)
from app.accounts.models import LoginRow, UserRow
from app.accounts.service.passwords import NO_PASSWORD, hash_password
from app.config import Settings
from app.database import db, writing
from app.kernel.errors import NotFound
from app.web.limits import count_use

_MAILS_PER_HOUR = 5


def register(
    *,
    email: str,
    display_name: str,
    password: str,
    now: datetime,
    next_path: str | None = None,
) -> Person | None:
    """Create an account and announce the link that confirms its address.

    Whoever registers an address that is taken learns nothing from the answer; the
    owner of the address gets a mail. The stored password is never replaced here.

    :returns: the person who still has to confirm, or None if the address is taken
    """
    email = normal_email(email)
    name = check_name(display_name)
    new_hash = hash_password(check_password(password, email=email))
    _count_mail(email, now)
    row = UserRow(email=email, display_name=name, password_hash=new_hash)
    row.created_at, row.credential_version = now, 1
    try:
        with writing() as work:
            work.session.add(row)
            work.session.flush()
            work.announce(_registered(row, now, next_path))
            return person_of(row)
    except IntegrityError:
        _tell_owner_of_address(email, now)
        return None


def _tell_owner_of_address(email: str, now: datetime) -> None:
    with writing() as work:
        row = _row_by_email(work.session, email)
        if row and row.email_verified_at:
            work.announce(
                KnownPersonRegistered(email=email, display_name=row.display_name)
            )
        elif row:
            # Nobody has shown this account to be theirs yet; the mailbox will.
            work.announce(_reset_asked(row, now))


def find_or_create_owner(*, email: str, display_name: str, now: datetime) -> Person:
    """Return the account of this address, made without a password if missing.

    Its owner gets in by "forgot password", which proves the mailbox.
    """
    email = normal_email(email)
    with writing() as work:
        row = _row_by_email(work.session, email)
        if row is None:
            row = UserRow(
                email=email,
                display_name=check_name(display_name),
                password_hash=NO_PASSWORD,
                created_at=now,
            )
            work.session.add(row)
            work.session.flush()
        return person_of(row)


def find_person(person_id: int) -> Person | None:
    """Return the person, or None."""
    row = db.session.get(UserRow, person_id)
    return person_of(row) if row else None


def get_person(person_id: int) -> Person:
    """Return the person.

    :raises NotFound: if there is none
    """
    person = find_person(person_id)
    if person is None:
        raise NotFound
    return person


def find_by_email(email: str) -> Person | None:
    """Return the person with this address, however it is written, or None."""
    row = _row_by_email(db.session(), normal_email(email))
    return person_of(row) if row else None


def people_by_ids(ids: Iterable[int]) -> dict[int, Person]:
    """Return the people with these ids; unknown ids are left out."""
    rows = db.session.scalars(select(UserRow).where(UserRow.id.in_(set(ids))))
    return {row.id: person_of(row) for row in rows}


def rename(*, person_id: int, display_name: str) -> Person:
    """Change the name that others see."""
    name = check_name(display_name)
    with writing() as work:
        row = work.session.get_one(UserRow, person_id)
        row.display_name = name
        return person_of(row)


def ask_verification(
    *, person_id: int, now: datetime, next_path: str | None = None
) -> None:
    """Send the link that confirms the address once more.

    :raises TooMany: if it was sent too often in this hour
    """
    person = get_person(person_id)
    if person.is_verified:
        return
    _count_mail(person.email, now)
    with writing() as work:
        row = work.session.get_one(UserRow, person_id)
        work.announce(_registered(row, now, next_path))


def person_of_link(token: str, *, now: datetime) -> Person:
    """Return whose address a mailed link would confirm; changes nothing.

    :raises BadLink: if the link is not ours, too old, or overtaken
    """
    return person_of(_row_of_link(db.session(), token, Purpose.VERIFY, now))


def verify_email(token: str, *, now: datetime) -> Person:
    """Confirm the address that a mailed link belongs to; twice is once.

    :raises BadLink: if the link is not ours, too old, or overtaken
    """
    with writing() as work:
        row = _row_of_link(work.session, token, Purpose.VERIFY, now)
        row.email_verified_at = row.email_verified_at or now
        return person_of(row)


def ask_reset(email: str, *, now: datetime) -> None:
    """Mail a link for a new password, if the address has an account.

    The answer is the same if it has none.

    :raises TooMany: if it was asked too often in this hour
    """
    email = normal_email(email)
    _count_mail(email, now)
    with writing() as work:
        row = _row_by_email(work.session, email)
        if row:
            work.announce(_reset_asked(row, now))


def check_reset_link(token: str, *, now: datetime) -> None:
    """Check that a mailed link may still be used to choose a password.

    :raises BadLink: if the link is not ours, too old, or used
    """
    _row_of_link(db.session(), token, Purpose.RESET, now)


def reset_password(token: str, password: str, *, now: datetime) -> Person:
    """Set a new password by a mailed link and end every open log-in.

    The link came to the mailbox, so the address counts as confirmed.

    :raises BadLink: if the link is not ours, too old, or used
    :raises BadPassword: if the new password is too easy
    """
    email = _row_of_link(db.session(), token, Purpose.RESET, now).email
    new_hash = hash_password(check_password(password, email=email))
    with writing() as work:
        row = _row_of_link(work.session, token, Purpose.RESET, now)
        row.password_hash = new_hash
        row.email_verified_at = row.email_verified_at or now
        _end_logins(work.session, row)
        work.announce(PasswordChanged(email=row.email, display_name=row.display_name))
        return person_of(row)


def person_of(row: UserRow) -> Person:
    """Return the view of a stored person."""
    return Person(
        id=row.id,
        email=row.email,
        display_name=row.display_name,
        is_verified=row.email_verified_at is not None,
        is_operator=bool(row.is_operator),
    )


def _row_by_email(session: Session, email: str) -> UserRow | None:
    return session.scalar(select(UserRow).where(UserRow.email == email))


def _end_logins(session: Session, row: UserRow) -> None:
    row.credential_version += 1
    session.execute(delete(LoginRow).where(LoginRow.user_id == row.id))


def _row_of_link(
    session: Session, token: str, purpose: Purpose, now: datetime
) -> UserRow:
    claims = open_link(token, purpose=purpose, key=_link_key(), now=now)
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


def _registered(row: UserRow, now: datetime, next_path: str | None) -> PersonRegistered:
    return PersonRegistered(
        person_id=row.id,
        email=row.email,
        display_name=row.display_name,
        token=sign_link(_claims(row, Purpose.VERIFY), key=_link_key(), now=now),
        next_path=next_path,
    )


def _reset_asked(row: UserRow, now: datetime) -> PasswordResetAsked:
    return PasswordResetAsked(
        email=row.email,
        display_name=row.display_name,
        token=sign_link(_claims(row, Purpose.RESET), key=_link_key(), now=now),
    )


def _count_mail(email: str, now: datetime) -> None:
    fingerprint = address_fingerprint(email)
    count_use(f"mail:{fingerprint}", limit=_MAILS_PER_HOUR, window_s=3600, now=now)


def _link_key() -> bytes:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return hmac.new(
        settings.secret_key.encode(), b"plugbid mailed links", hashlib.sha256
    ).digest()
