"""Text that goes into CSV files which people open in spreadsheets."""

from __future__ import annotations

# What spreadsheets read as the beginning of a formula; the wide forms count as well.
_STARTERS = frozenset("=+-@\t\r\n＝＋－＠")


def defused(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula.

    An apostrophe in front makes it plain text; everything else stays as it is.

    >>> defused("=1+1"), defused("Main St 5")
    ("'=1+1", 'Main St 5')
    """
    return f"'{text}" if text.lstrip(" ")[:1] in _STARTERS and text.strip(" ") else text
