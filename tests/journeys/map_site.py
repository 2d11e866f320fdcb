"""A map to use in a browser: two dozen chargers, and what tests ask of the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from app.accounts.service import Person
from app.chargers.service import listing
from app.kernel.ids import code_from
from app.search import atlas
from tests.support.factories_chargers import make_charger

HERE = "/?lat=52.52&lon=13.40&radius_km=5"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return atlas.unpack(tmp_path_factory.mktemp("atlas"))


@pytest.fixture
def site(
    app: Flask,
    hanna: Person,
    now: datetime,
    unpacked: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """Two dozen chargers around the middle of Berlin, served on a free port."""
    (tmp_path / unpacked.name).symlink_to(unpacked)
    scatter = Random(7)
    # A charger's code moves its public point; the same ones make the same map.
    codes = (code_from(bytes([(number * 3 + 5) % 256]) * 8) for number in count())
    monkeypatch.setattr(listing, "new_code", lambda: next(codes))
    with app.app_context():
        for number in range(24):
            make_charger(
                hanna,
                now=now,
                name=f"Driveway {number}",
                latitude=52.52 + scatter.gauss(0, 0.013),
                longitude=13.40 + scatter.gauss(0, 0.02),
            )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def open_page(
    browser: Browser, address: str, complaints: list[str], **options: object
) -> Page:
    """Open the address and note every error and every request that leaves the site."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type == "error" else None
        ),
    )
    origin = "/".join(address.split("/")[:3])
    page.on(
        "request",
        lambda request: (
            complaints.append(request.url)
            if not request.url.startswith((origin, "data:", "blob:"))
            else None
        ),
    )
    page.goto(address, wait_until="networkidle")
    page.locator(".pin-pill").first.wait_for()
    return page


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    found = [item.bounding_box() for item in page.locator(selector).all()]
    return [dict(box) for box in found if box]


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def crowd(number: int) -> list[list[object]]:
    """Return so many points round the center, as the page's data holds them."""
    scatter = Random(5)
    return [
        [
            10_000 + n,
            int(scatter.gauss(0, 1500)),
            int(scatter.gauss(0, 2200)),
            n,
            1,
            "P",
        ]
        for n in range(number)
    ]


def draw(page: Page, points: list[list[object]], **more: object) -> float:
    """Let the map draw other data; return how many milliseconds that took."""
    data = {
        **{"center": [52.52, 13.4], "radius_m": 5000, "points": points, "times": []},
        **{"currencies": [["€", 2]], "counts": [], "public": [], **more},
    }
    took: float = page.evaluate(
        """data => {
            const old = document.getElementById("map-data");
            const island = old.cloneNode();
            island.textContent = JSON.stringify(data);
            old.replaceWith(island);
            const began = performance.now();
            document.dispatchEvent(new CustomEvent("htmx:after:swap"));
            return performance.now() - began;
        }""",
        data,
    )
    return took


def counters(page: Page) -> dict[str, float]:
    """Return what the browser keeps alive after collecting its garbage."""
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    tools.send("Performance.enable")
    found = tools.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in found}
