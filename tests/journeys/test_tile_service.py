"""A tile service of the settings: allowed by the policy, credited, told who asks."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from tests.journeys.conftest import listen
from tests.support import databases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
CREDIT = "© People who survey"


class TileServer(ThreadingHTTPServer):
    """Serves one green tile for every address and remembers who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Tiles)
        picture = io.BytesIO()
        Image.new("RGB", (256, 256), "#9fd3a8").save(picture, "PNG")
        self.picture = picture.getvalue()
        self.asked: list[tuple[str, str | None]] = []


class _Tiles(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self) -> None:
        """Send the tile."""
        self.server.asked.append((self.path, self.headers["Referer"]))
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(self.server.picture)))
        self.end_headers()
        self.wfile.write(self.server.picture)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def tiles() -> Iterator[TileServer]:
    server = TileServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site(
    app: Flask, tiles: TileServer, database_url: str, tmp_path: Path
) -> Iterator[str]:
    """The search page with that tile service."""
    app.extensions["plugbid_settings"] = databases.settings_for(
        database_url,
        tmp_path,
        tile_url=f"http://127.0.0.1:{tiles.server_address[1]}/{{z}}/{{x}}/{{y}}.png",
        tile_attribution=f'<a href="https://tiles.example/">{CREDIT}</a>',
        tile_max_zoom=16,
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("width", [390, 1280])
def test_tiles_of_a_service_are_shown_with_their_credit(
    browser: Browser, site: str, tiles: TileServer, problems: list[str], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    listen(page, problems)

    page.goto(f"{site}/?lat=52.52&lon=13.40")

    shown = page.locator("img.leaflet-tile-loaded").first
    expect(shown).to_be_attached()
    assert shown.evaluate("tile => tile.naturalWidth") == 256
    path, referrer = tiles.asked[0]
    zoom, column, row = path.strip("/").removesuffix(".png").split("/")
    assert 0 <= int(zoom) <= 16
    assert 0 <= int(column) < 1 << int(zoom)
    assert 0 <= int(row) < 1 << int(zoom)
    # Tile services want to know which site asks, and no more than that.
    assert referrer == f"{site}/"
    credit = page.get_by_role("link", name=CREDIT)
    expect(credit).to_be_visible()
    box = credit.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    seen = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y)?.textContent", list(middle)
    )
    assert seen == CREDIT
    page.close()
