"""The firmware compiles for the chip, stays small, and knows no pin in its library."""

import ast
import subprocess
from pathlib import Path

import pytest
from board import cred_store
from build import build, modules, shorten

from tests.firmware.box import MICROPYTHON, ROOT

LIB_BUDGET_BYTES = 24 * 1024


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything compiled by mpy-cross."""
    return build(tmp_path_factory.mktemp("mpy"))


def test_every_module_compiles_and_the_library_keeps_its_budget(built: Path) -> None:
    made = {path.relative_to(built).with_suffix(".py") for path in built.rglob("*.mpy")}

    assert made == set(modules())
    assert sum(p.stat().st_size for p in built.glob("lib/*.mpy")) < LIB_BUDGET_BYTES


def test_nothing_is_compiled_twice(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}

    build(built)

    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before


def test_names_become_short_and_lines_stay_in_place() -> None:
    source = "_LONG = 1\n\nclass A:\n    def _go(self, _x):\n        return self._go\n"

    short = shorten(source + "def __init__(): return '_go'  # _go\nfor _ in _y: pass\n")

    assert short.splitlines() == [
        "_a = 1",
        "",
        "class A:",
        "    def _b(self, _c):",
        "        return self._b",
        "def __init__(): return '_go'  # _go",
        "for _ in _d: pass",
    ]


def test_names_that_hide_in_strings_are_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        shorten('a = 1\nb = f"{_a}"\n')


def test_no_module_uses_a_private_name_of_another() -> None:
    for module in modules():
        tree = ast.parse((ROOT / "firmware" / module).read_text())
        stored = set()
        used = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                name, made = node.attr, isinstance(node.ctx, ast.Store)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name, made = node.name, True
            else:
                continue
            (stored if made else used).add(name)
        private = {n for n in used if n[0] == "_" and n[:2] != "__"}
        assert private <= stored, module


def test_the_library_imports_neither_pins_nor_radio() -> None:
    strange = {}
    for module in modules():
        if module.parts[0] != "lib":
            continue
        for node in ast.walk(ast.parse((ROOT / "firmware" / module).read_text())):
            names = [alias.name for alias in getattr(node, "names", [])]
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            elif not isinstance(node, ast.Import):
                continue
            for name in names:
                if name.split(".")[0] in {"machine", "network", "esp32", "board"}:
                    strange[str(module)] = name

    assert strange == {}


def test_the_virtual_machine_imports_the_compiled_library_in_96_kib(
    built: Path,
) -> None:
    program = f"import sys; sys.path.insert(0, '{built}'); import lib.app; print('ok')"
    command = [str(MICROPYTHON), "-X", "heapsize=96k", "-c", program]

    done = subprocess.run(command, capture_output=True, text=True, timeout=30)

    assert done.stdout.strip() == "ok", done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--home DIR is needed"),
        (["--home", "{home}"], "no cred.json"),
        (["--hom", "x"], "unknown argument: --hom"),
    ],
)
def test_wrong_arguments_are_explained(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    words = [word.format(home=tmp_path) for word in arguments]
    command = [str(MICROPYTHON), "-X", "heapsize=96k", "firmware/main.py", *words]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert complaint in done.stdout + done.stderr
    assert done.returncode != 0


def test_credentials_survive_a_damaged_copy() -> None:
    old = cred_store.pack({"dev": "pb-old"}, 1)
    new = cred_store.pack({"dev": "pb-new"}, 2)
    blank = b"\xff" * 64

    assert cred_store.newest([old, new + blank]) == {"dev": "pb-new"}
    assert cred_store.newest([old, new[:-6]]) == {"dev": "pb-old"}
    assert cred_store.newest([blank, b"PBC1"]) is None
