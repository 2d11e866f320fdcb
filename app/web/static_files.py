"""Addresses of static files that change when the file does, so caches may keep them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import (
    Flask,
    Response,
    current_app,
    has_request_context,
    request,
    url_for,
)

_KEPT = "plugbid_static_addresses"


def init_app(app: Flask) -> None:
    """Offer ``static_v`` to templates and let browsers keep what it names."""
    app.extensions[_KEPT] = {}
    app.add_template_global(static_v)
    app.after_request(_keep_named_versions)


def static_v(filename: str) -> str:
    """Return the address of a static file with a piece of its hash.

    Like templates, files are read once; only a debugging server looks for changes.
    """
    if current_app.debug or not has_request_context():
        return _named(filename)
    kept: dict[tuple[str, str], str] = current_app.extensions[_KEPT]
    key = (request.script_root, filename)
    address = kept.get(key)
    if address is None:
        address = kept[key] = _named(filename)
    return address


def _named(filename: str) -> str:
    folder = current_app.static_folder
    assert folder is not None
    return url_for("static", filename=filename, v=_digest(Path(folder) / filename))


def _digest(path: Path) -> str:
    return _digest_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _digest_at(path: Path, _modified_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _keep_named_versions(response: Response) -> Response:
    # Vendored files carry their version in the path; style sheets name them so.
    is_named = request.args.get("v") or "/static/vendor/" in request.path
    if request.endpoint == "static" and is_named and response.status_code < 400:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
