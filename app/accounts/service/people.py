"""Registers people and finds them again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.domain import Person, check_name, check_password, normal_email
from app.accounts.events import KnownPersonRegistered
from app.accounts.models import LoginRow, UserRow
from app.accounts.service.links import (
    count_mail,
    derived_key,
    registered,
    reset_asked,
)
from app.accounts.service.passwords import NO_PASSWORD, hash_password
from app.database import db, writing
from app.kernel.errors import NotFound


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
    count_mail(email, now)
    row = UserRow(email=email, display_name=name, password_hash=new_hash)
    row.created_at, row.credential_version = now, 1
    try:
        with writing() as work:
            work.session.add(row)
            work.session.flush()
            work.announce(registered(row, now, next_path))
            return person_of(row)
    except IntegrityError:
        _tell_owner_of_address(email, now)
        return None


def _tell_owner_of_address(email: str, now: datetime) -> None:
    with writing() as work:
        row = row_by_email(work.session, email)
        if row and row.email_verified_at:
            work.announce(
                KnownPersonRegistered(email=email, display_name=row.display_name)
            )
        elif row:
            # Nobody has shown this account to be theirs yet; the mailbox will.
            work.announce(reset_asked(row, now))


def find_or_create_owner(*, email: str, display_name: str, now: datetime) -> Person:
    """Return the account of this address, made without a password if missing.

    Its owner gets in by "forgot password", which proves the mailbox.
    """
    email = normal_email(email)
    with writing() as work:
        row = row_by_email(work.session, email)
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


def has_people() -> bool:
    """Return whether anybody has an account here."""
    return db.session.scalar(select(UserRow.id).limit(1)) is not None


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
    row = row_by_email(db.session(), normal_email(email))
    return person_of(row) if row else None


def lock_in(session: Session, user_id: int) -> None:
    """Let other transactions that count what this person has open wait for this one.

    The first lock of all, before any charger's. SQLite needs none: there only one
    transaction writes at a time.
    """
    # Without the key: else whoever books for this person while holding the charger's
    # lock would wait here for one who waits there.
    session.execute(
        select(UserRow.id).where(UserRow.id == user_id).with_for_update(key_share=True)
    )


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


def sign_up_proof(person: Person | None) -> str:
    """Return what a browser keeps to show that it chose this account's password.

    Without an account it is just as long and as random, so that it tells nothing.
    """
    row = db.session.get(UserRow, person.id) if person else None
    if row is None:
        return secrets.token_hex(32)
    content = f"{row.id}\n{row.password_hash}".encode()
    return hmac.new(derived_key("sign-up"), content, hashlib.sha256).hexdigest()


def is_sign_up_proof(person: Person, proof: str) -> bool:
    """Return whether the browser that kept this chose the account's password."""
    return hmac.compare_digest(sign_up_proof(person), proof)


def person_of(row: UserRow) -> Person:
    """Return the view of a stored person."""
    return Person(
        id=row.id,
        email=row.email,
        display_name=row.display_name,
        is_verified=row.email_verified_at is not None,
        is_operator=bool(row.is_operator),
    )


def row_by_email(session: Session, email: str) -> UserRow | None:
    """Return the stored person with this normal address, or None."""
    return session.scalar(select(UserRow).where(UserRow.email == email))


def end_logins(session: Session, row: UserRow) -> None:
    """End every log-in and every mailed link of a person."""
    row.credential_version += 1
    session.execute(delete(LoginRow).where(LoginRow.user_id == row.id))
