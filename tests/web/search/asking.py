"""How tests ask for a search and read what the answer lets the map draw."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

from werkzeug.test import TestResponse

HERE = {"lat": "52.5384", "lon": "13.4098"}


def address(**values: str) -> str:
    """Return the address of a search round Hanna's street."""
    return f"/?{urlencode({**HERE, **values})}"


def island(response: TestResponse) -> dict[str, object]:
    """Return what the answer gives the map to draw."""
    found = re.search(r'id="map-data">(.*?)</script>', response.text)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data
