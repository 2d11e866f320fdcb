"""Use cases of chargers: listing, editing, pausing, reading, photos."""

from __future__ import annotations

from app.chargers.domain import Charger, Connector, ListCharger, Photo
from app.chargers.service.importing import Imported, Outcome, import_in
from app.chargers.service.listing import (
    archive_in,
    edit_charger,
    edit_charger_in,
    list_charger,
    list_charger_in,
    pause_in,
    publish_in,
)
from app.chargers.service.photos import add_photo, remove_photo
from app.chargers.service.reading import (
    charger_zones,
    chargers_by_ids,
    chargers_of,
    find_charger,
    get_by_code,
    get_charger,
    get_own_charger,
    lock_in,
    public_points,
)

__all__ = [
    "Charger",
    "Connector",
    "Imported",
    "ListCharger",
    "Outcome",
    "Photo",
    "add_photo",
    "archive_in",
    "charger_zones",
    "chargers_by_ids",
    "chargers_of",
    "edit_charger",
    "edit_charger_in",
    "find_charger",
    "get_by_code",
    "get_charger",
    "get_own_charger",
    "import_in",
    "list_charger",
    "list_charger_in",
    "lock_in",
    "pause_in",
    "public_points",
    "publish_in",
    "remove_photo",
]
