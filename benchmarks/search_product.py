"""The product's own search, called as its page calls it, on a given database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.database import db
from app.search import service
from app.search.service import finder
from benchmarks.search_now import NOW
from benchmarks.search_questions import Question
from benchmarks.search_speed import Ask
from tests.support import databases

LIMIT = 50


@contextmanager
def product(url: str, folder: Path) -> Iterator[dict[str, Ask]]:
    """Open the product on a database and give its ways to search."""
    app = databases.build_app(databases.settings_for(url, folder))
    with app.app_context():
        yield {"product, nearest 50": nearest, "product, whole page's service": near}
        db.session.remove()
        db.engine.dispose()


def nearest(question: Question) -> list[int]:
    """Return the ids of the nearest chargers: what the page builds on."""
    car = service.car_of(None)
    found = finder.nearest(question.query(), car, NOW, LIMIT)
    # The next search begins a transaction of its own, as the next request would.
    db.session.rollback()
    return [each.at.evse_id for each in found]


def near(question: Question) -> list[int]:
    """Return the ids of the list, after all that the page needs was worked out."""
    found = service.near(query=question.query(), vehicle=None, now=NOW)
    db.session.rollback()
    return [hit.charger_id for hit in found.hits]
