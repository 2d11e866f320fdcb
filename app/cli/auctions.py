"""``flask auctions``: clears order books from files, for audits and for other tools."""

from __future__ import annotations

import json
from typing import Any, TextIO

import click
from flask import Flask
from flask.cli import AppGroup

from app.auctions.domain.bids import BadBook, Book
from app.auctions.domain.clearing import clear
from app.kernel.errors import DomainError

auctions = AppGroup("auctions", help="Clear order books and check decisions.")


@auctions.command("clear", with_appcontext=False)
@click.argument("file", type=click.File(encoding="utf-8"))
def clear_file(file: TextIO) -> None:
    """Clear the order book in FILE ("-" reads standard input) and print the answer.

    \b
    FILE is JSON, money in thousandths of a minor unit, bids in order of submission:
      {"slots": T, "reserve": [T amounts], "capacity": 1,
       "bids": [{"id": "a", "start": 0, "end": 2, "maximum": 420000}]}
    The answer:
      {"winners": [ids], "payments": {id: amount}, "personal_minimum": {id: amount},
       "slot_prices": [T amounts], "income": n, "top_up": n, "value": n}
    A list of books gives a list of answers.
    """
    document = read_json(file)
    try:
        if isinstance(document, list):
            books = [_book_from(each, place) for place, each in enumerate(document, 1)]
            answer: Any = [clear(book).as_dict() for book in books]
        else:
            answer = clear(Book.from_dict(document)).as_dict()
    except DomainError as refused:
        raise click.ClickException(refused.message) from refused
    click.echo(json.dumps(answer, ensure_ascii=False))


def read_json(file: TextIO) -> Any:
    """Return the JSON document in a file.

    :raises click.ClickException: with a sentence, if it is none
    """
    try:
        return json.load(file)
    except RecursionError as failed:
        raise click.ClickException("The file is nested too deeply.") from failed
    except ValueError as failed:
        raise click.ClickException(f"The file is not JSON: {failed}.") from failed


def _book_from(document: object, place: int) -> Book:
    try:
        return Book.from_dict(document)
    except BadBook as refused:
        raise BadBook(f"Book number {place}: {refused.message}") from refused


def register(app: Flask) -> None:
    """Add the group."""
    app.cli.add_command(auctions)
