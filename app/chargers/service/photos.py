"""Adds photos to a charger's place and takes them away again."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.chargers.domain import small_key
from app.chargers.models import LocationRow, PhotoRow
from app.chargers.pictures import PhotoRefused, Picture, reencoded
from app.chargers.service.reading import get_own_charger
from app.database import writing
from app.kernel.errors import NotFound
from app.web import storage

MAX_PHOTOS = 8


def add_photo(*, owner_id: int, charger_id: int, content: bytes, now: datetime) -> str:
    """Add a photo to the owner's charger, re-encoded; return its key.

    :raises PhotoRefused: if the file is no acceptable photo, or there are enough
    :raises NotFound: if there is no such charger, or it is somebody else's
    """
    charger = get_own_charger(owner_id=owner_id, charger_id=charger_id)
    # Decoding is slow, so no transaction is open while it runs.
    picture = reencoded(content)
    key = f"{secrets.token_hex(16)}.jpg"
    stored = {key: picture.content, small_key(key): picture.small}
    try:
        for name, file in stored.items():
            storage.put(name, file)
        with writing() as work:
            _insert(work.session, charger.location_id, key, picture, now)
    except BaseException:
        for name in stored:
            storage.remove(name)
        raise
    return key


def remove_photo(*, owner_id: int, charger_id: int, key: str, now: datetime) -> None:
    """Take a photo of the owner's charger away, from the disk as well.

    :raises NotFound: if the owner's charger has no such photo
    """
    charger = get_own_charger(owner_id=owner_id, charger_id=charger_id)
    with writing() as work:
        gone = work.session.execute(
            delete(PhotoRow)
            .where(
                PhotoRow.location_id == charger.location_id,
                PhotoRow.storage_key == key,
            )
            .returning(PhotoRow.id)
        ).first()
        if gone is None:
            raise NotFound
        _touch(work.session, charger.location_id, now)
    storage.remove(key)
    storage.remove(small_key(key))


def _insert(
    session: Session, location_id: int, key: str, picture: Picture, now: datetime
) -> None:
    _touch(session, location_id, now)
    count, last = session.execute(
        select(func.count(), func.max(PhotoRow.position)).where(
            PhotoRow.location_id == location_id
        )
    ).one()
    if count >= MAX_PHOTOS:
        raise PhotoRefused(f"A charger has at most {MAX_PHOTOS} photos.")
    session.execute(
        insert(PhotoRow).values(
            location_id=location_id,
            storage_key=key,
            width_px=picture.width_px,
            height_px=picture.height_px,
            position=0 if last is None else last + 1,
        )
    )


def _touch(session: Session, location_id: int, now: datetime) -> None:
    # Changing the location first makes a second upload wait for this one.
    session.execute(
        update(LocationRow).where(LocationRow.id == location_id).values(updated_at=now)
    )
