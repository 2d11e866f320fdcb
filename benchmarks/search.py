"""Prints how the search does on made-up worlds beside its rivals, on both databases.

.venv/bin/python -m benchmarks.search [--size 100000] [--keep FOLDER] [--queries 300]
    [--check 2000] [--parts speed,growth,check,page,servers,real]

Every figure is one of milliseconds, p50 and p99, and as a multiple of the lower bound
in the same run: arrays in memory with every filter. With ``--keep`` the databases
stay in the folder and are used again, which saves minutes at a million chargers.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import search_page, search_real, web_servers
from benchmarks.search_checks import difference
from benchmarks.search_oracle import Oracle
from benchmarks.search_places import SMALLEST, require_data
from benchmarks.search_product import LIMIT, product
from benchmarks.search_questions import Question, make_questions
from benchmarks.search_rivals import plain_sqlite, postgres_rivals
from benchmarks.search_speed import WARM, Ask, Way, percentile, print_times, take_turns
from benchmarks.search_store import NAMES, dsn_of, file_of, stored
from benchmarks.search_world import World, make_world
from tests.support.postgres import find_programs

SEED = 1
BOUND = "arrays in memory (lower bound)"
PARTS = ("speed", "growth", "check", "page", "servers", "real")
_HEAD = f"  {'':34}{'p50 ms':>9}{'p99 ms':>9}{'p50':>10}{'p99':>9}"


def main() -> None:
    """Run the parts asked for."""
    options = _options()
    missing = require_data()
    if missing:
        print(f"Skipped: {missing}.")
        return
    with tempfile.TemporaryDirectory() as temporary:
        # The server's own account must reach its data below this folder.
        Path(temporary).chmod(0o755)
        keep = options.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        for part in options.parts.split(","):
            _PARTS[part](options, keep)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--check", type=int, default=2_000)
    parser.add_argument("--keep", type=Path, help="a folder for the databases")
    parser.add_argument("--databases", default=",".join(NAMES))
    parser.add_argument("--parts", default=",".join(PARTS))
    options = parser.parse_args()
    unknown = set(options.parts.split(",")) - set(_PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    names = [each for each in options.databases.split(",") if each in NAMES]
    if "postgresql" in names and find_programs() is None:
        print("PostgreSQL is not installed, so it is not measured.")
        names.remove("postgresql")
    options.databases = names
    return options


def speed(options: argparse.Namespace, keep: Path) -> None:
    """Measure the service call against the bound and the rivals."""
    world = make_world(options.size, SEED, keep)
    oracle = Oracle(world)
    for name in options.databases:
        print(f"== {name}, {world.count:,} chargers, ten bookings each", flush=True)
        _with_all(name, world, oracle, keep, lambda ways: _speed(ways, world, options))


def _with_all(
    name: str,
    world: World,
    oracle: Oracle,
    keep: Path,
    measure: Callable[[dict[str, Way]], None],
) -> None:
    with ExitStack() as opened:
        url = opened.enter_context(stored(name, world, keep))
        ways = opened.enter_context(product(url, keep))
        if name == "sqlite":
            rivals: dict[str, Ask] = {
                "plain lat/lon index": plain_sqlite(file_of(url), world, oracle)
            }
        else:
            connection, rivals = postgres_rivals(dsn_of(url), world, oracle)
            opened.enter_context(connection)
            if "PostGIS KNN" not in rivals:
                print("PostGIS is not installed, so it is not measured.")
        measure({BOUND: oracle.nearest, **rivals, **ways})


def _speed(ways: dict[str, Way], world: World, options: argparse.Namespace) -> None:
    for where, words in (("mixed", "mixed places"), ("dense", "the densest cells")):
        for radius_m in (5_000, 25_000):
            questions = make_questions(
                world,
                options.queries + WARM,
                where=where,
                radius_m=radius_m,
                seed=SEED,
            )
            print(f"nearest {LIMIT}, {radius_m // 1000} km, {words}")
            print(_HEAD)
            print_times(take_turns(ways, questions), BOUND)


def growth(options: argparse.Namespace, keep: Path) -> None:
    """Ask the very same searches in worlds of several sizes and one density."""
    sizes = [n for n in (SMALLEST, 100_000, 1_000_000) if n < options.size]
    print("== growth: the same searches with the same answers, p50 ms")
    for name in options.databases:
        for size in [*sizes, options.size]:
            world = make_world(size, SEED, keep)
            with stored(name, world, keep) as url, product(url, keep) as ways:
                print(f"  {name:12}{size:>10,}  {_growth(ways, world, options)}")


def _growth(ways: dict[str, Ask], world: World, options: argparse.Namespace) -> str:
    words = []
    for radius_m in (5_000, 25_000):
        questions = make_questions(
            world, options.queries + WARM, where="core", radius_m=radius_m, seed=SEED
        )
        for title, times in take_turns(ways, questions).items():
            middle = percentile(times, 50)
            words.append(f"{title} {radius_m // 1000} km {middle:.2f}")
    return "; ".join(words)


def check(options: argparse.Namespace, keep: Path) -> None:
    """Compare the product's answers with the scan of every charger."""
    world = make_world(options.size, SEED, keep)
    oracle = Oracle(world)
    groups = [(where, m) for where in ("mixed", "dense") for m in (5_000, 25_000)]
    questions = [
        question
        for where, radius_m in groups
        for question in make_questions(
            world,
            -(-options.check // len(groups)),
            where=where,
            radius_m=radius_m,
            seed=SEED + 1,
        )
    ]
    print(f"== answers that differ from a scan of all {world.count:,} chargers")
    for name in options.databases:
        with stored(name, world, keep) as url, product(url, keep) as ways:
            for title, way in ways.items():
                _check(f"{name}, {title}", way, oracle, questions)


def _check(title: str, way: Ask, oracle: Oracle, questions: list[Question]) -> None:
    wrong, found = 0, 0
    for question in questions:
        ids = way(question)
        found += len(ids)
        why = difference(ids, oracle, question, LIMIT)
        if why:
            wrong += 1
            print(f"    {question}: {why}")
    print(
        f"  {title:44}{wrong} of {len(questions)} differ "
        f"({found / len(questions):.1f} chargers found on average)",
        flush=True,
    )


_PARTS: dict[str, Callable[[argparse.Namespace, Path], None]] = {
    "speed": speed,
    "growth": growth,
    "check": check,
    "page": lambda options, keep: search_page.measure(options.size, SEED, keep),
    "servers": lambda options, keep: web_servers.measure(options.size, SEED, keep),
    "real": lambda _options, _keep: search_real.measure_all(),
}

if __name__ == "__main__":
    main()
