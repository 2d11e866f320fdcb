"""Addresses in templates: the same pages name the same few over and over."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import flask
from flask import Flask, current_app, request

_KEPT = "plugbid_links"
_MOST = 2048


def init_app(app: Flask) -> None:
    """Let templates' ``url_for`` remember what it built."""
    app.extensions[_KEPT] = {}
    app.add_template_global(url_for, "url_for")


def url_for(endpoint: str, **values: Any) -> str:
    """Return what Flask's ``url_for`` returns; each address is built only once.

    A page has two dozen of them, and Flask takes 40 microseconds for each.
    """
    if endpoint.startswith(".") or not flask.has_request_context():
        return flask.url_for(endpoint, **values)
    # What begins with an underscore is no part of the address, but asks for another.
    if any(name.startswith("_") for name in values):
        return flask.url_for(endpoint, **values)
    key: Hashable = (request.script_root, endpoint, *values.items())
    kept: dict[Hashable, str] = current_app.extensions[_KEPT]
    try:
        address = kept.get(key)
    except TypeError:  # A list of values cannot be a key.
        return flask.url_for(endpoint, **values)
    if address is None:
        if len(kept) >= _MOST:
            kept.clear()
        address = kept[key] = flask.url_for(endpoint, **values)
    return address
