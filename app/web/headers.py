"""Security headers on every answer: a strict content policy and its companions."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from app.config import Settings


def content_policy(settings: Settings, *, scans: bool = False) -> str:
    """Return the Content-Security-Policy.

    :param scans: whether the page decodes QR codes with WebAssembly
    """
    images = "'self' data: blob:"
    parts = urlsplit((settings.tile_url or "").replace("{s}", "*"))
    # A plain path is this host's own and already allowed.
    if parts.netloc:
        images += f" {parts.scheme}://{parts.netloc}"
    script = "'self' 'wasm-unsafe-eval'" if scans else "'self'"
    return (
        f"default-src 'self'; script-src {script}; style-src 'self'; "
        f"img-src {images}; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def init_app(app: Flask) -> None:
    """Add the headers to every answer of the application."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    settings: Settings = current_app.extensions["plugbid_settings"]
    scans = request.endpoint == "metering.scan"
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_policy(settings, scans=scans))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    # Tile servers ask for a referrer, so it is trimmed rather than withheld.
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy", "camera=(self), geolocation=(self), microphone=()"
    )
    if settings.is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        # Pages show a person's own data; only named static files may be kept.
        headers.setdefault("Cache-Control", "private, no-cache")
    return response
