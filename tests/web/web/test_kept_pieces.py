"""Pieces of pages that are the same for everybody are rendered once."""

from __future__ import annotations

from flask import Flask

from app.web.kept import kept


def _tabs(app: Flask, here: str, root: str = "/") -> str:
    with app.test_request_context("/", base_url=f"http://localhost{root}"):
        return kept("_layout/_tabs.html", here=here, dot="")


def test_a_piece_is_rendered_once_for_the_same_values(app: Flask) -> None:
    first = _tabs(app, "owners")

    again = _tabs(app, "owners")

    assert again is first


def test_each_value_has_its_own_piece(app: Flask) -> None:
    host, search = _tabs(app, "owners"), _tabs(app, "search")

    assert '<a href="/host" aria-current="page">' in host
    assert '<a href="/" aria-current="page">' in search


def test_a_site_below_a_path_has_its_own_addresses(app: Flask) -> None:
    _tabs(app, "owners")

    below = _tabs(app, "owners", root="/plugbid/")

    assert 'href="/plugbid/host"' in below


def test_a_value_is_escaped(app: Flask) -> None:
    with app.test_request_context("/"):
        piece = kept("_layout/_tabs.html", here="", dot="<script>")

    assert "<script>" not in piece
    assert "&lt;script&gt;" in piece


def test_a_debugging_server_keeps_nothing(app: Flask) -> None:
    app.debug = True

    first, again = _tabs(app, "owners"), _tabs(app, "owners")

    assert again == first
    assert again is not first


def test_no_more_is_kept_than_has_a_use(app: Flask) -> None:
    for number in range(300):
        _tabs(app, f"room-{number}")

    assert len(app.extensions["plugbid_kept_pieces"]) <= 256
