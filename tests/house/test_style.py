"""The house rules that a machine can check, over every file of the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_ROUTE_LINES = 25
CLOCK_READERS = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time|clock\.now)\("
)
# Only these may read the clock: what a person, a timer or a message starts.
DOORS = re.compile(
    r"app/(cli/|web/clock|[a-z]+/(routes|session|jobs|worker|mqtt|listeners\w*|supervisor|boxes))"
)


def tracked(*patterns: str) -> list[Path]:
    """Return the repository's files, as git sees them (new ones included)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def sources(*prefixes: str) -> list[Path]:
    """Return the Python files below the given folders."""
    return [
        path
        for path in tracked("*.py")
        if str(path.relative_to(ROOT)).startswith(prefixes)
        and "migrations/versions" not in str(path)
    ]


def name_of(path: Path) -> str:
    """Return the path as the repository writes it."""
    return str(path.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a parsed file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_source_file_is_longer_than_300_lines() -> None:
    files = [*sources("app", "tests", "firmware", "benchmarks", "scripts", "wsgi")]
    files += [path for path in tracked("*.js", "*.css") if "vendor" not in str(path)]

    too_long = {
        name_of(path): count
        for path in files
        if (count := len(path.read_text().splitlines())) > MAX_LINES
    }

    assert not too_long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in sources("app", "tests", "firmware", "benchmarks", "scripts")
        if path.read_text().strip()
        and ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert not silent


def test_public_functions_of_the_core_have_docstrings() -> None:
    silent = []
    for path in sources("app"):
        if "kernel" not in path.parts and "domain" not in name_of(path):
            continue
        for node in functions(ast.parse(path.read_text())):
            if not node.name.startswith("_") and ast.get_docstring(node) is None:
                silent.append(f"{name_of(path)}:{node.name}")

    assert not silent


def test_functions_stay_short() -> None:
    too_long = []
    for path in sources("app"):
        limit = MAX_ROUTE_LINES if "routes" in name_of(path) else MAX_FUNCTION_LINES
        for node in functions(ast.parse(path.read_text())):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > limit:
                too_long.append(f"{name_of(path)}:{node.name} has {length} lines")

    assert not too_long


def test_only_doors_read_the_clock() -> None:
    readers = [
        name_of(path)
        for path in sources("app")
        if CLOCK_READERS.search(path.read_text()) and not DOORS.match(name_of(path))
    ]

    assert not readers


def test_no_own_import_hides_inside_a_function() -> None:
    hidden = []
    for path in sources("app"):
        for node in functions(ast.parse(path.read_text())):
            for inner in ast.walk(node):
                module = getattr(inner, "module", None)
                if isinstance(inner, ast.ImportFrom) and str(module).startswith("app"):
                    hidden.append(f"{name_of(path)}:{inner.lineno}")

    assert not hidden


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_rooms_have_one_name_everywhere(folder: str) -> None:
    rooms = {path.name for path in (ROOT / "app").iterdir() if path.is_dir()}
    shared = {"_layout", "_macros", "base", "vendor", "icons", "fonts"}

    strangers = {
        path.name
        for path in (ROOT / folder).iterdir()
        if path.is_dir() and path.name not in rooms | shared
    }

    assert not strangers


def test_the_map_names_every_folder() -> None:
    described = (ROOT / "docs" / "map.md").read_text()
    folders = {
        name_of(path.parent)
        for path in tracked("app/*.py", "firmware/*.py", "tests/*.py", "scripts/*")
    }

    missing = {
        folder
        for folder in folders
        if folder.count("/") <= 1 and f"`{folder}/`" not in described
    }

    assert not missing
