"""The vendored browser files are exactly the ones their recipe names."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "vendor_script", ROOT / "scripts" / "vendor.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copied(tmp_path: Path, vendor: ModuleType) -> Path:
    folder = tmp_path / "vendor"
    shutil.copytree(vendor.VENDOR, folder)
    return folder


def test_every_vendored_file_matches_its_hash(vendor: ModuleType) -> None:
    assert vendor.problems() == []


def test_a_changed_file_is_noticed(vendor: ModuleType, copied: Path) -> None:
    script = copied / "htmx-4.0.1.min.js"
    script.write_bytes(script.read_bytes() + b" ")

    assert vendor.problems(copied) == ["htmx-4.0.1.min.js does not match its sha256."]


def test_a_missing_and_an_unlisted_file_are_noticed(
    vendor: ModuleType, copied: Path
) -> None:
    (copied / "leaflet-1.9.4" / "leaflet.js").unlink()
    (copied / "stray.js").write_text("1")

    assert vendor.problems(copied) == [
        "leaflet-1.9.4/leaflet.js is missing.",
        "stray.js is not listed in VENDOR.json.",
    ]


def test_every_package_names_version_license_and_archive(vendor: ModuleType) -> None:
    packages = vendor.read_recipe()["packages"]

    assert packages
    for package in packages:
        assert package["version"]
        assert package["license"]
        assert package["integrity"].startswith("sha512-")
        assert any("LICENSE" in file["path"] for file in package["files"])
