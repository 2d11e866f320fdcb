"""Fetches JSON from one host: no redirects, no proxies, nothing large, nothing slow."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

MOST_BYTES = 512 * 1024
USUAL_PAUSE_S = 60
LONGEST_PAUSE_S = 3600
# A service that answers so is well; it only does not take this one question.
_REFUSALS = {400, 413, 414}


class NoAnswer(Exception):
    """The service gave no answer that can be used.

    :ivar pause_s: for how long it should be left alone; 0 if only this question failed
    """

    def __init__(self, reason: str, pause_s: float | None = USUAL_PAUSE_S) -> None:
        """Keep the reason for the log and bound the pause."""
        super().__init__(reason)
        bounded_s = min(max(pause_s or 0, USUAL_PAUSE_S), LONGEST_PAUSE_S)
        self.pause_s = 0 if pause_s is None else bounded_s


class QuestionRefused(Exception):
    """The service works, but does not take this question."""


class OneHost:
    """What geopy fetches through; it knows one address and asks no other."""

    def __init__(self, base: str) -> None:
        """Keep the only address that may be asked."""
        self._base = base + "/"
        self._connection: http.client.HTTPConnection | None = None

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        """Return the parsed answer.

        :raises NoAnswer: if there is none, or none that can be used
        :raises QuestionRefused: if the service does not take the question
        """
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise NoAnswer("not JSON") from fault
        # geopy takes anything empty for "no such place"; only an empty list says so.
        if not isinstance(found, list) and not (isinstance(found, dict) and found):
            raise NoAnswer("an unknown shape")
        return found

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        """Return the answer's text, see `get_json`."""
        if not url.startswith(self._base):
            raise NoAnswer("only the configured service may be asked")
        deadline = time.monotonic() + timeout
        parts = urlsplit(url)
        connection = _connection(parts.scheme, parts.hostname, parts.port, timeout)
        self._connection = connection
        try:
            connection.request(
                "GET",
                f"{parts.path}?{parts.query}",
                headers={**headers, "Accept": "application/json"},
            )
            return _body(connection.getresponse(), deadline)
        except (OSError, http.client.HTTPException) as fault:
            raise NoAnswer(type(fault).__name__) from fault
        finally:
            connection.close()

    def hang_up(self) -> None:
        """Cut a connection that is still open, so that a waiting thread ends."""
        line = self._connection and self._connection.sock
        if line:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # The other side was faster.


def _connection(
    scheme: str, host: str | None, port: int | None, timeout: float
) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host or "", port, timeout=timeout)
    return http.client.HTTPSConnection(
        host or "", port, timeout=timeout, context=ssl.create_default_context()
    )


def _body(response: http.client.HTTPResponse, deadline: float) -> str:
    if response.status in _REFUSALS:
        raise QuestionRefused
    if response.status != 200:
        # A redirect ends here as well: who knows where it would lead.
        pause_s = _wanted_pause_s(response.getheader("Retry-After"))
        raise NoAnswer(f"status {response.status}", pause_s)
    content = bytearray()
    while piece := response.read1(65_536):
        content += piece
        if len(content) > MOST_BYTES:
            raise NoAnswer("too large")
        if time.monotonic() > deadline:
            raise NoAnswer("too slow")
    return content.decode("utf-8", "replace")


def _wanted_pause_s(retry_after: str | None) -> float:
    """Return the seconds of a Retry-After header; a date counts as the longest."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return LONGEST_PAUSE_S if text and parsedate_to_datetime(text) else 0
    except ValueError:
        return 0
