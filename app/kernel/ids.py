"""Short codes that people can read aloud, made from random bytes given from outside."""

from __future__ import annotations

import base64
import re

CODE_LENGTH = 10
_CODE = re.compile(r"[A-Z2-7]{10}")
# What people type when they misread a label.
_LOOKALIKES = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": ""})


def code_from(random_bytes: bytes, *, length: int = CODE_LENGTH) -> str:
    """Return a base32 code (A-Z, 2-7) of the given length.

    :param random_bytes: at least ``5 * length / 8`` unguessable bytes
    """
    return base64.b32encode(random_bytes).decode("ascii")[:length]


def parse_code(text: str) -> str | None:
    """Return the code a person typed or scanned, or None where it cannot be one.

    >>> parse_code("k7q2-m6xw-4t")
    'K7Q2M6XW4T'
    """
    code = text.strip().upper().translate(_LOOKALIKES)
    return code if _CODE.fullmatch(code) else None


def spaced(code: str) -> str:
    """Return the code in groups of four for reading aloud.

    >>> spaced("K7Q2M6XW4T")
    'K7Q2-M6XW-4T'
    """
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
