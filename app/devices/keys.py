"""Secrets of boxes and of the server's own broker account; none is ever shown twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DEVICE_KEY_BYTES = 32
# The password is random, so stretching adds nothing; this is Mosquitto's default.
_ITERATIONS = 101
_PREFIX = "$7$"


def new_device_key() -> bytes:
    """Return a fresh K_dev."""
    return secrets.token_bytes(DEVICE_KEY_BYTES)


def new_password() -> str:
    """Return a fresh broker password, safe in every file format."""
    return secrets.token_urlsafe(32)


def wrap(device_key: bytes, secret_key: str) -> bytes:
    """Return the device key encrypted for the database."""
    return _box(secret_key).encrypt(device_key)


def unwrap(encrypted: bytes, secret_key: str) -> bytes:
    """Return the device key.

    :raises cryptography.fernet.InvalidToken: if SECRET_KEY is not the one that
        encrypted it
    """
    return _box(secret_key).decrypt(encrypted)


def server_password(secret_key: str) -> str:
    """Return the password of the server's own broker account."""
    return hmac.new(secret_key.encode(), b"mqtt-server", hashlib.sha256).hexdigest()


def hash_password(password: str) -> str:
    """Return the hash in Mosquitto's format, so its password file is a plain list."""
    salt = secrets.token_bytes(12)
    digest = _stretch(password, salt, _ITERATIONS)
    return f"{_PREFIX}{_ITERATIONS}${_b64(salt)}${_b64(digest)}"


def fits(password: str, password_hash: str) -> bool:
    """Return whether the password belongs to the hash; False for an odd hash."""
    try:
        _empty, _kind, iterations, salt, digest = password_hash.split("$")
        wanted = base64.b64decode(digest, validate=True)
        found = _stretch(password, base64.b64decode(salt), int(iterations))
    except ValueError:
        return False
    return hmac.compare_digest(found, wanted)


def _box(secret_key: str) -> Fernet:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"plugbid device keys")
    return Fernet(base64.urlsafe_b64encode(hkdf.derive(secret_key.encode())))


def _stretch(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, 64)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
