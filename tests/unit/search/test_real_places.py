"""What people really type, from three continents, and the place they mean."""

from __future__ import annotations

import random
import sqlite3
import sys
import time

import pytest

from app.kernel.geo import Point, distance_m
from app.search.places.geocode import find_places

# What is typed, the latitude and longitude that is meant, and how many km off is right.
ANYWHERE = (
    ("Munich", 48.137, 11.575, 10),
    ("münchen", 48.137, 11.575, 10),
    ("Muenchen", 48.137, 11.575, 10),
    ("Köln", 50.94, 6.96, 10),
    ("Koeln", 50.94, 6.96, 10),
    ("Cologne", 50.94, 6.96, 10),
    ("Zürich", 47.37, 8.55, 10),
    ("Zuerich", 47.37, 8.55, 10),
    ("Genève", 46.2, 6.15, 10),
    ("Genf", 46.2, 6.15, 10),
    ("Geneva", 46.2, 6.15, 10),
    ("Lisboa", 38.72, -9.14, 10),
    ("Lissabon", 38.72, -9.14, 10),
    ("Praha", 50.08, 14.43, 10),
    ("Prag", 50.08, 14.43, 10),
    ("Warszawa", 52.23, 21.01, 10),
    ("Warschau", 52.23, 21.01, 10),
    ("Firenze", 43.77, 11.25, 10),
    ("Florenz", 43.77, 11.25, 10),
    ("Milano", 45.46, 9.19, 10),
    ("Mailand", 45.46, 9.19, 10),
    ("Göteborg", 57.7, 11.97, 10),
    ("Gothenburg", 57.7, 11.97, 10),
    ("København", 55.68, 12.57, 10),
    ("Kopenhagen", 55.68, 12.57, 10),
    ("Århus", 56.16, 10.2, 10),
    ("Aarhus", 56.16, 10.2, 10),
    ("Malmö", 55.6, 13.0, 10),
    ("Malmoe", 55.6, 13.0, 10),
    ("Bruxelles", 50.85, 4.35, 10),
    ("Brussel", 50.85, 4.35, 10),
    ("Antwerpen", 51.22, 4.4, 10),
    ("Lüttich", 50.63, 5.57, 10),
    ("Liège", 50.63, 5.57, 10),
    ("Łódź", 51.76, 19.46, 10),
    ("Wrocław", 51.1, 17.03, 10),
    ("Breslau", 51.1, 17.03, 10),
    ("Moskau", 55.75, 37.6, 20),
    ("Athen", 37.98, 23.73, 10),
    ("Αθήνα", 37.98, 23.73, 10),
    ("Москва", 55.75, 37.6, 20),
    ("Paris, TX", 33.66, -95.55, 10),
    ("Paris TX", 33.66, -95.55, 10),
    ("Springfield IL", 39.8, -89.64, 10),
    ("Springfield, Massachusetts", 42.1, -72.59, 10),
    ("Portland, ME", 43.66, -70.26, 10),
    ("Portland Maine", 43.66, -70.26, 10),
    ("Portland", 45.52, -122.68, 10),
    ("Cambridge", 52.2, 0.12, 10),
    ("London, Ontario", 42.98, -81.25, 15),
    ("London, Canada", 42.98, -81.25, 15),
    ("London", 51.5, -0.12, 15),
    ("Birmingham, AL", 33.52, -86.8, 15),
    ("Vancouver, WA", 45.63, -122.6, 15),
    ("Vancouver BC", 49.25, -123.12, 15),
    ("Saint Louis, Missouri", 38.63, -90.2, 15),
    ("St. Louis", 38.63, -90.2, 15),
    ("St Louis MO", 38.63, -90.2, 15),
    ("Frankfurt (Oder)", 52.34, 14.55, 10),
    ("Frankfurt an der Oder", 52.34, 14.55, 10),
    ("Frankfurt/Oder", 52.34, 14.55, 10),
    ("Frankfurt Oder", 52.34, 14.55, 10),
    ("Frankfurt am Main", 50.11, 8.68, 10),
    ("Frankfurt a.M.", 50.11, 8.68, 10),
    ("Freiburg", 47.99, 7.85, 10),
    ("Freiburg im Breisgau", 47.99, 7.85, 10),
    ("Freiburg, Schweiz", 46.8, 7.15, 10),
    ("Fribourg", 46.8, 7.15, 10),
    ("Halle (Saale)", 51.48, 11.97, 10),
    ("Rothenburg ob der Tauber", 49.38, 10.18, 10),
    ("Neustadt an der Weinstraße", 49.35, 8.14, 10),
    ("Garching", 48.25, 11.65, 12),
    ("Garching bei München", 48.25, 11.65, 10),
    ("Kreuzberg, Berlin", 52.5, 13.4, 6),
    ("Berlin Kreuzberg", 52.5, 13.4, 6),
    ("Berlin-Neukölln", 52.47, 13.44, 6),
    ("Prenzlauer Berg", 52.54, 13.42, 6),
    ("Frederiksberg", 55.68, 12.53, 6),
    ("Frederiksberg, København", 55.68, 12.53, 6),
    ("Brooklyn", 40.65, -73.95, 10),
    ("Queens, NY", 40.68, -73.84, 15),
    ("Harlem, New York", 40.81, -73.95, 6),
    ("Camden Town", 51.54, -0.14, 6),
    ("Shibuya", 35.66, 139.7, 8),
    ("Shinjuku, Tokyo", 35.69, 139.7, 8),
    ("10999 Berlin", 52.52, 13.405, 25),
    ("1058 København K", 55.68, 12.57, 10),
    ("75011 Paris", 48.85, 2.35, 15),
    ("SW1A 1AA London", 51.5, -0.12, 15),
    ("London SW1A 1AA", 51.5, -0.12, 15),
    ("D-80331 München", 48.137, 11.575, 10),
    ("1012 AB Amsterdam", 52.37, 4.9, 10),
    ("10001 New York", 40.71, -74.0, 20),
    ("New York, NY 10001", 40.71, -74.0, 20),
    ("00184 Roma", 41.9, 12.48, 15),
    ("28001 Madrid", 40.42, -3.7, 15),
    ("CH-8001 Zürich", 47.37, 8.55, 10),
    ("Saint Denis, Réunion", -20.88, 55.45, 15),
    ("Sankt Gallen", 47.42, 9.37, 10),
    ("St. Gallen", 47.42, 9.37, 10),
    ("St Gallen", 47.42, 9.37, 10),
    ("Sankt Pölten", 48.2, 15.63, 10),
    ("St. Pölten", 48.2, 15.63, 10),
    ("Saint-Étienne", 45.43, 4.39, 10),
    ("St Etienne", 45.43, 4.39, 10),
    ("Hallstatt", 47.56, 13.65, 6),
    ("Tromsø", 69.65, 18.96, 10),
    ("Reykjavik", 64.14, -21.9, 10),
    ("Reykjavík", 64.14, -21.9, 10),
    ("Tokyo", 35.68, 139.69, 15),
    ("Tokio", 35.68, 139.69, 15),
    ("東京", 35.68, 139.69, 15),
    ("Osaka", 34.69, 135.5, 15),
    ("Beijing", 39.9, 116.4, 20),
    ("Peking", 39.9, 116.4, 20),
    ("北京", 39.9, 116.4, 20),
    ("Seoul", 37.57, 126.98, 15),
    ("서울", 37.57, 126.98, 15),
    ("Bangalore", 12.97, 77.59, 15),
    ("Bengaluru", 12.97, 77.59, 15),
    ("Bombay", 19.07, 72.88, 20),
    ("Mumbai", 19.07, 72.88, 20),
    ("Saigon", 10.8, 106.65, 20),
    ("Ho Chi Minh City", 10.8, 106.65, 20),
    ("Singapore", 1.29, 103.85, 15),
    ("Hong Kong", 22.3, 114.17, 15),
    ("Bangkok", 13.75, 100.5, 20),
    ("Kyoto, Japan", 35.0, 135.75, 12),
    ("Delhi", 28.65, 77.23, 20),
    ("NYC", 40.71, -74.0, 15),
    ("San Francisco", 37.77, -122.42, 10),
    ("Washington DC", 38.9, -77.04, 15),
    ("Washington, D.C.", 38.9, -77.04, 15),
    ("Buffalo NY", 42.89, -78.88, 10),
    ("Albany, New York", 42.65, -73.76, 10),
    ("Columbia, MO", 38.95, -92.33, 10),
    ("Aurora, Colorado", 39.73, -104.83, 12),
    ("Mexico City", 19.43, -99.13, 20),
    ("Ciudad de México", 19.43, -99.13, 20),
    ("São Paulo", -23.55, -46.63, 20),
    ("Sao Paulo", -23.55, -46.63, 20),
    ("52.52, 13.405", 52.52, 13.405, 1),
    ("40.7128° N, 74.0060° W", 40.7128, -74.006, 1),
    ("52°31'12\"N 13°24'18\"E", 52.52, 13.405, 1),
    ("geo:52.52,13.405", 52.52, 13.405, 1),
    ("52,52; 13,405", 52.52, 13.405, 1),
    ("Oranienstr. 12, 10999 Berlin", 52.52, 13.405, 20),
    ("350 5th Ave, New York, NY 10118", 40.71, -74.0, 20),
    ("Nørrebrogade 1, 2200 København N", 55.68, 12.57, 10),
    ("10 Downing Street, London SW1A 2AA, UK", 51.5, -0.12, 15),
    ("Rue de Rivoli 10, Paris", 48.85, 2.35, 10),
    ("12 Rue de Rivoli 75004 Paris France", 48.85, 2.35, 10),
    ("Hauptstraße 5, 69117 Heidelberg, Germany", 49.41, 8.69, 10),
    ("Via Roma 1 Torino", 45.07, 7.69, 12),
    ("München Flughafen", 48.137, 11.575, 40),
    ("Newcastle upon Tyne", 54.97, -1.61, 12),
    ("Newcastle, Australia", -32.93, 151.78, 15),
    ("Perth", -31.95, 115.86, 20),
    ("Valencia, Venezuela", 10.16, -68.0, 15),
    ("Granada", 37.18, -3.6, 12),
    ("Kassel", 51.32, 9.5, 10),
    ("Den Bosch", 51.69, 5.3, 10),
    ("'s-Hertogenbosch", 51.69, 5.3, 10),
    ("Den Haag", 52.08, 4.3, 10),
    ("The Hague", 52.08, 4.3, 10),
    ("La Haye", 52.08, 4.3, 10),
    ("Bad Homburg", 50.23, 8.62, 10),
    ("Bad Homburg v.d.H.", 50.23, 8.62, 10),
    ("Villingen", 48.06, 8.46, 10),
    ("San Sebastián", 43.32, -1.98, 12),
    ("Donostia", 43.32, -1.98, 12),
    ("Bilbao", 43.26, -2.93, 12),
    ("Bozen", 46.5, 11.35, 12),
    ("Bolzano", 46.5, 11.35, 12),
    ("Meran", 46.67, 11.16, 12),
    ("Kyiv", 50.45, 30.52, 20),
    ("Kiew", 50.45, 30.52, 20),
    ("Lemberg", 49.84, 24.03, 12),
    ("Lviv", 49.84, 24.03, 12),
    ("Istanbul", 41.0, 28.95, 25),
    ("Malaga", 36.72, -4.42, 12),
    ("A Coruña", 43.37, -8.4, 12),
    ("La Coruna", 43.37, -8.4, 12),
    ("Sevilla", 37.38, -5.98, 12),
    ("Seville", 37.38, -5.98, 12),
    ("Venedig", 45.44, 12.33, 12),
    ("Venezia", 45.44, 12.33, 12),
    ("Nizza", 43.7, 7.27, 12),
    ("Nice", 43.7, 7.27, 12),
    ("Nice, France", 43.7, 7.27, 12),
    ("Reading, PA", 40.34, -75.93, 10),
)
# The same where it matters where the person looks: its latitude and longitude first.
SOMEWHERE = (
    (43.5, -70.5, "Portland", 43.66, -70.26, 10),
    (42.36, -71.06, "Cambridge", 42.37, -71.1, 10),
    (51.5, -0.12, "Cambridge, MA", 42.37, -71.1, 10),
    (51.5, -0.12, "Birmingham", 52.48, -1.9, 15),
    (52.4, 14.0, "Frankfurt", 52.34, 14.55, 10),
    (52.52, 13.405, "Halle", 51.48, 11.97, 10),
    (52.52, 13.405, "Kreuzberg", 52.5, 13.4, 6),
    (48.85, 2.35, "Montmartre", 48.886, 2.34, 6),
    (40.71, -74.0, "Harlem", 40.81, -73.95, 6),
    (48.85, 2.35, "Saint-Denis", 48.936, 2.357, 6),
    (48.85, 2.35, "St Denis", 48.936, 2.357, 6),
    (36.4, 25.4, "Oia", 36.46, 25.37, 12),
    (37.77, -122.42, "LA", 34.05, -118.24, 20),
    (37.77, -122.42, "SF", 37.77, -122.42, 10),
    (51.5, -0.12, "Newcastle", 54.97, -1.61, 12),
    (56.0, -3.5, "Perth", 56.395, -3.43, 10),
    (39.5, -1, "Valencia", 39.47, -0.38, 12),
    (52.52, 13.405, "Landau", 49.2, 8.12, 60),
    (51.5, -0.12, "Bath", 51.38, -2.36, 10),
    (51.5, -0.12, "Reading", 51.45, -0.97, 10),
)


