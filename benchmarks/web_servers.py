"""Prints how many pages a second the web servers give, beside a bare "hello".

.venv/bin/python -m benchmarks.web_servers [--size 100000] [--keep FOLDER]
    [--seconds 4] [--rounds 3]

wrk asks with sixteen connections from the same machine; the servers take turns, and
medians of the rounds are printed. "varied" asks another place each time, so that no
answer can be kept; "fixed" asks one address over and over.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from app.search import atlas
from benchmarks.search_places import require_data
from benchmarks.search_questions import make_questions
from benchmarks.search_store import stored
from benchmarks.search_world import World, make_world
from benchmarks.web_running import SERVERS, serving

HELLO, PRODUCT = "benchmarks.web_hello:app", "benchmarks.web_product:app"
PAGES = {
    "page, varied": ("varied", False),
    "page, fixed": ("fixed", False),
    "fragment, varied": ("varied", True),
    "fragment, fixed": ("fixed", True),
}
ADDRESSES = 2_000
_SCRIPT = """
local paths, number = {}, 0
function init(arguments)
  for line in io.lines(arguments[1]) do paths[#paths + 1] = line end
  if arguments[2] == "fragment" then wrk.headers["HX-Request"] = "true" end
end
function request()
  number = number + 1
  return wrk.format("GET", paths[(number - 1) % #paths + 1])
end
"""
_LATENCY = re.compile(r"^ +(50|99)% +([0-9.]+)(us|ms|s) *$", re.MULTILINE)
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Load(NamedTuple):
    """What wrk measured."""

    per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    """Measure all servers on a world in SQLite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if missing := require_data():
        print(f"Skipped: {missing}.")
        return
    with tempfile.TemporaryDirectory() as temporary:
        keep = options.keep or Path(temporary)
        measure(options.size, 1, keep, options.seconds, options.rounds)


def measure(
    size: int, seed: int, keep: Path, seconds: int = 4, rounds: int = 3
) -> None:
    """Print requests a second, their share of "hello", p50 and p99 for each server."""
    if shutil.which("wrk") is None:
        print("wrk is not installed (Debian: apt-get install wrk): servers skipped.")
        return
    world = make_world(size, seed, keep)
    taken: dict[tuple[str, str], list[Load]] = defaultdict(list)
    with (
        stored("sqlite", world, keep) as url,
        tempfile.TemporaryDirectory() as temporary,
    ):
        folder = Path(temporary)
        # Unpacked once at an installation, not while somebody waits.
        atlas.unpack(folder)
        _write_addresses(world, folder)
        for _ in range(rounds):
            for server in SERVERS:
                _one_round(server, url, folder, seconds, taken)
    print(f"== web servers, {size:,} chargers in SQLite, wrk -t1 -c16, {rounds} rounds")
    print(f"  {'':38}{'req/s':>8}{'of hello':>10}{'p50 ms':>9}{'p99 ms':>9}")
    for server in SERVERS:
        hello = _median(taken[server, "hello"])
        for page in ("hello", *PAGES):
            load = _median(taken[server, page])
            print(
                f"  {server:18}{page:20}{load.per_second:8.0f}"
                f"{load.per_second / hello.per_second:10.1%}"
                f"{load.p50_ms:9.1f}{load.p99_ms:9.1f}",
                flush=True,
            )


def _write_addresses(world: World, folder: Path) -> None:
    questions = make_questions(
        world, ADDRESSES, where="mixed", radius_m=5_000, seed=world.seed + 2
    )
    lines = [f"/?{urlencode(question.values())}" for question in questions]
    (folder / "varied").write_text("\n".join(lines))
    (folder / "fixed").write_text(lines[0])
    (folder / "hello").write_text("/")
    (folder / "ask.lua").write_text(_SCRIPT)


def _one_round(
    server: str,
    url: str,
    folder: Path,
    seconds: int,
    taken: dict[tuple[str, str], list[Load]],
) -> None:
    with serving(server, HELLO, url, folder) as port:
        taken[server, "hello"].append(_load(port, folder, "hello", False, seconds))
    with serving(server, PRODUCT, url, folder) as port:
        # The first answers of each process fill what it keeps: templates, statements.
        _load(port, folder, "varied", False, seconds)
        for page, (paths, is_fragment) in PAGES.items():
            load = _load(port, folder, paths, is_fragment, seconds)
            taken[server, page].append(load)


def _load(port: int, folder: Path, paths: str, is_fragment: bool, seconds: int) -> Load:
    done = subprocess.run(
        [
            *("wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "--timeout", "20s"),
            *("-s", str(folder / "ask.lua"), f"http://127.0.0.1:{port}/", "--"),
            *(str(folder / paths), "fragment" if is_fragment else "page"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"Not every request was answered well:\n{done.stdout}")
    slow = {share: float(n) * _MS[u] for share, n, u in _LATENCY.findall(done.stdout)}
    rate = re.search(r"Requests/sec: +([0-9.]+)", done.stdout)
    if rate is None or set(slow) != {"50", "99"}:
        raise SystemExit(f"wrk said something unexpected:\n{done.stdout}")
    return Load(float(rate[1]), slow["50"], slow["99"])


def _median(loads: list[Load]) -> Load:
    return Load(*(statistics.median(values) for values in zip(*loads, strict=True)))


if __name__ == "__main__":
    main()
