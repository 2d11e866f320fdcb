"""Pieces of the page that are the same for many answers, rendered once and kept.

The filters are half of the page's markup, and most searches differ in their place
only; pictures are the same on every card.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from markupsafe import Markup

from app.search.cards import Card
from app.search.pages import SearchPage

_FILTERS = "plugbid_search_filters"
_PICTURES = "plugbid_search_pictures"
_MOST = 256
_NAMES = {
    "pin": "map-pin",
    **{
        name: name
        for name in (
            *("bolt", "car", "check", "chevron", "clock", "close", "gauge", "info"),
            *("locate", "mail", "search", "star", "warning"),
        )
    },
}


def search_filters(search: SearchPage) -> str:
    """Return the folded part of the form as markup."""
    kept: dict[tuple[object, ...], str]
    kept = current_app.extensions.setdefault(_FILTERS, {})
    key = (*search.form.filters_key, search.filters_used)
    found = kept.get(key)
    if found is None:
        template = current_app.jinja_env.get_template("search/_filters.html")
        found = template.render(form=search.form, used=search.filters_used)
        if len(kept) >= _MOST:
            kept.clear()
        kept[key] = found
    return found


def cards_markup(cards: Sequence[Card], first_new: int = -1) -> str:
    """Return chargers as list items.

    :param first_new: the card to stand in, or -1
    """
    template = current_app.jinja_env.get_template("search/_cards.html")
    return template.render(cards=cards, first_new=first_new, pictures=pictures())


def pictures() -> dict[str, Markup]:
    """Return the icons of the list as markup, by name."""
    kept: dict[str, Markup] | None = current_app.extensions.get(_PICTURES)
    if kept is None:
        icons = current_app.jinja_env.get_template("_macros/icons.html").module
        icon = icons.icon  # type: ignore[attr-defined]
        kept = {name: icon(drawn) for name, drawn in _NAMES.items()}
        kept["plug_large"] = icon("plug", "icon--lg")
        current_app.extensions[_PICTURES] = kept
    return kept
