"""What the repository may not contain: addresses in locks, paths, secrets."""

from __future__ import annotations

import re

from tests.house.test_style import ROOT, name_of, tracked


def test_locks_carry_hashes_and_no_addresses() -> None:
    for path in tracked("requirements/*.txt"):
        text = path.read_text()
        pins = re.findall(r"^[a-z0-9][^\s=]*==", text, flags=re.MULTILINE)

        assert "--hash=sha256:" in text
        assert len(pins) > 20
        assert "://" not in text, name_of(path)


def test_npm_locks_carry_no_addresses() -> None:
    for path in tracked("package-lock.json"):
        assert '"resolved"' not in path.read_text()


def test_no_file_names_a_machine_path_or_a_secret() -> None:
    pattern = re.compile(
        r"(?<![\w.])/(?:work|root|home/\w+)/|AKIA[0-9A-Z]{16}"
        r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    )

    guilty = [
        name_of(path)
        for path in tracked("*")
        if "vendor" not in name_of(path)
        and path.suffix in {".py", ".md", ".toml", ".yml", ".json", ".html", ".js", ""}
        and path != ROOT / "tests" / "house" / "test_supply.py"
        and pattern.search(path.read_text(errors="ignore"))
    ]

    assert not guilty
