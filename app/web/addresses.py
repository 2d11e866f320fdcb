"""What an address may hold: anything no database could store is simply not there."""

from __future__ import annotations

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

# The largest key of a row on PostgreSQL.
LARGEST_KEY = 2**31 - 1


class KeyConverter(IntegerConverter):
    """A number in an address that can be a row's key; others match nothing."""

    # Python refuses to read numbers of thousands of digits, loudly.
    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, *args: int, **options: int) -> None:
        """Take the route's own limits, within those of the database."""
        options.setdefault("max", LARGEST_KEY)
        super().__init__(map, *args, **options)  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    """Set the rules; must come before the rooms register their routes."""
    app.url_map.converters["int"] = KeyConverter
    app.before_request(_refuse_control_characters)


def _refuse_control_characters() -> None:
    """Answer 404: PostgreSQL and file systems fail at a NUL, and no link has any."""
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in request.path):
        abort(404)
