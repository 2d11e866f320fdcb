"""Rate limits counted in the database, so they hold across processes and machines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Row, UtcDateTime, db, dialect_name, writing
from app.kernel.errors import TooMany

# Longer than any window in use.
_LONGEST_WINDOW = timedelta(days=2)


class RateCounterRow(Row):
    """How often one key was used in one fixed window."""

    __tablename__ = "rate_counter"
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    uses: Mapped[int] = mapped_column(Integer)


def count_use(key: str, *, limit: int, window_s: int, now: datetime) -> None:
    """Count one use of the key in its own transaction.

    :raises TooMany: if the window already holds ``limit`` uses
    """
    starts_at = _window_of(now, window_s)
    if _add_one(key, starts_at) > limit:
        opened = int(starts_at.timestamp())
        wait_s = max(1, opened + window_s - int(now.timestamp()))
        raise TooMany(
            f"Too many attempts. Please try again in {_in_words(wait_s)}.",
            retry_after_s=wait_s,
        )


def used_keys(keys: Iterable[str], *, window_s: int, now: datetime) -> set[str]:
    """Return which of the keys were used in this window; only reads."""
    return set(
        db.session.scalars(
            select(RateCounterRow.key).where(
                RateCounterRow.key.in_(list(keys)),
                RateCounterRow.window_starts_at == _window_of(now, window_s),
            )
        )
    )


def first_uses_in(
    session: Session, keys: Iterable[str], *, window_s: int, now: datetime
) -> set[str]:
    """Mark the keys as used, as part of a larger write.

    :returns: those that were not used in this window before
    """
    starts_at = _window_of(now, window_s)
    make: Any = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    rows = [
        # In one order, so that two writers never wait for each other in a circle.
        {"key": key, "window_starts_at": starts_at, "uses": 1}
        for key in sorted(keys)
    ]
    statement = make(RateCounterRow).values(rows).on_conflict_do_nothing()
    return set(session.scalars(statement.returning(RateCounterRow.key)))


def forget_old(*, now: datetime) -> int:
    """Delete the windows that no limit looks at any more; return how many."""
    with writing() as work:
        deleted = work.session.execute(
            delete(RateCounterRow).where(
                RateCounterRow.window_starts_at < now - _LONGEST_WINDOW
            )
        )
        return int(deleted.rowcount)  # type: ignore[attr-defined]


def _window_of(now: datetime, window_s: int) -> datetime:
    opened = int(now.timestamp()) // window_s * window_s
    return datetime.fromtimestamp(opened, UTC)


def _add_one(key: str, starts_at: datetime) -> int:
    at = (RateCounterRow.key == key) & (RateCounterRow.window_starts_at == starts_at)
    for _ in range(2):
        try:
            with writing() as work:
                changed = work.session.execute(
                    update(RateCounterRow)
                    .where(at)
                    .values(uses=RateCounterRow.uses + 1)
                )
                if changed.rowcount:  # type: ignore[attr-defined]
                    return int(
                        work.session.scalar(select(RateCounterRow.uses).where(at)) or 0
                    )
                work.session.execute(
                    delete(RateCounterRow).where(
                        RateCounterRow.key == key,
                        RateCounterRow.window_starts_at < starts_at,
                    )
                )
                work.session.execute(
                    insert(RateCounterRow).values(
                        key=key, window_starts_at=starts_at, uses=1
                    )
                )
                return 1
        except IntegrityError:
            continue  # Another process opened the window; count in it.
    raise TooMany("Too many attempts at once. Please try again.", retry_after_s=1)


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
