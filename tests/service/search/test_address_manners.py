"""One visitor, or one odd question, takes the address service from nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from tests.service.search.test_addresses import STREET, center
from tests.support.address_server import AddressServer
from tests.web.search.conftest import _atlas_at_hand, unpacked_atlas  # noqa: F401


def test_one_visitor_leaves_the_service_to_others(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    def ask(address: str, number: int) -> bool:
        at, remote = now + timedelta(seconds=2 * number), {"REMOTE_ADDR": address}
        with online_app.test_request_context(environ_base=remote):
            return center(f"Oranienstr. {number}, Berlin", at).is_exact

    answers = [ask("203.0.113.7", number) for number in range(1, 24)]

    assert answers == [True] * 20 + [False] * 3
    # What is known already is told, and others are served.
    assert ask("203.0.113.7", 1)
    assert ask("203.0.113.8", 30)
    assert len(server.asked) == 21


def test_one_odd_question_silences_the_service_for_nobody(
    online_app: Flask, server: AddressServer, now: datetime
) -> None:
    server.answer = [{"lat": "52.5", "lon": "13.4", "display_name": ""}]
    assert not center(STREET, now).is_exact
    server.answer = None

    assert center("Oranienstr. 13, Berlin", now + timedelta(seconds=2)).is_exact
