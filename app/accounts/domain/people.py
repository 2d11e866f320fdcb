"""A person as the other rooms see them, and the rules for names and passwords."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.kernel.errors import DomainError

MIN_PASSWORD = 8
# Longer text would only make the hash slow; no password manager writes so much.
MAX_PASSWORD = 128
MAX_NAME = 80
MAX_EMAIL = 254
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)
# What is tried first by whoever guesses; length alone does not help here.
_COMMON = frozenset(
    {
        "password",
        "passwort",
        "password1",
        "passw0rd",
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "qwertyui",
        "qwertyuiop",
        "qwertzuiop",
        "iloveyou",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "letmein1",
        "trustno1",
        "welcome1",
        "abcd1234",
        "abcdefgh",
        "1q2w3e4r",
        "11111111",
        "00000000",
        "superman",
        "starwars",
        "whatever",
        "plugbid1",
        "charging",
        "electric",
    }
)


class BadEmail(DomainError):
    """This cannot be an e-mail address."""


class BadPassword(DomainError):
    """The password would be too easy to guess, or is not the current one."""


class LogInRefused(DomainError):
    """The e-mail address or the password is not right; which, is not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account; the same person may own chargers and drive."""

    id: int
    email: str
    display_name: str
    is_verified: bool
    is_operator: bool


def normal_email(text: str) -> str:
    """Return the address in the one spelling under which it is stored.

    >>> normal_email("  Hanna@Example.ORG ")
    'hanna@example.org'

    :raises BadEmail: if mail could not be sent to it
    """
    wrong = BadEmail(
        "Please give an e-mail address, such as hanna@example.org.", field="email"
    )
    local_part, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise wrong from error
    if not at or not _DOMAIN.fullmatch(domain) or len(text) > MAX_EMAIL:
        raise wrong
    dots = local_part.startswith(".") or local_part.endswith(".") or ".." in local_part
    if dots or not _LOCAL_PART.fullmatch(local_part):
        raise wrong
    return f"{local_part.lower()}@{domain}"


def check_name(text: str) -> str:
    """Return the name under which others see a person, without stray spaces.

    :raises DomainError: if it is empty, too long or not printable
    """
    name = " ".join(text.split())
    if not name:
        raise DomainError("Please give a name that others see.", field="display_name")
    if len(name) > MAX_NAME:
        raise DomainError(
            f"Please use at most {MAX_NAME} characters.", field="display_name"
        )
    if not name.isprintable():
        raise DomainError("Please use ordinary letters.", field="display_name")
    return name


def check_password(password: str, *, email: str) -> str:
    """Return the password unchanged if it may be used with this account.

    :raises BadPassword: if it is too short, too long or the first thing to guess
    """
    if len(password) < MIN_PASSWORD:
        raise BadPassword(
            f"Please use at least {MIN_PASSWORD} characters.", field="password"
        )
    if len(password) > MAX_PASSWORD:
        raise BadPassword(
            f"Please use at most {MAX_PASSWORD} characters.", field="password"
        )
    lowered = password.strip().lower()
    guessed = lowered in _COMMON or lowered in {email, email.partition("@")[0]}
    if guessed or len(set(lowered)) < 4:
        raise BadPassword(
            "This is among the first that anybody tries. Please choose another, "
            "such as three words that only you would put together.",
            field="password",
        )
    return password
