"""Prints the house as it stands: every room with its lines and what it imports."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print one line a room, from the top floor down."""
    lines: dict[str, int] = defaultdict(int)
    imports: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "app").rglob("*.py")):
        parts = path.relative_to(ROOT / "app").parts
        room = parts[0].removesuffix(".py")
        source = path.read_text()
        lines[room] += len(source.splitlines())
        for node in ast.walk(ast.parse(source)):
            module = getattr(node, "module", None) or ""
            if isinstance(node, ast.ImportFrom) and module.startswith("app."):
                imports[room].add(module.split(".")[1])
    for room in sorted(lines, key=lambda name: (-len(imports[name]), name)):
        below = ", ".join(sorted(imports[room] - {room})) or "nothing"
        print(f"{room:<14}{lines[room]:>6} lines  imports {below}")


if __name__ == "__main__":
    main()
