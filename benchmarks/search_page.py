"""Prints what one change of a filter costs: bytes, server time, and the browser's.

.venv/bin/python -m benchmarks.search_page [--size 100000] [--keep FOLDER]

Asked where most chargers are in view. The browser then changes filters twenty times,
after which there must be one map, and no more nodes, listeners or memory than before.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.search_oracle import Oracle
from benchmarks.search_places import require_data
from benchmarks.search_speed import percentile
from benchmarks.search_store import stored
from benchmarks.search_world import World, make_world
from benchmarks.web_running import serving
from tests.support.browser import chromium_options, find_chromium

REQUESTS = 60
CHANGES = 20
_COUNTERS = ("Nodes", "JSEventListeners", "JSHeapUsedSize")
# From the answer's arrival until the browser has painted the frame after its swap.
_WATCH = """() => {
  window.redraws = [];
  let begun = 0;
  document.addEventListener("htmx:before:swap", () => { begun ||= performance.now(); });
  document.addEventListener("htmx:after:swap", () => {
    requestAnimationFrame(() => setTimeout(() => {
      if (begun) window.redraws.push(performance.now() - begun);
      begun = 0;
    }));
  });
}"""
# A promise is waited for without eval, which the page's policy forbids.
_CHANGE = """(power) => new Promise((resolve, reject) => {
  const drawn = window.redraws.length;
  const field = document.querySelector("#search [name=min_kw]");
  field.value = power;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  const began = performance.now();
  const look = () => {
    if (window.redraws.length > drawn) resolve();
    else if (performance.now() - began > 20000) reject(new Error("No answer came."));
    else setTimeout(look, 20);
  };
  look();
})"""


def main() -> None:
    """Measure the page on a world in SQLite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if missing := require_data():
        print(f"Skipped: {missing}.")
        return
    with tempfile.TemporaryDirectory() as temporary:
        measure(options.size, 1, options.keep or Path(temporary))


def measure(size: int, seed: int, keep: Path) -> None:
    """Print the figures of the fragment and of the browser."""
    world = make_world(size, seed, keep)
    lat, lon, count = fullest_view(world)
    print(f"== one change of a filter, {count:,} chargers in view", flush=True)
    with (
        stored("sqlite", world, keep) as url,
        tempfile.TemporaryDirectory() as folder,
        serving("granian", "benchmarks.web_product:app", url, Path(folder)) as port,
    ):
        _measure_server(port, lat, lon)
        if find_chromium() is None:
            print("  Chromium is not installed, so the browser was not measured.")
            return
        _measure_browser(port, lat, lon)


def fullest_view(world: World) -> tuple[float, float, int]:
    """Return a place with the most chargers within 50 km, and how many."""
    cells = np.floor(world.lat * 2) * 1000 + np.floor(world.lon * 2)
    names, crowd = np.unique(cells, return_counts=True)
    best = (0.0, 0.0, -1)
    for name in names[np.argsort(crowd)[-10:]]:
        here = cells == name
        lat, lon = float(world.lat[here].mean()), float(world.lon[here].mean())
        count = Oracle.count_around(world, lat, lon, 50_000)
        best = max(best, (lat, lon, count), key=lambda each: each[2])
    return best


def _addresses(lat: float, lon: float) -> Iterator[str]:
    """Return searches there, each a few meters aside, with and without a time."""
    for number in range(REQUESTS):
        values = {"lat": f"{lat + number / 1e5:.5f}", "lon": f"{lon:.5f}"}
        values["radius_km"] = "50"
        if number % 2:
            values |= {"from": "2026-10-16T18:00", "to": "2026-10-16T20:00"}
        yield f"/?{urlencode(values)}"


def _measure_server(port: int, lat: float, lon: float) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times: dict[str, list[float]] = {"any time": [], "two hours": []}
    sizes: list[int] = []
    for number, address in enumerate(_addresses(lat, lon)):
        started = time.perf_counter()
        connection.request("GET", address, headers={"HX-Request": "true"})
        answer = connection.getresponse()
        body = answer.read()
        taken_ms = (time.perf_counter() - started) * 1000
        assert answer.status == 200, (answer.status, body[:300])
        if number >= 10:
            times[list(times)[number % 2]].append(taken_ms)
            sizes.append(len(gzip.compress(body, 6)))
    connection.close()
    print(f"  fragment, gzipped: {statistics.median(sizes) / 1024:.1f} KB")
    for title, each in times.items():
        print(
            f"  fragment, {title}: p50 {percentile(each, 50):.1f} ms, "
            f"p99 {percentile(each, 99):.1f} ms over HTTP"
        )


def _measure_browser(port: int, lat: float, lon: float) -> None:
    address = f"http://127.0.0.1:{port}/?lat={lat:.5f}&lon={lon:.5f}&radius_km=50"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium_options())
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address, wait_until="networkidle")
        page.evaluate(_WATCH)
        # The first changes fill caches that stay: tiles, parsed icons, compiled code.
        _change_filters(page, 4)
        before = _counters(page)
        _change_filters(page, CHANGES)
        after = _counters(page)
        redraws = page.evaluate("window.redraws")
        maps = page.evaluate("document.querySelectorAll('.leaflet-container').length")
        browser.close()
    print(
        f"  redraw in Chromium: p50 {statistics.median(redraws):.0f} ms, "
        f"worst {max(redraws):.0f} ms of {len(redraws)}"
    )
    print(f"  after {CHANGES} changes of a filter: {maps} map; before and after:")
    for name in _COUNTERS:
        print(f"    {name:18}{before[name]:>12,.0f}{after[name]:>12,.0f}")


def _change_filters(page: Page, count: int) -> None:
    """Change the least power back and forth, and wait for each answer to be drawn."""
    for number in range(count):
        page.evaluate(_CHANGE, ("7", "")[number % 2])


def _counters(page: Page) -> dict[str, Any]:
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    for _ in range(3):
        client.send("HeapProfiler.collectGarbage")
    found = client.send("Performance.getMetrics")["metrics"]
    client.detach()
    return {each["name"]: each["value"] for each in found}


if __name__ == "__main__":
    main()
