"""Hanna hosts, Dario drives, Nell has no right to anything here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import service
from app.accounts.models import UserRow
from app.accounts.service import Person
from app.database import writing

PASSWORD = "correct horse 9"
# Argon2id of the password above, made once: hashing costs 30 ms a person.
PASSWORD_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$6bUHzNTzh26QSpCtTNzE6A"
    "$/gWy5tJ8WOFmmgLOcAHH+fL9M4Q10jXNFyHyjAuTkIA"
)

SignIn = Callable[[Person, FlaskClient], None]


def make_person(
    display_name: str,
    *,
    now: datetime,
    email: str | None = None,
    is_verified: bool = True,
) -> Person:
    """Store a person with the password above; needs an application context."""
    with writing() as work:
        row = UserRow(
            email=email or f"{display_name.lower()}@plugbid.test",
            display_name=display_name,
            password_hash=PASSWORD_HASH,
            email_verified_at=now if is_verified else None,
            created_at=now,
        )
        work.session.add(row)
        work.session.flush()
        person_id = row.id
    return service.get_person(person_id)


@pytest.fixture
def hanna(app: Flask, now: datetime) -> Person:
    """The one who hosts."""
    with app.app_context():
        return make_person("Hanna", now=now)


@pytest.fixture
def dario(app: Flask, now: datetime) -> Person:
    """The one who drives."""
    with app.app_context():
        return make_person("Dario", now=now)


@pytest.fixture
def nell(app: Flask, now: datetime) -> Person:
    """The one who has no right to anything of the others."""
    with app.app_context():
        return make_person("Nell", now=now)


@pytest.fixture
def sign_in(app: Flask, now: datetime) -> SignIn:
    """Log a person in to a test browser, by a stored log-in like a real one."""

    def log_in(person: Person, client: FlaskClient) -> None:
        with app.app_context():
            token = service.start_login(person.id, now=now)
        with client.session_transaction() as stored:
            stored["_user_id"] = token
            stored.permanent = True

    return log_in


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed, for tests of services."""
    with app.app_context():
        yield app
