"""A small address service on this machine that can also behave badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NOMINATIM_ANSWER = [
    {
        "place_id": 1,
        "lat": "52.5001700",
        "lon": "13.4234000",
        "display_name": "12, Oranienstraße, Kreuzberg, Berlin, 10999, Germany",
        "address": {
            "house_number": "12",
            "road": "Oranienstraße",
            "suburb": "Kreuzberg",
            "city": "Berlin",
            "postcode": "10999",
            "country": "Germany",
            "country_code": "de",
        },
    },
    {
        "place_id": 2,
        "lat": "52.75",
        "lon": "13.24",
        "display_name": "12, Oranienstraße, Oranienburg, Germany",
        "address": {
            "house_number": "12",
            "road": "Oranienstraße",
            "town": "Oranienburg",
            "country": "Germany",
            "country_code": "de",
        },
    },
]
PHOTON_ANSWER = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-73.9857, 40.7484]},
            "properties": {
                "street": "5th Avenue",
                "housenumber": "350",
                "city": "New York",
                "state": "New York",
                "country": "United States",
                "countrycode": "US",
            },
        }
    ],
}


class AddressServer(ThreadingHTTPServer):
    """Remembers what it was asked and answers as its ``manner`` says.

    :ivar manner: name of a behavior, see `_Answers.behave`
    :ivar asked: the path, the fields and the agent of each request, with its instant
    """

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Answers)
        self.manner = "good"
        self.answer: Any = None
        self.asked: list[dict[str, Any]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: AddressServer

    def do_GET(self) -> None:
        """Note the question and behave."""
        parts = urlsplit(self.path)
        self.server.asked.append(
            {
                "path": parts.path,
                "fields": {k: v[0] for k, v in parse_qs(parts.query).items()},
                "agent": self.headers["User-Agent"],
                "at": time.monotonic(),
            }
        )
        try:
            self.behave(self.server.manner)
        except OSError:
            return  # The asker hung up, as it should.

    def behave(self, manner: str) -> None:
        """Answer well, or in one of the ways in which services fail."""
        match manner:
            case "good":
                usual = (
                    PHOTON_ANSWER if self.path.startswith("/api") else NOMINATIM_ANSWER
                )
                answer = usual if self.server.answer is None else self.server.answer
                self.send(200, json.dumps(answer).encode())
            case "html":
                self.send(200, b"<html><h1>Welcome to the hotel's network</h1>")
            case "hang":
                self.server.released.wait(20)
            case "drip":
                self.send_response(200)
                self.end_headers()
                while not self.server.released.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()
            case "drip-head":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not self.server.released.wait(0.05):
                    self.wfile.write(b"X: y\r\n")
                    self.wfile.flush()
            case "huge":
                self.send(200, b"[" + b" " * 10_000_000 + b"]")
            case "redirect":
                self.send(302, b"", {"Location": f"{self.server.url}/elsewhere"})
            case "busy":
                self.send(429, b"slow down", {"Retry-After": "600"})
            case "closed":
                self.close_connection = True
            case "not-http":
                self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
            case _:
                self.send(int(manner), b"<h1>Sorry</h1>")

    def send(
        self, status: int, content: bytes, headers: dict[str, str] | None = None
    ) -> None:
        """Send one whole answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet."""


@contextmanager
def address_server() -> Iterator[AddressServer]:
    """Run the service until the end of the block."""
    server = AddressServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
