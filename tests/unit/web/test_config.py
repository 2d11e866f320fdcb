"""Settings fail loudly at the start, and name the variable."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.config import ROOT, VERSION, BadSetting, Settings


def test_an_empty_environment_gives_the_embedded_defaults(tmp_path: Path) -> None:
    settings = Settings.from_env({"INSTANCE_DIR": str(tmp_path / "new")})

    assert settings.is_embedded
    assert settings.database_url.startswith("sqlite:///")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.mqtt_broker_url is None


def test_the_embedded_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = Settings.from_env({"INSTANCE_DIR": str(tmp_path)})
    second = Settings.from_env({"INSTANCE_DIR": str(tmp_path)})

    assert len(first.secret_key) >= 32
    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PLUGBID_MODE": "cloudy"}, "PLUGBID_MODE"),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "-1"}, "PORT"),
        ({"PUBLIC_URL": "plugbid.example"}, "PUBLIC_URL"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"PLUGBID_MODE": "production"}, "DATABASE_URL"),
        (
            {"PLUGBID_MODE": "production", "DATABASE_URL": "sqlite:///x"},
            "SECRET_KEY",
        ),
        ({"TILE_MAX_ZOOM": "٣"}, "TILE_MAX_ZOOM"),
        (
            {
                "PLUGBID_MODE": "production",
                "DATABASE_URL": "sqlite:///x",
                "SECRET_KEY": "k" * 32,
                "CLOCK_SHIFT_S": "60",
            },
            "CLOCK_SHIFT_S",
        ),
        ({"GEOCODER": "google"}, "GEOCODER"),
        ({"GEOCODER": "nominatim"}, "GEOCODER_CONTACT"),
        (
            {
                "GEOCODER": "nominatim",
                "GEOCODER_URL": "https://Nominatim.OpenStreetMap.org/",
            },
            "GEOCODER_CONTACT",
        ),
        ({"GEOCODER": "photon", "GEOCODER_CONTACT": "a\r\nb: c"}, "GEOCODER_CONTACT"),
        ({"GEOCODER": "photon", "GEOCODER_CONTACT": "ä@b.de"}, "GEOCODER_CONTACT"),
        ({"GEOCODER": "photon", "GEOCODER_CONTACT": "x" * 201}, "GEOCODER_CONTACT"),
        *(
            ({"GEOCODER": "photon", "GEOCODER_URL": url}, "GEOCODER_URL")
            for url in (
                "photon.example",
                "http://photon.example",
                "file:///etc/passwd",
                "https://",
                "https://user:secret@photon.example",
                "https://photon.example/?key=1",
                "https://photon.example/#top",
                "https://photon.example:99999",
                "https://[::1",
                "https://photon example",
                "https://phöton.example",
            )
        ),
    ],
)
def test_an_odd_setting_stops_the_start_and_is_named(
    variables: dict[str, str], named: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match=named):
        Settings.from_env({"INSTANCE_DIR": str(tmp_path), **variables})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_the_usual_postgres_addresses_reach_the_driver(
    scheme: str, tmp_path: Path
) -> None:
    settings = Settings.from_env(
        {"DATABASE_URL": f"{scheme}://a:b@db/plugbid", "INSTANCE_DIR": str(tmp_path)}
    )

    assert settings.database_url == "postgresql+psycopg://a:b@db/plugbid"


def test_an_address_with_a_driver_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"DATABASE_URL": "sqlite:////x/y.db", "INSTANCE_DIR": str(tmp_path)}
    )

    assert settings.database_url == "sqlite:////x/y.db"


def test_nobody_is_asked_for_addresses_by_default(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"INSTANCE_DIR": str(tmp_path), "GEOCODER_URL": "https://photon.example"}
    )

    assert (settings.geocoder, settings.geocoder_url) == ("offline", "")


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        (
            {"GEOCODER": "nominatim", "GEOCODER_CONTACT": "ops@plugbid.example"},
            "https://nominatim.openstreetmap.org",
        ),
        ({"GEOCODER": "photon"}, "https://photon.komoot.io"),
        (
            {"GEOCODER": "photon", "GEOCODER_URL": "http://127.0.0.1:2322/"},
            "http://127.0.0.1:2322",
        ),
        (
            {"GEOCODER": "nominatim", "GEOCODER_URL": "https://geo.example:8443/osm"},
            "https://geo.example:8443/osm",
        ),
    ],
)
def test_an_address_service_is_chosen_by_name_and_may_be_the_own_one(
    variables: dict[str, str], url: str, tmp_path: Path
) -> None:
    settings = Settings.from_env({"INSTANCE_DIR": str(tmp_path), **variables})

    assert settings.geocoder_url == url


def test_the_product_names_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION
