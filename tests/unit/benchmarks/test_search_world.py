"""The search benchmark's worlds are the same each time, and its truth is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.kernel.geo import Point, distance_m
from app.search import atlas
from benchmarks import search_places
from benchmarks.load_postgres import load_postgres
from benchmarks.load_sqlite import load_sqlite
from benchmarks.search_checks import difference
from benchmarks.search_oracle import Oracle
from benchmarks.search_product import LIMIT, product
from benchmarks.search_questions import Question, make_questions
from benchmarks.search_rivals import plain_sqlite
from benchmarks.search_store import dsn_of, file_of, fingerprint
from benchmarks.search_tables import rows_of
from benchmarks.search_world import EXPIRED, World, make_world
from tests.support import databases
from tests.support.postgres import PostgresServer

COUNT = 1_500
_COUNTRIES = """country_code,station_count,fast_station_share
US,40,0.2
DE,30,0.2
JP,5,0.3
FJ,5,0.1
AU,20,0.5
"""
_STATIONS = """Fuel Type Code,Latitude,Longitude
ELEC,42.6526,-73.7562
ELEC,42.8142,-73.9396
CNG,40.1,-74.1
ELEC,40.7128,-74.0060
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    atlas.unpack(folder)
    return folder


@pytest.fixture(autouse=True)
def made_up_weights(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The benchmark's own data are not part of the project."""
    for name, content in (("COUNTRIES", _COUNTRIES), ("STATIONS", _STATIONS)):
        path = folder / f"{name}.csv"
        path.write_text(content)
        monkeypatch.setattr(search_places, name, path)


def _world(folder: Path, count: int = COUNT, seed: int = 1) -> World:
    return make_world(count, seed, folder)


def _questions(world: World) -> list[Question]:
    return [
        question
        for where in ("mixed", "dense")
        for radius_m in (5_000, 25_000)
        for question in make_questions(
            world, 15, where=where, radius_m=radius_m, seed=7
        )
    ]


def test_a_seed_makes_the_same_world_again_and_another_seed_another(
    folder: Path,
) -> None:
    first, again, other = _world(folder), _world(folder), _world(folder, seed=2)

    assert fingerprint(first) == fingerprint(again) != fingerprint(other)
    assert _questions(first) == _questions(again) != _questions(other)


def test_a_small_world_is_a_piece_of_a_larger_one(folder: Path) -> None:
    small, large = _world(folder, 500), _world(folder, 900)

    points = [
        set(zip(w.lat.tolist(), w.lon.tolist(), strict=True)) for w in (small, large)
    ]
    assert points[0] < points[1]


def test_no_two_claims_of_a_charger_overlap(folder: Path) -> None:
    world = _world(folder)

    ends = world.claim_first + world.claim_slots
    assert (ends[:, :-1] <= world.claim_first[:, 1:]).all()
    assert set(np.unique(world.claim_kind)) == {0, 1, EXPIRED}


def test_the_grid_of_the_lower_bound_finds_what_the_scan_finds(folder: Path) -> None:
    world = _world(folder)
    oracle = Oracle(world)

    for question in _questions(world):
        truth = oracle.everything(question)
        assert oracle.nearest(question).ids.tolist() == truth.ids[:LIMIT].tolist()


def test_the_truth_measures_as_the_product_does(folder: Path) -> None:
    world = _world(folder)
    question = _questions(world)[-1]

    truth = Oracle(world).everything(question)

    center = Point(question.lat, question.lon)
    for charger_id, away_m in zip(truth.ids, truth.distance_m, strict=True):
        point = Point(world.lat[charger_id - 1], world.lon[charger_id - 1])
        assert away_m == pytest.approx(distance_m(center, point), abs=1e-6)


def test_a_wrong_answer_is_told_from_a_right_one(folder: Path) -> None:
    world = _world(folder)
    oracle = Oracle(world)
    question = next(q for q in _questions(world) if len(oracle.everything(q).ids) > 3)
    right = oracle.everything(question).ids[:LIMIT].tolist()

    assert difference(right, oracle, question, LIMIT) == ""
    assert difference(right[:-1], oracle, question, LIMIT)
    assert difference([*right[1:], right[0]], oracle, question, LIMIT)
    assert difference([*right[:-1], right[0]], oracle, question, LIMIT)
    assert difference([*right[:-1], COUNT + 1], oracle, question, LIMIT)


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_product_answers_like_the_scan_of_every_charger(
    name: str, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    world = _world(folder)
    oracle = Oracle(world)
    url = f"sqlite:///{tmp_path / 'plugbid.db'}"
    if name == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database("search_world")
    databases.migrate(url, tmp_path)
    _load(url, world)

    with product(url, tmp_path) as ways:
        found = [
            (title, question, difference(way(question), oracle, question, LIMIT))
            for title, way in ways.items()
            for question in _questions(world)
        ]

    assert [each for each in found if each[2]] == []
    assert any(len(oracle.nearest(each[1]).ids) == LIMIT for each in found)


def test_the_plain_index_is_asked_the_same(folder: Path, tmp_path: Path) -> None:
    world = _world(folder)
    oracle = Oracle(world)
    url = f"sqlite:///{tmp_path / 'plugbid.db'}"
    databases.migrate(url, tmp_path)
    _load(url, world)

    ask = plain_sqlite(file_of(url), world, oracle)

    for question in _questions(world):
        # It measures on a plane, so only those on the rim may differ.
        truth = set(oracle.nearest(question).ids.tolist())
        assert len(truth ^ set(ask(question))) <= 0.1 * len(truth) + 2


def _load(url: str, world: World) -> None:

    if url.startswith("sqlite"):
        load_sqlite(str(file_of(url)), rows_of(world))
    else:
        load_postgres(dsn_of(url), rows_of(world))
