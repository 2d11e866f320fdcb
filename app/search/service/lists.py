"""Lists in SQL as one parameter, so that a statement stays the same text.

``IN`` with a parameter for each item is another statement for each length: neither
database could keep its plan, and taking it apart costs more than running it.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, String, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Text, TypeDecorator, TypeEngine


class _Items(TypeDecorator[list[Any]]):
    """A list as PostgreSQL's array, and as JSON for SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        item = BigInteger() if self.kind == "numbers" else String()
        return dialect.type_descriptor(ARRAY(item))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what the driver takes."""
        return json.dumps(value) if dialect.name == "sqlite" else value


class NumberList(_Items):
    """A list of whole numbers."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__("numbers")


class _Within(FunctionElement[bool]):
    """Whether a column's value is an item of a list."""

    type = Boolean()
    name = "within"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Stay as it is: SQLite would compare the answer with 1 and use no index."""
        return self


@compiles(_Within)
def _any_of_array(element: _Within, compiler: SQLCompiler, **options: Any) -> str:
    column, items = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY({items})"


@compiles(_Within, "sqlite")
def _in_json(element: _Within, compiler: SQLCompiler, **options: Any) -> str:
    column, items = (compiler.process(each, **options) for each in element.clauses)
    # Both are pieces that the compiler has made; values stay parameters.
    return f"{column} IN (SELECT value FROM json_each({items}))"  # noqa: S608


def one_of_numbers(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return whether the column is in the list of numbers that is bound as ``name``."""
    return _Within(column, bindparam(name, type_=NumberList()))


def one_of_words(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return whether the column is in the list of words that is bound as ``name``."""
    return _Within(column, bindparam(name, type_=_Items("words")))
