"""The page with an address service that works, hangs or answers nonsense."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.support import databases
from tests.support.address_server import AddressServer, address_server
from tests.support.checked_client import CheckedClient, HtmxClient

STREET = "/?q=Oranienstr.+12,+10999+Berlin"


@pytest.fixture
def server(app: Flask, database_url: str, tmp_path: Path) -> Iterator[AddressServer]:
    with address_server() as running:
        app.extensions["plugbid_settings"] = databases.settings_for(
            database_url,
            tmp_path,
            geocoder="nominatim",
            geocoder_url=running.url,
            geocoder_timeout_s=1.0,
        )
        yield running


def test_a_street_is_found(client: CheckedClient, server: AddressServer) -> None:
    answer = client.get(STREET)

    assert answer.status_code == 200
    assert "Oranienstraße 12, Berlin, Germany" in answer.text
    assert re.search(r'"center": ?\[52\.50017, ?13\.4234\]', answer.text)
    assert "this is the town" not in answer.text


@pytest.mark.parametrize("manner", ["hang", "html", "500", "busy", "redirect"])
def test_a_service_that_fails_gives_the_town_and_one_sentence(
    client: CheckedClient, hx: HtmxClient, server: AddressServer, manner: str
) -> None:
    server.manner = manner

    page, fragment = client.get(STREET), hx.get(STREET)

    sentence = "The address service did not answer; this is the town: Berlin, Germany."
    for answer in (page, fragment):
        assert answer.status_code == 200
        assert answer.text.count(sentence) == 1
    # The second search came in the pause and did not try again.
    assert len(server.asked) == 1


def test_an_unknown_place_is_refused_beside_the_field(
    client: CheckedClient, server: AddressServer
) -> None:
    server.manner = "500"

    answer = client.get("/?q=xyzzyq")

    assert answer.status_code == 422
    assert "The address service did not answer. Try the town" in answer.text


def test_names_while_typing_are_never_asked_of_a_service(
    client: CheckedClient, server: AddressServer
) -> None:
    (place,) = client.get("/places?q=Oranienstr.+12,+10999+Berlin").get_json()[:1]

    assert place["label"] == "Berlin, Germany"
    assert server.asked == []


def test_a_name_from_outside_is_only_text(
    client: CheckedClient, server: AddressServer
) -> None:
    server.answer = [
        {"lat": "52.5", "lon": "13.4", "display_name": "<script>alert(1)</script>"}
    ]

    answer = client.get("/?q=Oranienstr.+12")

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
