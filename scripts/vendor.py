"""Fetches the pinned browser packages into static/vendor, or checks what is there.

`static/vendor/VENDOR.json` is the recipe: each package with its version, license and
the registry's sha512 of the archive, and each committed file with the archive members
it is made of and its sha256. Nothing of an archive is ever run.

    python scripts/vendor.py            fetch, verify the archives, write, verify
    python scripts/vendor.py --pin      the same, then record the new file hashes
    python scripts/vendor.py --check    verify the committed files, without network
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
RECIPE = VENDOR / "VENDOR.json"


class VendorError(Exception):
    """A package or a file is not what the recipe says."""


def read_recipe(folder: Path = VENDOR) -> dict[str, Any]:
    """Return the parsed recipe of a vendor folder."""
    recipe: dict[str, Any] = json.loads((folder / "VENDOR.json").read_text("utf-8"))
    return recipe


def problems(folder: Path = VENDOR) -> list[str]:
    """Return one sentence for each file that is missing, changed or not listed."""
    found = []
    listed = {"VENDOR.json"}
    for package in read_recipe(folder)["packages"]:
        for file in package["files"]:
            listed.add(file["path"])
            path = folder / file["path"]
            if not path.is_file():
                found.append(f"{file['path']} is missing.")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
                found.append(f"{file['path']} does not match its sha256.")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in listed:
            found.append(f"{name} is not listed in VENDOR.json.")
    return found


def fetch(package: dict[str, Any], into: Path) -> Path:
    """Download one package's archive, verify it, and return the unpacked folder.

    :raises VendorError: if the archive is not the pinned one
    """
    name = f"{package['name']}@{package['version']}"
    into.mkdir()
    subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", name], cwd=into, check=True
    )
    (archive,) = into.glob("*.tgz")
    digest = hashlib.sha512(archive.read_bytes()).digest()
    integrity = "sha512-" + base64.b64encode(digest).decode()
    if integrity != package["integrity"]:
        raise VendorError(f"{name} is {integrity}, not {package['integrity']}.")
    with tarfile.open(archive) as tar:
        tar.extractall(into, filter="data")
    return into / "package"


def copy_files(package: dict[str, Any], unpacked: Path, *, pin: bool) -> None:
    """Write the package's files, several members joined by a line break.

    :raises VendorError: if a result does not match its recorded sha256
    """
    for file in package["files"]:
        # htmx and its extensions must be one file: with two deferred scripts the
        # extension sometimes registers after htmx has already started.
        content = b"\n".join((unpacked / member).read_bytes() for member in file["of"])
        digest = hashlib.sha256(content).hexdigest()
        if pin:
            file["sha256"] = digest
        elif digest != file["sha256"]:
            raise VendorError(f"{file['path']} came out as {digest}.")
        target = VENDOR / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def main() -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="verify, do not fetch")
    parser.add_argument("--pin", action="store_true", help="record new file hashes")
    options = parser.parse_args()
    if not options.check:
        recipe = read_recipe()
        with tempfile.TemporaryDirectory() as temporary:
            for number, package in enumerate(recipe["packages"]):
                unpacked = fetch(package, Path(temporary) / str(number))
                copy_files(package, unpacked, pin=options.pin)
                print(f"{package['name']} {package['version']}")
        if options.pin:
            RECIPE.write_text(json.dumps(recipe, indent=2) + "\n", "utf-8")
    found = problems()
    print("\n".join(found) or "Every vendored file matches VENDOR.json.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
