"""Finding places by name in the built-in atlas."""

from __future__ import annotations

import sqlite3

import pytest

from app.kernel.geo import Point, distance_m
from app.search.places.coordinates import parse_coordinates
from app.search.places.folding import fold
from app.search.places.geocode import LONGEST_QUERY, find_places


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Copenhagen", "Copenhagen, Denmark"),
        ("København", "Copenhagen, Denmark"),
        ("kobenhavn", "Copenhagen, Denmark"),
        ("Munich", "Munich, Germany"),
        ("München", "Munich, Germany"),
        ("Muenchen", "Munich, Germany"),
        ("Wien", "Vienna, Austria"),
        ("Den Haag", "The Hague, The Netherlands"),
        ("Gdansk", "Gdańsk, Poland"),
        ("Frankfurt", "Frankfurt am Main, Germany"),
        ("New York", "New York City, New York, United States"),
        ("NYC", "New York City, New York, United States"),
        ("Hallstatt", "Hallstatt, Austria"),
        ("st. moritz", "St. Moritz, Switzerland"),
        ("  copenhagen  ", "Copenhagen, Denmark"),
    ],
)
def test_a_place_is_found_in_any_usual_spelling(
    atlas: sqlite3.Connection, typed: str, meant: str
) -> None:
    place = find_places(typed, source=atlas)[0]

    assert place.label == meant
    assert place.is_exact


def test_the_beginning_of_a_name_is_enough(atlas: sqlite3.Connection) -> None:
    assert find_places("copenh", source=atlas)[0].name == "Copenhagen"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Paris", "Paris, France"),
        ("Paris, FR", "Paris, France"),
        ("Paris, FRA", "Paris, France"),
        ("Paris, France", "Paris, France"),
        ("Paris, TX", "Paris, Texas, United States"),
        ("London, Ontario", "London, Ontario, Canada"),
        ("Newcastle NSW", "Newcastle, New South Wales, Australia"),
        ("Freiburg, Schweiz", "Fribourg, Switzerland"),
        ("Valencia, España", "Valencia, Spain"),
        ("Paris, Texas", "Paris, Texas, United States"),
        ("Paris TX", "Paris, Texas, United States"),
        ("Springfield, IL", "Springfield, Illinois, United States"),
        ("Cambridge, MA, USA", "Cambridge, Massachusetts, United States"),
        ("Cambridge, UK", "Cambridge, United Kingdom"),
    ],
)
def test_a_country_or_state_says_which(
    atlas: sqlite3.Connection, typed: str, meant: str
) -> None:
    assert find_places(typed, source=atlas)[0].label == meant


def test_a_city_says_which_district(atlas: sqlite3.Connection) -> None:
    place = find_places("Kreuzberg, Berlin", source=atlas)[0]

    assert distance_m(Point(place.lat, place.lon), Point(52.5, 13.4)) < 5_000


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Havnegade 12, 1058 København K", "Copenhagen"),
        ("Havnegade 12 København", "Copenhagen"),
        ("Oranienstr. 12, 10999 Berlin", "Berlin"),
        ("350 5th Ave, New York, NY 10118", "New York City"),
    ],
)
def test_an_address_gives_its_town_and_says_so(
    atlas: sqlite3.Connection, typed: str, meant: str
) -> None:
    place = find_places(typed, source=atlas)[0]

    assert place.name == meant
    assert not place.is_exact


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("München Hauptbahnhof", "Munich, Germany"),
        ("Hauptbahnhof München", "Munich, Germany"),
        ("Alexanderplatz Berlin", "Berlin, Germany"),
        ("Bahnhof Altona Hamburg", "Hamburg, Germany"),
        ("5th Avenue New York", "New York City, New York, United States"),
        ("Rue de Rivoli Paris", "Paris, France"),
        ("Gare du Nord Paris", "Paris, France"),
        ("Plaza Mayor Madrid", "Madrid, Spain"),
        ("10 Downing Street London", "London, United Kingdom"),
        ("Berlin Hauptstraße 5", "Berlin, Germany"),
        ("Hamburg Airport", "Hamburg, Germany"),
        ("Broadway, New York", "New York City, New York, United States"),
        ("Main Street 5, Springfield, IL", "Springfield, Illinois, United States"),
        ("350 5th Ave, New York NY 10118", "New York City, New York, United States"),
        ("Hallstatt, Oberösterreich", "Hallstatt, Austria"),
        ("Seestraße 12 4830 Hallstatt", "Hallstatt, Austria"),
        ("Seestraße 12, Hallstatt", "Hallstatt, Austria"),
        ("Toronto ON M5V 2T6", "Toronto, Ontario, Canada"),
        ("Main St, LA", "Los Angeles, California, United States"),
        ("Drop, Copenhagen", "Copenhagen, Denmark"),
    ],
)
def test_a_piece_of_an_address_stands_for_it_only_as_a_town(
    atlas: sqlite3.Connection, typed: str, meant: str
) -> None:
    place = find_places(typed, source=atlas)[0]

    assert place.label == meant
    assert not place.is_exact


