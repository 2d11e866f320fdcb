"""The ways the product says no, each with the HTTP status it deserves."""

from __future__ import annotations


class DomainError(Exception):
    """A rule said no, with a sentence a person can read.

    :param message: shown to the person as it is
    :param field: name of the form field the reason belongs to, if any
    """

    status = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(DomainError):
    """The thing does not exist, or is not this person's to know about."""

    status = 404

    def __init__(self, message: str = "There is nothing here.") -> None:
        super().__init__(message)


class Conflict(DomainError):
    """Somebody else was first, or the state has moved on."""

    status = 409


class TooMany(DomainError):
    """Too many attempts in a short time.

    :param retry_after_s: seconds until the next attempt may succeed
    """

    status = 429

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    """A part the request needs (broker, box) cannot be reached now."""

    status = 503
