"""Streets from an address service: asked seldom, kept, and done without if need be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.config import Settings
from app.database import db, writing
from app.kernel.geo import Point
from app.search import service
from app.search.domain import SearchRefused
from app.search.models import GeocodeAnswerRow, GeocodeTurnRow
from app.search.service import addresses
from tests.support import databases
from tests.support.address_server import AddressServer
from tests.web.search.conftest import _atlas_at_hand, unpacked_atlas  # noqa: F401

STREET = "Oranienstr. 12, 10999 Berlin"
BERLIN = Point(52.52, 13.405)

Change = Callable[..., Settings]


def hurry(app: Flask, timeout_s: float) -> None:
    """Give the service less time."""
    settings: Settings = app.extensions["plugbid_settings"]
    app.extensions["plugbid_settings"] = databases.settings_for(
        settings.database_url,
        settings.instance_dir,
        geocoder=settings.geocoder,
        geocoder_url=settings.geocoder_url,
        geocoder_timeout_s=timeout_s,
    )


def center(text: str, now: datetime, point: Point | None = BERLIN) -> service.Center:
    return service.find_center(text=text, point=point, now=now)


def test_a_street_is_found_exactly_and_asked_only_once(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    first = center(STREET, now)
    again = center(f" {STREET.upper()} ", now + timedelta(days=29))

    assert first.name == "Oranienstraße 12, Berlin, Germany"
    assert first.point == Point(52.50017, 13.4234)
    assert first.is_exact
    assert first.note == ""
    assert [other.admin for other in first.others] == ["Oranienburg"]
    assert again == first
    assert len(server.asked) == 1
    assert server.asked[0]["agent"].endswith("(+ops@plugbid.example)")


def test_photon_is_asked_by_setting(
    online_app: Flask, server: AddressServer, now: datetime, tmp_path: Path
) -> None:
    online_app.extensions["plugbid_settings"] = databases.settings_for(
        "sqlite://", tmp_path, geocoder="photon", geocoder_url=server.url
    )

    found = center("350 5th Ave", now)

    assert found.name == "350 5th Avenue, New York, New York, United States"
    assert server.asked[0]["path"] == "/api"
    assert server.asked[0]["agent"].startswith("Plugbid/")


@pytest.mark.parametrize(
    "text", ["Berlin", "Paris, TX", "52.5, 13.4", "N52.5 E13.4", "Kreuzberg, Berlin"]
)
def test_towns_and_coordinates_stay_in_the_house(
    online_app: Flask, server: AddressServer, now: datetime, text: str
) -> None:
    assert center(text, now).is_exact

    assert server.asked == []


def test_without_the_setting_nobody_is_asked(app: Flask, now: datetime) -> None:
    with app.app_context():
        found = center(STREET, now)

        assert found.name == "Berlin, Germany"
        assert found.note.startswith("The built-in map knows no streets")
        assert addresses.online_places(STREET, near=None, now=now) is None
        assert db.session.scalar(select(func.count()).select_from(GeocodeTurnRow)) == 0


@pytest.mark.parametrize(
    "manner", ["html", "huge", "redirect", "busy", "500", "closed", "hang", "drip"]
)
def test_a_service_that_fails_leaves_the_town(
    online_app: Flask, server: AddressServer, now: datetime, manner: str
) -> None:
    server.manner = manner
    hurry(online_app, 0.3 if manner in {"hang", "drip"} else 2.0)

    found = center(STREET, now)

    assert found.name == "Berlin, Germany"
    assert not found.is_exact
    assert found.note.startswith(
        "The address service did not answer; this is the town: Berlin, Germany."
    )
    assert db.session.scalar(select(func.count()).select_from(GeocodeAnswerRow)) == 0


def test_after_a_failure_nobody_asks_for_a_minute(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    server.manner = "500"
    center(STREET, now)
    server.manner = "good"

    in_the_pause = center(STREET, now + timedelta(seconds=58))
    afterwards = center(STREET, now + timedelta(seconds=61))

    assert not in_the_pause.is_exact
    assert afterwards.is_exact
    assert len(server.asked) == 2


def test_a_service_that_names_its_pause_is_left_alone_for_it(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    server.manner = "busy"
    center(STREET, now)
    server.manner = "good"

    center(STREET, now + timedelta(seconds=590))
    assert len(server.asked) == 1
    center(STREET, now + timedelta(seconds=601))
    assert len(server.asked) == 2


def test_a_clock_that_was_turned_back_does_not_silence_the_service(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    center(STREET, now + timedelta(days=3))

    found = center("Oranienstr. 13, Berlin", now)

    assert found.is_exact
    assert len(server.asked) == 2


def test_an_unknown_address_leaves_the_town_and_is_kept_for_a_day(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    server.answer = []

    found = center(STREET, now)
    center(STREET, now + timedelta(hours=23))
    assert len(server.asked) == 1
    center(STREET, now + timedelta(hours=25))

    assert found.name == "Berlin, Germany"
    assert found.note.startswith("The address service does not know this address")
    assert len(server.asked) == 2


def test_what_nobody_knows_is_refused_with_the_reason(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    server.answer = []
    with pytest.raises(SearchRefused, match="no place of this name"):
        center("xyzzyq", now)

    server.manner = "500"
    with pytest.raises(SearchRefused, match="did not answer"):
        center("xyzzyq plugh", now + timedelta(minutes=1))


def test_an_answer_of_another_version_is_asked_again(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    center(STREET, now)
    with writing() as work:
        for row in work.session.scalars(select(GeocodeAnswerRow)):
            row.answer = '[{"old": 1}]'

    found = center(STREET, now + timedelta(seconds=5))

    assert found.is_exact
    assert len(server.asked) == 2


def test_old_answers_go_at_night(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    center(STREET, now)
    server.answer = []
    center("xyzzyq 5, Berlin", now + timedelta(seconds=5))

    def kept() -> int:
        statement = select(func.count()).select_from(GeocodeAnswerRow)
        return db.session.scalar(statement) or 0

    service.forget_old_answers(now=now + timedelta(hours=1))
    assert kept() == 2
    service.forget_old_answers(now=now + timedelta(days=2))
    assert kept() == 1
    service.forget_old_answers(now=now + timedelta(days=2, hours=1))
    service.forget_old_answers(now=now + timedelta(days=31))
    assert kept() == 0


def at_once(app: Flask, texts: list[str], now: datetime) -> list[service.Center]:
    """Search for all these texts at the same instant."""
    found: list[service.Center] = []

    def search(text: str) -> None:
        with app.app_context():
            found.append(center(text, now))

    threads = [threading.Thread(target=search, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_many_at_once_ask_one_after_the_other_and_the_rest_get_the_town(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    texts = [f"Oranienstr. {number}, Berlin" for number in range(1, 9)]

    found = at_once(online_app, texts, now)

    # One is served at once, one waits for its turn, nobody waits longer than that.
    assert sorted(each.is_exact for each in found) == [False] * 6 + [True] * 2
    first, second = (each["at"] for each in server.asked)
    # The turns are 1.1 s apart; what is missing is how late the first one came.
    assert second - first > 0.5


def test_turns_are_more_than_a_second_apart(app: Flask, now: datetime) -> None:
    with app.app_context():
        waits = [
            addresses._claim_turn("photon", now + timedelta(seconds=s))
            for s in (0.0, 0.4, 0.5, 2.2, 2.3)
        ]

    assert waits == pytest.approx([0.0, 0.7, None, 0.0, 1.0])


def test_two_who_ask_the_same_at_once_share_one_answer(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    found = at_once(online_app, [STREET, STREET], now)

    assert [each.is_exact for each in found] == [True, True]
    assert len(server.asked) == 1


def test_the_button_of_an_owner_puts_the_pin_at_the_house(
    online_app: Flask, server: AddressServer
) -> None:
    (place,) = online_app.extensions["plugbid_find_places"](STREET, limit=1)

    assert (place.lat, place.lon) == (52.50017, 13.4234)
    assert "viewbox" not in server.asked[0]["fields"]


def test_a_far_smaller_namesake_is_offered_only_to_those_close_to_it(
    app: Flask, now: datetime
) -> None:
    with app.app_context():
        from_afar = center("Berlin", now)
        from_close = center("Paris", now, Point(33.7, -95.5))

    assert from_afar.name == "Berlin, Germany"
    assert from_afar.others == ()
    labels = [from_close.name, *(each.label for each in from_close.others)]
    assert {"Paris, France", "Paris, Texas, United States"} <= set(labels)
