"""The map's own addresses: its frame by Folium, its tiles, places by name."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from app.search.map_routes import map_tiles
from app.search.shell import map_shell
from tests.support.checked_client import CheckedClient
from tests.support.databases import settings_for

ROOT = Path(__file__).resolve().parents[3]


class Elements(HTMLParser):
    """Collects start tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_frame_is_one_element_without_style_or_script() -> None:
    parser = Elements()

    parser.feed(map_shell().html)

    assert parser.found == [("div", {"class": "folium-map", "id": "map_chargers"})]


def test_the_frame_loads_nothing_from_elsewhere() -> None:
    js = map_shell().js

    assert "http" not in js
    assert "<script" not in js
    assert "jquery" not in js.lower()


def test_the_frame_hands_the_map_over_to_our_script() -> None:
    js = map_shell().js

    assert js.index("L.map(") < js.index("plugbidMap.attach(map_chargers);")


def test_every_process_builds_the_same_frame() -> None:
    program = "from app.search.shell import map_shell; print(map_shell().digest)"

    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert other.stdout.strip() == map_shell().digest


def test_folium_is_not_imported_before_the_frame_is_built() -> None:
    program = "import sys, app.search.routes; print('folium' in sys.modules)"

    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert other.stdout.strip() == "False"


def test_the_frame_script_may_be_kept_for_good(client: CheckedClient) -> None:
    response = client.get(f"/map/shell-{map_shell().digest}.js")

    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.text == map_shell().js


def test_a_frame_of_another_version_is_not_found(client: CheckedClient) -> None:
    assert client.get("/map/shell-000000000000.js").status_code == 404


def test_a_tile_is_an_image_to_keep_for_good(client: CheckedClient) -> None:
    response = client.get("/basemap/12/2200/1343.svg")

    assert response.status_code == 200
    assert response.mimetype == "image/svg+xml"
    assert "immutable" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert response.data.startswith(b"<svg")


def test_dark_and_stretched_tiles_are_others(client: CheckedClient) -> None:
    tiles = {
        client.get(f"/basemap/12/2200/1343.svg{query}").data
        for query in ("", "?t=dark", "?k=-2", "?k=1")
    }

    assert len(tiles) == 4


@pytest.mark.parametrize("query", ["?k=99", "?k=-99", "?k=x", "?t=%00"])
def test_an_odd_query_gives_an_ordinary_tile(client: CheckedClient, query: str) -> None:
    response = client.get(f"/basemap/12/2200/1343.svg{query}")

    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/basemap/19/0/0.svg", "/basemap/3/8/0.svg", "/basemap/3/-1/0.svg"]
)
def test_a_tile_outside_of_the_world_is_not_found(
    client: CheckedClient, path: str
) -> None:
    assert client.get(path).status_code == 404


def test_places_are_listed_for_the_place_picker(client: CheckedClient) -> None:
    response = client.get("/places?q=Kastanienallee 12, 10435 Berlin")

    first = response.get_json()[0]
    assert first["label"] == "Berlin, Germany"
    assert first["lat"] == pytest.approx(52.52, abs=0.05)
    assert first["is_exact"] is False


@pytest.mark.parametrize("query", ["", "?q=", "?q=xyzzyq", "?q=%00"])
def test_no_place_is_an_empty_list(client: CheckedClient, query: str) -> None:
    assert client.get(f"/places{query}").get_json() == []


def test_the_built_in_map_is_the_default(app: Flask) -> None:
    with app.test_request_context():
        tiles = map_tiles()

    assert tiles.url.startswith("/basemap/{z}/{x}/{y}.svg?v=")
    assert tiles.dark_url.endswith("&t=dark")
    assert "GeoNames" in tiles.attribution


def test_a_tile_service_of_the_settings_replaces_it(app: Flask, tmp_path: Path) -> None:
    app.extensions["plugbid_settings"] = settings_for(
        "sqlite://",
        tmp_path,
        tile_url="https://tiles.example/{z}/{x}/{y}.png",
        tile_attribution="© Somebody",
        tile_max_zoom=16,
    )

    with app.test_request_context():
        tiles = map_tiles()

    assert tiles.url == "https://tiles.example/{z}/{x}/{y}.png"
    assert tiles.dark_url == ""
    assert (tiles.attribution, tiles.max_zoom) == ("© Somebody", 16)