@pytest.mark.parametrize(("typed", "lat", "lon", "km"), ANYWHERE)
def test_the_first_answer_is_what_was_meant(
    atlas: sqlite3.Connection, typed: str, lat: float, lon: float, km: int
) -> None:
    first = find_places(typed, source=atlas)[0]

    away_m = distance_m(Point(first.lat, first.lon), Point(lat, lon))
    assert away_m <= km * 1000, first.label


@pytest.mark.parametrize(("here", "there", "typed", "lat", "lon", "km"), SOMEWHERE)
def test_the_first_answer_is_what_was_meant_there(
    atlas: sqlite3.Connection,
    here: float,
    there: float,
    typed: str,
    lat: float,
    lon: float,
    km: int,
) -> None:
    first = find_places(typed, near=Point(here, there), source=atlas)[0]

    away_m = distance_m(Point(first.lat, first.lon), Point(lat, lon))
    assert away_m <= km * 1000, first.label


def test_no_text_is_too_odd(atlas: sqlite3.Connection) -> None:
    chance = random.Random(20_261_123)

    for _ in range(10_000):
        length = chance.choice((1, 3, 8, 30, 300))
        letters = [chance.randrange(sys.maxunicode + 1) for _ in range(length)]
        text = "".join(map(chr, letters))

        assert isinstance(find_places(text, source=atlas), tuple)


@pytest.mark.parametrize(
    "text",
    [
        "san, " * 200,
        "york," * 2000,
        "st " * 500,
        "saint st sankt ste mt ft " * 100,
        "1 " * 5000,
        "5 5 5 5 Saint Saint Saint Saint",
        "N" * 90_000,
        "geo:" + "9" * 90_000,
        "52°" + "0" * 90_000 + "'",
        "52.5" + " " * 90_000 + "x",
        "(" * 5000 + ")" * 5000,
        "%_%_%_%",
        "\x00" * 500,
        "\ud800\udfff",
        "ﷺ" * 5000,
        "S S S S, S S S S",
        "sain",
        "10 20 30 40 50 60 70 80 90",
    ],
)
def test_a_hostile_text_costs_little(atlas: sqlite3.Connection, text: str) -> None:
    begun = time.thread_time()

    find_places(text, source=atlas)

    # A few milliseconds in truth; what it must never do is grow with the text.
    assert time.thread_time() - begun < 0.5
