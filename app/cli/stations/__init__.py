"""Reads station files of several formats and stores what they hold.

A format's module turns one record into a ``Station``; the rest is the same for all.
"""

from __future__ import annotations
