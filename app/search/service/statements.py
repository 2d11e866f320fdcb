"""The search's two large statements, made into words once and executed as they are.

Putting some thirty values into a statement over and over took as long as the database
took to answer it. Only for what is read: rows come as the driver gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Float, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Dialect

from app.database import reading
from app.search.service.lists import NumberList

_Binder = Callable[[Any], Any]


class _Words(NamedTuple):
    """A statement in the words of one database.

    :ivar constants: values that are part of the statement
    :ivar binders: by name what makes a value into one that the driver takes
    """

    text: str
    constants: dict[str, Any]
    binders: tuple[tuple[str, _Binder], ...]


class Statement:
    """A statement that is put into words once for each database."""

    def __init__(self, select: Select[Any]) -> None:
        self._select = select
        self._words: dict[str, _Words] = {}

    def all(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows for these values; further values do not matter."""
        connection = reading()
        words = self._in_words_of(connection)
        bound = {**words.constants, **values}
        for name, binder in words.binders:
            bound[name] = binder(bound[name])
        return connection.exec_driver_sql(words.text, bound).all()

    def _in_words_of(self, connection: Connection) -> _Words:
        name = connection.dialect.name
        if name not in self._words:
            self._words[name] = _put_into_words(self._select, connection.dialect)
        return self._words[name]


def _put_into_words(statement: Select[Any], dialect: Dialect) -> _Words:
    if dialect.name == "sqlite":
        # Named, so that a value that occurs often is given once.
        dialect = sqlite.dialect(paramstyle="named")
    compiled = statement.compile(dialect=dialect)
    constants = {n: each for n, each in compiled.params.items() if each is not None}
    # Several places may ask for one value by its name; it is made ready once.
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    binders: list[tuple[str, _Binder]] = []
    for name, kind in types.items():
        if isinstance(kind, NumberList) and dialect.name != "sqlite":
            binders.append((name, _array))
            continue
        binder = kind.dialect_impl(dialect).bind_processor(dialect)
        # Numbers come as the numbers they are.
        if binder is not None and not isinstance(kind, Float):
            binders.append((name, binder))
    return _Words(str(compiled), constants, tuple(binders))


def _array(numbers: Sequence[int]) -> str:
    """Return PostgreSQL's own spelling, which is quicker than its driver's array."""
    return "{" + ",".join(map(str, numbers)) + "}"
