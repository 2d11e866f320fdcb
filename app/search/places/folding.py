"""Reduces spellings of place names to what people type, for both sides. Pure."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
    }
)
_NOT_WORDS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return the text in lower-case words without marks; Latin letters become ASCII.

    >>> fold("  København-Ø "), fold("Łódź"), fold("St. Moritz"), fold("Αθήνα")
    ('kobenhavn o', 'lodz', 'st moritz', 'αθηνα')
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = plain.replace("'", "").replace("\u2019", "")
    return _NOT_WORDS.sub(" ", plain).strip()
