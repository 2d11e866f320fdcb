"""What happened to accounts. Tokens in here are secrets: mail them, never log them."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    """Somebody signed up, or asked again for the link that confirms the address.

    :param next_path: where they were going when they were asked to sign up
    """

    person_id: int
    email: str
    display_name: str
    token: str = field(repr=False)
    next_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPersonRegistered(Event):
    """Somebody signed up with an address that has an account already."""

    email: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetAsked(Event):
    """Somebody asked to choose a new password for this address."""

    email: str
    display_name: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """The password is a new one, and every log-in that was open has ended."""

    email: str
    display_name: str
