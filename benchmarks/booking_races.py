"""Prints how many of the simultaneous bookings win, on both databases, and a control.

.venv/bin/python -m benchmarks.booking_races [--races 100] [--workers 4]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.support import databases
from tests.support.booking_race import DRIVERS, GUARDED, UNGUARDED, Outcome, run_races
from tests.support.postgres import PostgresServer, find_programs


def main() -> None:
    """Run all four combinations and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=100)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--only", default="", help="run what has this in its title")
    options = parser.parse_args()
    print(f"{options.races} races of {DRIVERS} drivers, {options.workers} web workers")
    print(
        f"{'':22}{'won':>6}{'409':>6}{'5xx':>6}{'other':>7}{'doubled':>9}"
        f"{'overlaps':>10}{'seconds':>9}"
    )
    for name, application in (("guarded", GUARDED), ("control", UNGUARDED)):
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/plugbid.db"
            _run(f"{name}, SQLite", application, url, Path(folder), options)
    programs = find_programs()
    if programs is None:
        print("PostgreSQL is not installed, so it was not measured.")
        return
    server = PostgresServer(programs)
    server.start()
    try:
        for name, application in (("guarded", GUARDED), ("control", UNGUARDED)):
            with tempfile.TemporaryDirectory() as folder:
                url = server.create_database(name)
                _run(f"{name}, PostgreSQL", application, url, Path(folder), options)
    finally:
        server.stop()


def _run(
    title: str,
    application: str,
    url: str,
    folder: Path,
    options: argparse.Namespace,
) -> None:
    if options.only not in title:
        return
    databases.migrate(url, folder)
    outcome = run_races(
        application, url, folder, races=options.races, workers=options.workers
    )
    print(_line(title, outcome), flush=True)
    if outcome.server_errors:
        print(outcome.trouble, flush=True)


def _line(title: str, got: Outcome) -> str:
    return (
        f"{title:22}{got.wins:>6}{got.refused:>6}{got.server_errors:>6}"
        f"{got.others:>7}{got.doubled:>9}{got.overlaps:>10}{got.seconds:>9.1f}"
    )


if __name__ == "__main__":
    main()
