"""Headless Chromium from the system's packages, driven by Playwright."""

from __future__ import annotations

import shutil
from typing import Any

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def chromium_options(*extra: str) -> dict[str, Any]:
    """Return what Playwright needs to start the system's Chromium quietly."""
    return {"executable_path": find_chromium(), "args": [*QUIET, *extra]}


def as_camera(frame: Any, path: Any) -> list[str]:
    """Write one picture as a video file and return the flags that make it a camera.

    :param frame: a Pillow image; scaled to 640x480
    :param path: where to write the file, ending in ``.mjpeg``
    """
    picture = frame.convert("RGB").resize((640, 480))
    with open(path, "wb") as file:
        for _ in range(40):
            picture.save(file, "JPEG", quality=92)
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
