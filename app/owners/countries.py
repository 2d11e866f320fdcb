"""Countries offered for a charger, with what is usual there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """A country; ``time_zone`` is None where there are several."""

    code: str
    name: str
    time_zone: str | None
    currency: str


COUNTRIES = {
    country.code: country
    for country in (
        Country("AU", "Australia", None, "USD"),
        Country("AT", "Austria", "Europe/Vienna", "EUR"),
        Country("BE", "Belgium", "Europe/Brussels", "EUR"),
        Country("BG", "Bulgaria", "Europe/Sofia", "EUR"),
        Country("CA", "Canada", None, "USD"),
        Country("HR", "Croatia", "Europe/Zagreb", "EUR"),
        Country("CY", "Cyprus", "Asia/Nicosia", "EUR"),
        Country("CZ", "Czechia", "Europe/Prague", "CZK"),
        Country("DK", "Denmark", "Europe/Copenhagen", "DKK"),
        Country("EE", "Estonia", "Europe/Tallinn", "EUR"),
        Country("FI", "Finland", "Europe/Helsinki", "EUR"),
        Country("FR", "France", "Europe/Paris", "EUR"),
        Country("DE", "Germany", "Europe/Berlin", "EUR"),
        Country("GR", "Greece", "Europe/Athens", "EUR"),
        Country("HU", "Hungary", "Europe/Budapest", "EUR"),
        Country("IS", "Iceland", "Atlantic/Reykjavik", "EUR"),
        Country("IE", "Ireland", "Europe/Dublin", "EUR"),
        Country("IT", "Italy", "Europe/Rome", "EUR"),
        Country("JP", "Japan", "Asia/Tokyo", "JPY"),
        Country("LV", "Latvia", "Europe/Riga", "EUR"),
        Country("LI", "Liechtenstein", "Europe/Vaduz", "CHF"),
        Country("LT", "Lithuania", "Europe/Vilnius", "EUR"),
        Country("LU", "Luxembourg", "Europe/Luxembourg", "EUR"),
        Country("MT", "Malta", "Europe/Malta", "EUR"),
        Country("NL", "Netherlands", "Europe/Amsterdam", "EUR"),
        Country("NZ", "New Zealand", "Pacific/Auckland", "USD"),
        Country("NO", "Norway", "Europe/Oslo", "NOK"),
        Country("PL", "Poland", "Europe/Warsaw", "PLN"),
        Country("PT", "Portugal", "Europe/Lisbon", "EUR"),
        Country("RO", "Romania", "Europe/Bucharest", "EUR"),
        Country("RS", "Serbia", "Europe/Belgrade", "EUR"),
        Country("SK", "Slovakia", "Europe/Bratislava", "EUR"),
        Country("SI", "Slovenia", "Europe/Ljubljana", "EUR"),
        Country("ES", "Spain", "Europe/Madrid", "EUR"),
        Country("SE", "Sweden", "Europe/Stockholm", "SEK"),
        Country("CH", "Switzerland", "Europe/Zurich", "CHF"),
        Country("TR", "Türkiye", "Europe/Istanbul", "EUR"),
        Country("UA", "Ukraine", "Europe/Kyiv", "EUR"),
        Country("GB", "United Kingdom", "Europe/London", "GBP"),
        Country("US", "United States", None, "USD"),
    )
}
USUAL_COUNTRY = "DE"


def usual_country(languages: list[str]) -> Country:
    """Return the country that a browser's languages suggest, best first.

    >>> usual_country(["en-GB", "de"]).code, usual_country(["xx"]).code
    ('GB', 'DE')
    """
    for language in languages:
        region = language.replace("_", "-").rpartition("-")[2].upper()
        if "-" in language and region in COUNTRIES:
            return COUNTRIES[region]
    return COUNTRIES[USUAL_COUNTRY]