@pytest.mark.parametrize(
    "typed",
    [
        *("Main Street 5", "5 Main Street", "Main Street 12345", "1500 Broadway"),
        *("'; DROP TABLE evse;--", "select * from users", "<script>alert(1)</script>"),
        *("asdf qwer", "Hauptstraße 5", "Hauptstraße", "5th Avenue", "the hotel"),
        *("London Road 5", "London Road", "Via Roma 1", "Via Roma", "Rue de Rivoli"),
        *("Avenue de Paris", "Via del Corso", "Foo 5, UK", "Foo 5, Germany", "!? 5"),
    ],
)
def test_a_street_without_town_is_not_guessed(
    atlas: sqlite3.Connection, typed: str
) -> None:
    assert find_places(typed, source=atlas) == ()


def test_two_words_of_a_name_may_be_cut_before_a_state(
    atlas: sqlite3.Connection,
) -> None:
    assert find_places("San Fran CA", source=atlas)[0].name == "San Francisco"


def test_an_unknown_qualifier_does_not_hide_the_place(
    atlas: sqlite3.Connection,
) -> None:
    place = find_places("Copenhagen, Zzyzx", source=atlas)[0]

    assert place.name == "Copenhagen"
    assert not place.is_exact


def test_the_nearer_of_two_names_comes_first(atlas: sqlite3.Connection) -> None:
    paris = Point(48.85, 2.35)

    near = find_places("Saint-Denis", near=paris, source=atlas)
    far = find_places("Saint-Denis", source=atlas)

    assert near[0].label == "Saint-Denis, France"
    assert far[0].label == "Saint-Denis, Reunion"


@pytest.mark.parametrize("typed", ["", "  ", ",,", "ⴰⵣⵓⵍ", "xyzzyq", "%", "'; --"])
def test_what_is_no_place_finds_nothing(atlas: sqlite3.Connection, typed: str) -> None:
    assert find_places(typed, source=atlas) == ()


def test_an_endless_text_is_cut_and_answered(atlas: sqlite3.Connection) -> None:
    assert find_places("a " * 5000, source=atlas, limit=3) is not None
    assert LONGEST_QUERY < 200


def test_the_limit_is_kept(atlas: sqlite3.Connection) -> None:
    assert len(find_places("Springfield", source=atlas, limit=3)) == 3
    assert find_places("Springfield", source=atlas, limit=0) == ()


def test_a_place_is_listed_once(atlas: sqlite3.Connection) -> None:
    places = find_places("Springfield", source=atlas, limit=20)

    assert len({(place.label, place.lat, place.lon) for place in places}) == len(places)


@pytest.mark.parametrize(
    ("typed", "point"),
    [
        ("55.67, 12.57", Point(55.67, 12.57)),
        ("55.67 12.57", Point(55.67, 12.57)),
        ("-33.9;151.2", Point(-33.9, 151.2)),
        ("33.9S 18.4E", Point(-33.9, 18.4)),
        ("N55.67, W12.57", Point(55.67, -12.57)),
        ("geo:55.67,12.57", Point(55.67, 12.57)),
        ("55,67 12,57", Point(55.67, 12.57)),
        ("55,67; -12,57", Point(55.67, -12.57)),
        ("55° N, 12.5° w", Point(55.0, -12.5)),
        ("-33.9S 18E", Point(33.9, 18.0)),
        ("55°30'N 12°15'E", Point(55.5, 12.25)),
        ("33° 54′ 36″ S, 18°30′0″ E", Point(-33.91, 18.5)),  # noqa: RUF001
        ("10°0'0.36\"s 20°0'W", Point(-10.0001, -20.0)),
    ],
)
def test_coordinates_are_a_place(
    atlas: sqlite3.Connection, typed: str, point: Point
) -> None:
    (place,) = find_places(typed, source=atlas)

    assert (place.lat, place.lon) == (point.lat, point.lon)


@pytest.mark.parametrize(
    "typed",
    [
        *("95.0, 12.0", "55.0, 200.0", "55.67", "a, b", "1 2 3"),
        *("91°0'N 12°0'E", "55°30' 12°15'", "1" * 50 + "," + "1" * 50),
    ],
)
def test_impossible_coordinates_are_none(typed: str) -> None:
    assert parse_coordinates(typed) is None


def test_folding_keeps_words_and_drops_marks() -> None:
    assert fold("L'Haÿ-les-Roses") == "lhay les roses"
    assert fold("Þórshöfn") == "thorshofn"
    assert fold("東京-都_1") == "東京 都 1"
