"""Asking an address service: what is sent, what is understood, what is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.kernel.geo import Point
from app.search.places.client import AddressService, plain_text
from app.search.places.host import (
    LONGEST_PAUSE_S,
    USUAL_PAUSE_S,
    NoAnswer,
    OneHost,
    _wanted_pause_s,
)
from app.search.places.online import ask, kept_under
from tests.support.address_server import (
    NOMINATIM_ANSWER,
    PHOTON_ANSWER,
    AddressServer,
    address_server,
)

HERE = Point(52.52081, 13.40945)


@pytest.fixture
def server() -> Iterator[AddressServer]:
    with address_server() as running:
        yield running


@pytest.fixture
def nominatim(server: AddressServer) -> AddressService:
    return AddressService(
        provider="nominatim",
        url=server.url,
        agent="Plugbid/1 (+ops@plugbid.example)",
        timeout_s=2.0,
    )


@pytest.fixture
def photon(nominatim: AddressService) -> AddressService:
    return replace(nominatim, provider="photon")


def test_nominatim_finds_a_house(nominatim: AddressService) -> None:
    first, second = ask(nominatim, "Oranienstr. 12", HERE)

    assert first.label == "Oranienstraße 12, Berlin, Germany"
    assert (first.lat, first.lon) == (52.50017, 13.4234)
    assert first.country_code == "DE"
    assert first.is_exact
    assert second.label == "Oranienstraße 12, Oranienburg, Germany"


def test_photon_finds_a_house(photon: AddressService) -> None:
    (place,) = ask(photon, "350 5th Ave", None)

    assert place.label == "350 5th Avenue, New York, New York, United States"
    assert (place.lat, place.lon) == (40.7484, -73.9857)


def test_the_service_learns_who_asks_and_only_the_region_of_the_map(
    nominatim: AddressService, photon: AddressService, server: AddressServer
) -> None:
    ask(nominatim, " Oranienstr.\t12\x00 ", HERE)
    ask(photon, "Oranienstr. 12", HERE)

    by_nominatim, by_photon = server.asked
    assert by_nominatim["path"] == "/search"
    assert by_nominatim["agent"] == "Plugbid/1 (+ops@plugbid.example)"
    assert by_nominatim["fields"] == {
        "q": "Oranienstr. 12",
        "format": "json",
        "limit": "5",
        "viewbox": "12.9,52.0,13.9,53.0",
        "addressdetails": "1",
        "accept-language": "en",
    }
    assert by_photon["path"] == "/api"
    assert by_photon["fields"] == {
        "q": "Oranienstr. 12",
        "limit": "5",
        "lang": "en",
        "lat": "52.5",
        "lon": "13.4",
    }


@pytest.mark.parametrize("corner", [Point(90, 180), Point(-90, -180), Point(0, 0)])
def test_the_corners_of_the_earth_can_be_asked_about(
    nominatim: AddressService, photon: AddressService, corner: Point
) -> None:
    assert ask(nominatim, "Main Street", corner)
    assert ask(photon, "Main Street", corner)


def test_a_service_below_a_path_is_asked_there(
    nominatim: AddressService, server: AddressServer
) -> None:
    ask(replace(nominatim, url=f"{server.url}/geo/nominatim"), "Oranienstr. 12", None)

    assert server.asked[0]["path"] == "/geo/nominatim/search"


@pytest.mark.parametrize(
    "manner",
    [
        "html",
        "huge",
        "redirect",
        "busy",
        "closed",
        "not-http",
        "201",
        "301",
        "401",
        "403",
        "404",
        "500",
        "503",
    ],
)
@pytest.mark.parametrize("provider", ["nominatim", "photon"])
def test_a_misbehaving_service_gave_no_answer(
    nominatim: AddressService, server: AddressServer, manner: str, provider: str
) -> None:
    server.manner = manner

    with pytest.raises(NoAnswer):
        ask(replace(nominatim, provider=provider), "Oranienstr. 12", HERE)

    assert len(server.asked) == 1


@pytest.mark.parametrize("manner", ["hang", "drip", "drip-head"])
def test_a_service_that_hangs_is_left_in_time(
    nominatim: AddressService, server: AddressServer, manner: str
) -> None:
    server.manner = manner
    begun = time.monotonic()

    with pytest.raises(NoAnswer):
        ask(replace(nominatim, timeout_s=0.3), "Oranienstr. 12", HERE)

    # Far below the 20 s for which the server would go on.
    assert time.monotonic() - begun < 10


def test_nobody_at_the_other_end_is_no_answer(nominatim: AddressService) -> None:
    with address_server() as gone:
        url = gone.url

    with pytest.raises(NoAnswer):
        ask(replace(nominatim, url=url), "Oranienstr. 12", HERE)


def test_a_service_that_asks_for_patience_gets_it(
    nominatim: AddressService, server: AddressServer
) -> None:
    server.manner = "busy"

    with pytest.raises(NoAnswer) as silence:
        ask(nominatim, "Oranienstr. 12", HERE)

    assert silence.value.pause_s == 600
    assert _wanted_pause_s("Wed, 21 Oct 2026 07:28:00 GMT") == LONGEST_PAUSE_S
    assert _wanted_pause_s("soon") == _wanted_pause_s(None) == 0
    assert NoAnswer("x", 1).pause_s == USUAL_PAUSE_S
    assert NoAnswer("x", 10**9).pause_s == LONGEST_PAUSE_S


@pytest.mark.parametrize(
    "answer",
    [
        {},
        "",
        0,
        False,
        "sorry",
        {"error": "Bandwidth limit exceeded"},
        [1, 2],
        [{}],
        [{"lat": "x", "lon": "y", "display_name": "z"}],
        [{"lat": "95", "lon": "13", "display_name": "z"}],
        [{"lat": "NaN", "lon": "13", "display_name": "z"}],
        [{"display_name": "a place without coordinates"}],
        [{"lat": "52.5", "lon": "13.4", "display_name": ""}],
        [{"lat": "52.5", "lon": "13.4", "address": [7]}],
        [[[[[]]]]],
        {"features": 7},
        {"features": [{"geometry": None, "properties": {}}]},
    ],
)
@pytest.mark.parametrize("provider", ["nominatim", "photon"])
def test_what_makes_no_sense_is_no_answer(
    nominatim: AddressService, server: AddressServer, answer: Any, provider: str
) -> None:
    server.answer = answer

    with pytest.raises(NoAnswer):
        ask(replace(nominatim, provider=provider), "Oranienstr. 12", HERE)


def test_an_empty_list_says_that_there_is_no_such_place(
    nominatim: AddressService, photon: AddressService, server: AddressServer
) -> None:
    server.answer = []
    assert ask(nominatim, "Zzyzx 1", HERE) == ()

    server.answer = {**PHOTON_ANSWER, "features": []}
    assert ask(photon, "Zzyzx 1", HERE) == ()


def test_a_text_the_service_does_not_take_is_no_place(
    nominatim: AddressService, server: AddressServer
) -> None:
    server.manner = "400"

    assert ask(nominatim, "Oranienstr. 12", HERE) == ()


def test_one_broken_result_does_not_spoil_the_others(
    nominatim: AddressService, server: AddressServer
) -> None:
    server.answer = [{"display_name": "nowhere"}, NOMINATIM_ANSWER[1]]

    assert len(ask(nominatim, "Oranienstr. 12", HERE)) == 1


@pytest.mark.parametrize(
    ("address", "display_name", "label"),
    [
        ({"road": "Kärntner Straße", "city": "Vienna"}, "", "Kärntner Straße, Vienna"),
        ({"city": "Lyon"}, "Lyon, France", "Lyon"),
        ({}, "Brandenburger Tor, Berlin", "Brandenburger Tor"),
        (
            {"house_number": 5, "road": "High Street", "country_code": "gb"},
            "",
            "5 High Street",
        ),
        ({"road": "x" * 500}, "", "x" * 80),
        ({"road": "a\n\u202eb\x1b[0m"}, "", "a b [0m"),
    ],
)
def test_a_result_is_called_as_people_write_it(
    nominatim: AddressService,
    server: AddressServer,
    address: dict[str, Any],
    display_name: str,
    label: str,
) -> None:
    server.answer = [
        {"lat": "1", "lon": "2", "display_name": display_name, "address": address}
    ]

    (place,) = ask(nominatim, "somewhere", None)

    assert place.label == label


def test_spellings_that_mean_the_same_share_an_answer() -> None:
    assert kept_under(" MAIN  street,5", HERE) == kept_under("Main Street , 5", HERE)
    assert kept_under("Main Street 5", HERE) == kept_under(
        "Main Street 5", Point(52.54, 13.38)
    )
    assert kept_under("Main Street 5", HERE) != kept_under(
        "Main Street 5", Point(52.7, 13.1)
    )
    assert kept_under("Main Street 5", HERE) != kept_under("Main Street 5", None)
    assert kept_under("东京都", HERE) != kept_under("大阪市", HERE)


@pytest.mark.parametrize("text", ["ﷺ" * 500, "\x00\ud800" * 90, "İ" * 300, ""])
def test_any_text_has_a_key_that_the_table_can_hold(text: str) -> None:
    key = kept_under(text, Point(-90, -180))

    assert len(key) <= 160
    assert key.encode().isascii() or key.isprintable()
    assert len(plain_text(text)) <= 120


def test_no_other_host_is_ever_asked(server: AddressServer) -> None:
    host = OneHost("https://geo.example/api")

    for url in (server.url, "https://geo.example/apis", "https://geo.example.org/api/"):
        with pytest.raises(NoAnswer):
            host.get_json(url, timeout=1, headers={})

    assert server.asked == []
