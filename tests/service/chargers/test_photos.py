"""Photos of a place: stored whole or not at all, and only by its owner."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.service import Person
from app.chargers import service as chargers
from app.chargers.domain import small_key
from app.chargers.models import PhotoRow
from app.chargers.pictures import PhotoRefused
from app.chargers.service import photos
from app.database import db
from app.kernel.errors import NotFound
from app.web import storage
from tests.support.factories_chargers import make_charger
from tests.support.pictures import HTML, photo, png_bomb


def files(tmp_path: Path) -> list[str]:
    folder = tmp_path / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(PhotoRow)) or 0


def test_photos_stand_in_the_order_they_came_with_their_size(
    in_app: Flask, hanna: Person, now: datetime
) -> None:
    charger = make_charger(hanna, now=now)
    add = {"owner_id": hanna.id, "charger_id": charger.id, "now": now}

    first = chargers.add_photo(**add, content=photo((2000, 1000)))
    second = chargers.add_photo(**add, content=photo((300, 400)))

    shown = chargers.get_charger(charger.id).photos
    assert [(each.key, each.width_px, each.height_px) for each in shown] == [
        (first, 1600, 800),
        (second, 300, 400),
    ]
    assert (
        storage.get(first)[:3] == storage.get(small_key(first))[:3] == b"\xff\xd8\xff"
    )


def test_a_removed_photo_is_gone_from_page_and_disk(
    in_app: Flask, hanna: Person, now: datetime, tmp_path: Path
) -> None:
    charger = make_charger(hanna, now=now)
    mine = {"owner_id": hanna.id, "charger_id": charger.id, "now": now}
    key = chargers.add_photo(**mine, content=photo())
    kept = chargers.add_photo(**mine, content=photo())

    chargers.remove_photo(**mine, key=key)

    assert [each.key for each in chargers.get_charger(charger.id).photos] == [kept]
    assert files(tmp_path) == sorted([kept, small_key(kept)])
    with pytest.raises(NotFound):
        chargers.remove_photo(**mine, key=key)


@pytest.mark.parametrize(
    "content", [HTML, photo()[:200], png_bomb(), photo() + bytes(30 * 2**20)]
)
def test_a_refused_file_leaves_neither_row_nor_file(
    in_app: Flask, hanna: Person, now: datetime, tmp_path: Path, content: bytes
) -> None:
    charger = make_charger(hanna, now=now)

    with pytest.raises(PhotoRefused):
        chargers.add_photo(
            owner_id=hanna.id, charger_id=charger.id, content=content, now=now
        )

    assert (rows(), files(tmp_path)) == (0, [])


def test_a_ninth_photo_is_refused_and_its_file_removed(
    in_app: Flask,
    hanna: Person,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photos, "MAX_PHOTOS", 1)
    charger = make_charger(hanna, now=now)
    add = {"owner_id": hanna.id, "charger_id": charger.id, "now": now}
    chargers.add_photo(**add, content=photo())

    with pytest.raises(PhotoRefused, match="at most 1 photos"):
        chargers.add_photo(**add, content=photo())

    assert (rows(), len(files(tmp_path))) == (1, 2)


def test_nell_may_neither_add_nor_remove_photos_of_hannas_charger(
    in_app: Flask, hanna: Person, nell: Person, now: datetime, tmp_path: Path
) -> None:
    charger = make_charger(hanna, now=now)
    others = make_charger(nell, now=now)
    key = chargers.add_photo(
        owner_id=hanna.id, charger_id=charger.id, content=photo(), now=now
    )

    with pytest.raises(NotFound):
        chargers.add_photo(
            owner_id=nell.id, charger_id=charger.id, content=photo(), now=now
        )
    for charger_id in (charger.id, others.id):
        with pytest.raises(NotFound):
            chargers.remove_photo(
                owner_id=nell.id, charger_id=charger_id, key=key, now=now
            )

    assert (rows(), len(files(tmp_path))) == (1, 2)
