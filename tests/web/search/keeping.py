"""What tests of the pages about saved searches share."""

from __future__ import annotations

from flask import Flask

from app.accounts.service import Person
from app.search.service import kept
from app.search.service.kept import KeptSearch

FRIDAY = {"when": "window", "day": "fri", "after": "18:00", "before": "23:00"}


def searches(app: Flask, person: Person) -> tuple[KeptSearch, ...]:
    """Return what the person keeps."""
    with app.app_context():
        return kept.searches_of(person.id)
