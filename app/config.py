"""Settings: one frozen value read once from the environment, or made by a test."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"
MODES = ("embedded", "production")
PUBLIC_NOMINATIM = "https://nominatim.openstreetmap.org"
# Each service for addresses, and where its public installation answers.
GEOCODERS = {
    "offline": "",
    "nominatim": PUBLIC_NOMINATIM,
    "photon": "https://photon.komoot.io",
}
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


class BadSetting(Exception):
    """A setting is missing or odd; the message names the variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between installations.

    :param mode: ``embedded`` (one machine, no accounts anywhere) or ``production``
    :param database_url: SQLAlchemy address of the database
    :param secret_key: signs cookies and links, wraps device keys; at least 32 chars
    :param public_url: address people use, without a slash at the end
    :param instance_dir: writable folder for uploads, mails and embedded data
    :param mqtt_broker_url: ``mqtt[s]://user:password@host:port``; None starts the
        embedded broker
    :param smtp_url: ``smtp[s]://user:password@host:port``; None writes mails to a
        folder and shows them on a page
    :param clock_shift_s: seconds by which the embedded product's time differs from the
        machine's, to show it at another hour; refused in production
    :param tile_url: Leaflet tile address; None uses the built-in base map
    :param geocoder: who knows streets: ``offline`` (nobody), ``nominatim``, ``photon``
    :param geocoder_url: where that service answers; nothing else is ever asked
    :param geocoder_contact: e-mail address or page that the service is told to write to
    :param geocoder_timeout_s: how long a search waits for the service
    """

    mode: str = "embedded"
    database_url: str
    secret_key: str
    public_url: str = "http://127.0.0.1:8000"
    instance_dir: Path = ROOT / "instance"
    mqtt_broker_url: str | None = None
    mqtt_embedded_port: int = 18830
    smtp_url: str | None = None
    mail_from: str = "Plugbid <no-reply@plugbid.invalid>"
    tile_url: str | None = None
    tile_attribution: str = ""
    tile_max_zoom: int = 19
    geocoder: str = "offline"
    geocoder_url: str = ""
    geocoder_contact: str = ""
    geocoder_timeout_s: float = 3.0
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    clock_shift_s: int = 0
    testing: bool = False

    @property
    def is_embedded(self) -> bool:
        """Whether everything runs on this one machine, with demo helpers."""
        return self.mode == "embedded"

    @property
    def is_https(self) -> bool:
        """Whether people reach the site over TLS, so that cookies may insist."""
        return urlsplit(self.public_url).scheme == "https"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of this process.

        :raises BadSetting: if a variable is missing or odd, naming it
        """
        env = os.environ if env is None else env
        mode = env.get("PLUGBID_MODE", "embedded")
        if mode not in MODES:
            raise BadSetting(f"PLUGBID_MODE must be one of {', '.join(MODES)}.")
        instance_dir = Path(env.get("INSTANCE_DIR", ROOT / "instance"))
        port = _integer(env, "PORT", 8000)
        public_url = env.get("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
        if urlsplit(public_url).scheme not in {"http", "https"}:
            raise BadSetting("PUBLIC_URL must start with http:// or https://.")
        geocoder, geocoder_url, geocoder_contact = _geocoder(env)
        return cls(
            mode=mode,
            database_url=_database_url(env, mode, instance_dir),
            secret_key=_secret_key(env, mode, instance_dir),
            public_url=public_url,
            instance_dir=instance_dir,
            mqtt_broker_url=env.get("MQTT_BROKER_URL") or None,
            mqtt_embedded_port=_integer(env, "MQTT_EMBEDDED_PORT", 18830),
            smtp_url=env.get("SMTP_URL") or None,
            mail_from=env.get("MAIL_FROM", "Plugbid <no-reply@plugbid.invalid>"),
            tile_url=env.get("TILE_URL") or None,
            tile_attribution=env.get("TILE_ATTRIBUTION", ""),
            tile_max_zoom=_integer(env, "TILE_MAX_ZOOM", 19),
            geocoder=geocoder,
            geocoder_url=geocoder_url,
            geocoder_contact=geocoder_contact,
            trusted_hosts=tuple(filter(None, env.get("TRUSTED_HOSTS", "").split(","))),
            proxy_hops=_integer(env, "PROXY_HOPS", 0),
            clock_shift_s=_clock_shift_s(env, mode),
        )


def _clock_shift_s(env: Mapping[str, str], mode: str) -> int:
    shift_s = _integer(env, "CLOCK_SHIFT_S", 0)
    if shift_s and mode == "production":
        raise BadSetting("CLOCK_SHIFT_S is only for demonstrations.")
    return shift_s


def _geocoder(env: Mapping[str, str]) -> tuple[str, str, str]:
    """Return which service knows addresses, where it answers, and whom it may ask."""
    name = env.get("GEOCODER") or "offline"
    if name not in GEOCODERS:
        raise BadSetting(f"GEOCODER must be one of {', '.join(GEOCODERS)}.")
    url = (env.get("GEOCODER_URL") or GEOCODERS[name]).rstrip("/")
    contact = env.get("GEOCODER_CONTACT", "").strip()
    if not (contact.isascii() and contact.isprintable() and len(contact) <= 200):
        raise BadSetting("GEOCODER_CONTACT must be an e-mail address or a page.")
    if name == "offline":
        return name, "", contact
    if not _is_service_address(url):
        raise BadSetting(
            "GEOCODER_URL must be https://host[:port][/path]; "
            "http:// is only for this machine (127.0.0.1)."
        )
    if urlsplit(url).hostname == urlsplit(PUBLIC_NOMINATIM).hostname and not contact:
        raise BadSetting(
            "GEOCODER_CONTACT must be set to an e-mail address or a page: "
            "the public Nominatim wants to know whom to write to."
        )
    return name, url, contact


def _is_service_address(url: str) -> bool:
    """Return whether the address names a host, a path, and nothing that is secret."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    )
    is_plain = url.isascii() and url.isprintable() and " " not in url
    extras = parts.query or parts.fragment or parts.username or parts.password
    return bool(is_safe and is_plain and parts.hostname and not extras)


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise BadSetting(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _database_url(env: Mapping[str, str], mode: str, instance_dir: Path) -> str:
    url = env.get("DATABASE_URL")
    if url:
        # Hosting services still hand out the old scheme name.
        for old in ("postgres://", "postgresql://"):
            if url.startswith(old):
                return "postgresql+psycopg://" + url.removeprefix(old)
        return url
    if mode == "production":
        raise BadSetting("DATABASE_URL must be set in production.")
    instance_dir.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{instance_dir.resolve() / 'plugbid.db'}"


def _secret_key(env: Mapping[str, str], mode: str, instance_dir: Path) -> str:
    key = env.get("SECRET_KEY")
    if key:
        if len(key) < 32:
            raise BadSetting("SECRET_KEY must have at least 32 characters.")
        return key
    if mode == "production":
        raise BadSetting("SECRET_KEY must be set in production.")
    # An embedded installation keeps a key of its own, made once, in its folder.
    path = instance_dir / "secret_key"
    if not path.exists():
        instance_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=instance_dir) as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            # A link appears whole, and only for the first of several processes.
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()
