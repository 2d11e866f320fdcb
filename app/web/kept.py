"""Pieces of pages that are the same for everybody, rendered once and kept.

Not for anything that depends on a person or a session.
"""

from __future__ import annotations

from collections.abc import Hashable

from flask import Flask, current_app, has_request_context, request
from markupsafe import Markup

_KEPT = "plugbid_kept_pieces"
_MOST = 256


def init_app(app: Flask) -> None:
    """Offer ``kept`` to templates."""
    app.extensions[_KEPT] = {}
    app.add_template_global(kept)


def kept(template: str, **values: Hashable) -> Markup:
    """Return the template as markup; it sees these values and globals, nothing else.

    Files may change under a debugging server, so there nothing is kept.

    :param values: all that the piece depends on, besides where the site is mounted
    """
    root = request.script_root if has_request_context() else None
    key: Hashable = (root, template, *values.items())
    pieces: dict[Hashable, Markup] = current_app.extensions[_KEPT]
    piece = pieces.get(key)
    if piece is None:
        source = current_app.jinja_env.get_template(template)
        piece = Markup(source.render(**values))  # noqa: S704 - escaped by Jinja
        if len(pieces) >= _MOST:
            pieces.clear()
        if not current_app.debug:
            pieces[key] = piece
    return piece
