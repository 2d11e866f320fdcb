"""Logs people in and out: one stored row a log-in, so that a copied cookie can die."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.accounts.domain import (
    BadPassword,
    LogInRefused,
    Person,
    check_password,
    normal_email,
)
from app.accounts.domain.people import BadEmail
from app.accounts.events import PasswordChanged
from app.accounts.models import LoginRow, UserRow
from app.accounts.service.passwords import hash_password, is_outdated, is_right
from app.accounts.service.people import end_logins, person_of
from app.database import db, writing
from app.web.limits import count_use

LOGIN_LIFETIME = timedelta(days=30)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 60
WINDOW_S = 900


def log_in(*, email: str, password: str, address: str, now: datetime) -> str:
    """Check the password and open a log-in.

    Every try is counted first, for the account and for the network address, whether
    or not the account exists.

    :returns: the secret token of the log-in, for the browser's cookie
    :raises LogInRefused: without saying which of the two was wrong
    :raises TooMany: if the account or the address was tried too often
    """
    try:
        email = normal_email(email)
    except BadEmail:
        email = ""
    _count_try(f"login:address:{address}", TRIES_PER_ADDRESS, now)
    _count_try(f"login:account:{_digest(email)}", TRIES_PER_ACCOUNT, now)
    found = db.session.execute(
        select(UserRow.id, UserRow.password_hash).where(UserRow.email == email)
    ).one_or_none()
    stored_hash = found.password_hash if found else None
    # Hashing is slow on purpose, so no transaction is open while it runs.
    db.session.rollback()
    if not is_right(password, stored_hash) or not found:
        raise LogInRefused("The e-mail address or the password is not right.")
    if is_outdated(found.password_hash):
        _store_hash(found.id, hash_password(password))
    return start_login(found.id, now=now)


def start_login(person_id: int, *, now: datetime) -> str:
    """Open a log-in for somebody who has just shown who they are."""
    token = secrets.token_urlsafe(32)
    with writing() as work:
        row = work.session.get_one(UserRow, person_id)
        _forget_dead(work.session, row, now)
        work.session.add(
            LoginRow(
                token_hash=_digest(token),
                user_id=row.id,
                credential_version=row.credential_version,
                created_at=now,
                expires_at=now + LOGIN_LIFETIME,
            )
        )
    return token


def person_of_login(token: str, *, now: datetime) -> Person | None:
    """Return who is logged in with this token, or None once it has ended."""
    row = db.session.scalar(
        select(UserRow)
        .join(LoginRow, LoginRow.user_id == UserRow.id)
        .where(
            LoginRow.token_hash == _digest(token),
            LoginRow.credential_version == UserRow.credential_version,
            LoginRow.expires_at > now,
        )
    )
    return person_of(row) if row else None


def log_out(token: str) -> None:
    """End this log-in, so that a copy of its cookie is worthless."""
    with writing() as work:
        work.session.execute(
            delete(LoginRow).where(LoginRow.token_hash == _digest(token))
        )


def change_password(
    *, person_id: int, current: str, password: str, now: datetime
) -> str:
    """Set a new password, end every log-in, and open one for this browser.

    :returns: the secret token of the new log-in
    :raises BadPassword: if the current one is wrong or the new one too easy
    :raises TooMany: if the current one was tried too often
    """
    row = db.session.get_one(UserRow, person_id)
    email, stored_hash = row.email, row.password_hash
    db.session.rollback()
    _count_try(f"login:account:{_digest(email)}", TRIES_PER_ACCOUNT, now)
    if not is_right(current, stored_hash):
        raise BadPassword("This is not your current password.", field="current")
    new_hash = hash_password(check_password(password, email=email))
    with writing() as work:
        row = work.session.get_one(UserRow, person_id)
        row.password_hash = new_hash
        end_logins(work.session, row)
        work.announce(PasswordChanged(email=email, display_name=row.display_name))
    return start_login(person_id, now=now)


def _forget_dead(session: Session, row: UserRow, now: datetime) -> None:
    session.execute(
        delete(LoginRow).where(
            LoginRow.user_id == row.id,
            or_(
                LoginRow.expires_at <= now,
                LoginRow.credential_version != row.credential_version,
            ),
        )
    )


def _store_hash(person_id: int, new_hash: str) -> None:
    with writing() as work:
        work.session.get_one(UserRow, person_id).password_hash = new_hash


def _count_try(key: str, limit: int, now: datetime) -> None:
    count_use(key, limit=limit, window_s=WINDOW_S, now=now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
