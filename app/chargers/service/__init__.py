"""Use cases of chargers: listing, editing, pausing, reading, photos."""

from __future__ import annotations

from app.chargers.domain import Charger, Connector, ListCharger, Photo
from app.chargers.service.copies import check_copies_in
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
from app.chargers.service.masking import masked
from app.chargers.service.photos import add_photo, remove_photo
from app.chargers.service.public import (
    AddStation,
    PublicStation,
    Stored,
    check_station,
    forget_public_in,
    get_public_station,
    import_public_in,
    public_near,
)
from app.chargers.service.reading import (
    charger_zones,
    chargers_by_ids,
    chargers_of,
    find_charger,
    get_by_code,
    get_charger,
    get_own_charger,
    ids_after,
    lock_in,
    lock_many_in,
    public_points,
)

__all__ = [
    "AddStation",
    "Charger",
    "Connector",
    "Imported",
    "ListCharger",
    "Outcome",
    "Photo",
    "PublicStation",
    "Stored",
    "add_photo",
    "archive_in",
    "charger_zones",
    "check_copies_in",
    "check_station",
    "chargers_by_ids",
    "chargers_of",
    "edit_charger",
    "edit_charger_in",
    "find_charger",
    "forget_public_in",
    "get_by_code",
    "get_charger",
    "get_own_charger",
    "get_public_station",
    "ids_after",
    "import_in",
    "import_public_in",
    "list_charger",
    "list_charger_in",
    "lock_in",
    "lock_many_in",
    "masked",
    "pause_in",
    "public_near",
    "public_points",
    "publish_in",
    "remove_photo",
]
