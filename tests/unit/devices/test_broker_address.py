"""Where the broker is and who logs in there, as MQTT_BROKER_URL says it."""

from __future__ import annotations

import pytest

from app.config import Settings
from app.devices.provisioning import broker_address, server_account


def settings_with(url: str) -> Settings:
    """Return settings that name this broker."""
    return Settings(database_url="sqlite://", secret_key="s" * 40, mqtt_broker_url=url)


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("mqtt://plug:plain@broker", ("plug", "plain")),
        (
            "mqtts://plug%40bid:p%40ss%3Aw%2Fo%25rd+@broker:8884",
            ("plug@bid", "p@ss:w/o%rd+"),
        ),
        ("mqtt://plug@broker", ("plug", "")),
    ],
)
def test_the_account_is_read_as_addresses_are_written(
    url: str, account: tuple[str, str]
) -> None:
    settings = settings_with(url)

    assert server_account(settings) == account
    assert broker_address(settings).host == "broker"
