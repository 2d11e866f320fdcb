"""Addresses in templates. Those without values are the same for every request."""

from __future__ import annotations

from typing import Any

import flask
from flask import Flask, current_app, request

_KEPT = "plugbid_links"


def init_app(app: Flask) -> None:
    """Let templates' ``url_for`` remember what it built."""
    app.extensions[_KEPT] = {}
    app.add_template_global(url_for, "url_for")


def url_for(endpoint: str, **values: Any) -> str:
    """Return what Flask's ``url_for`` returns; plain addresses are built only once.

    A page has two dozen of them, and Flask takes 40 microseconds for each.
    """
    if values or endpoint.startswith(".") or not flask.has_request_context():
        return flask.url_for(endpoint, **values)
    kept: dict[tuple[str, str], str] = current_app.extensions[_KEPT]
    key = (request.script_root, endpoint)
    address = kept.get(key)
    if address is None:
        address = kept[key] = flask.url_for(endpoint)
    return address
