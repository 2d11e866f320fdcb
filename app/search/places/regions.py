"""States and countries by what people call them: codes, English and own names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import lru_cache

from app.search.places.folding import fold

# What people write after a place; English names are in the atlas.
_OWN_NAMES = {
    "AE": "uae|emirates",
    "AT": "osterreich|oesterreich|autriche",
    "BE": "belgique|belgie|belgien|belgio",
    "BG": "bulgarien|balgarija",
    "BR": "brasil|brasilien",
    "CH": "schweiz|suisse|svizzera|svizra",
    "CN": "prc|zhongguo",
    "CZ": "czech republic|ceska republika|cesko|tschechien",
    "DE": "deutschland|allemagne|alemania|germania|tyskland|duitsland",
    "DK": "danmark|danemark|daenemark|dinamarca",
    "EE": "eesti|estland",
    "ES": "espana|spanien|espagne|spagna|spanje",
    "FI": "suomi|finnland|finlande",
    "FR": "frankreich|francia|frankrijk|frankrig",
    "GB": "uk|england|scotland|wales|northern ireland|great britain|britain|"
    "grossbritannien|royaume uni",
    "GR": "hellas|ellada|griechenland|grece",
    "HR": "hrvatska|kroatien|croatie",
    "HU": "magyarorszag|ungarn|hongrie",
    "IE": "eire|irland|irlande",
    "IS": "island",
    "IT": "italia|italien|italie",
    "JP": "nippon|nihon",
    "KR": "south korea|korea",
    "LT": "lietuva|litauen",
    "LU": "letzebuerg|luxemburg",
    "LV": "latvija|lettland",
    "NL": "nederland|niederlande|holland|pays bas",
    "NO": "norge|noreg|norwegen|norvege",
    "PL": "polska|polen|pologne",
    "PT": "portugal",
    "RO": "rumanien|rumaenien|roumanie",
    "RU": "russia|russland|rossiya",
    "SE": "sverige|schweden|suede",
    "SI": "slovenija|slowenien",
    "SK": "slovensko|slowakei",
    "TR": "turkey|turkei|tuerkei",
    "UA": "ukraina|ukrajina",
    "US": "usa|us|united states of america|america|estados unidos",
}


@dataclass(frozen=True, slots=True)
class Regions:
    """Where a word can stand for a state or a country.

    :ivar states: (country, state's name) by folded name and by code
    :ivar countries: country codes by folded name and by codes
    """

    states: dict[str, frozenset[tuple[str, str]]]
    countries: dict[str, frozenset[str]]


@lru_cache(maxsize=32)
def regions_of(source: sqlite3.Connection) -> Regions:
    """Return the states and countries of an atlas, read once per connection."""
    states: dict[str, set[tuple[str, str]]] = {}
    for country, code, name in source.execute("SELECT country, short, name FROM state"):
        for key in (code.lower(), fold(name)):
            states.setdefault(key, set()).add((country, name))
    countries: dict[str, set[str]] = {}
    for code, code3, name in source.execute("SELECT code, code3, name FROM country"):
        own = _OWN_NAMES.get(code, "").split("|")
        for key in (code.lower(), code3.lower(), fold(name), *own):
            countries.setdefault(key, set()).add(code)
    return Regions(
        states={key: frozenset(found) for key, found in states.items()},
        countries={key: frozenset(found) for key, found in countries.items()},
    )
