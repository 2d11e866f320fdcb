"""The application factory: wires settings, extensions and rooms, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    accounts,
    auctions,
    billing,
    bookings,
    chargers,
    cli,
    devices,
    metering,
    notifications,
    owners,
    pricing,
    schedules,
    search,
)
from app import tables as _tables  # noqa: F401 - completes the metadata
from app.config import ROOT, Settings
from app.database import db
from app.extensions import csrf, htmx, login_manager, migrate
from app.kernel.events import EventBus
from app.web import (
    addresses,
    clock,
    errors,
    filters,
    headers,
    kept,
    links,
    static_files,
)

# Rooms, from the ground up; each knows only those before it.
ROOMS = (
    accounts,
    chargers,
    schedules,
    devices,
    pricing,
    auctions,
    bookings,
    metering,
    billing,
    search,
    owners,
    notifications,
)
MAX_UPLOAD_BYTES = 8 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for these settings (default: from the environment)."""
    settings = settings or Settings.from_env()
    app = Flask(
        "app",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance_dir.resolve()),
    )
    app.config.update(_flask_config(settings))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["plugbid_settings"] = settings
    app.extensions["plugbid_events"] = EventBus()
    app.extensions["plugbid_clock"] = _clock(settings)
    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, directory=str(ROOT / "migrations"))
    for extension in (csrf, htmx, login_manager):
        extension.init_app(app)
    for part in (addresses, errors, filters, headers, kept, links, static_files):
        part.init_app(app)
    for part in (*ROOMS, cli):
        part.init_app(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    return app


def _clock(settings: Settings) -> Callable[[], datetime]:
    if settings.is_embedded:
        return clock.movable_clock(settings.instance_dir, settings.clock_shift_s)
    if settings.database_url.startswith("postgresql"):
        return clock.database_clock()
    return clock.system_clock()


def _flask_config(settings: Settings) -> dict[str, object]:
    secure = settings.is_https
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.testing,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": not settings.is_embedded},
        "SESSION_COOKIE_NAME": "__Host-plugbid" if secure else "plugbid",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
    }
