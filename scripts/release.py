"""Tags the version of pyproject.toml, after ``make lint`` and ``make test``."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Refuse an unclean tree or a version without changelog, then tag."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True
    )
    if status.stdout.strip():
        sys.exit("Please commit first: the tree is not clean.")
    if f"## {version}" not in (ROOT / "CHANGELOG.md").read_text():
        sys.exit(f"CHANGELOG.md has no section '## {version}'.")
    subprocess.run(
        ["git", "tag", "-a", f"v{version}", "-m", f"Plugbid {version}"],
        cwd=ROOT,
        check=True,
    )
    print(f"Tagged v{version}.")


if __name__ == "__main__":
    main()
