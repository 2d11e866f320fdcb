"""The map with its list: one page, and the fragment that changes both at once."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.guards import current_person
from app.extensions import htmx
from app.search import map_routes, routes_kept
from app.search.asked import CARDS
from app.search.asking import refuse_long
from app.search.markup import cards_markup, pictures, search_filters
from app.search.pages import SearchPage, search_page
from app.search.service.unmet import note_unmet
from app.search.shell import map_shell
from app.web import clock
from app.web.htmx import render
from app.web.visitors import searcher_of

bp = Blueprint("search", __name__)
map_routes.register(bp)
routes_kept.register(bp)
# Dragging the circle or asking for a longer list is no step to come back to.
_NO_STEP = ("radius_km", "shown")


@bp.get("/")
def index() -> BaseResponse:
    """Show chargers on the map and as a list; both come from one answer."""
    refuse_long(request.query_string)
    person, now = current_person(), clock.now()
    person_id = person.id if person else None
    raw = request.args.to_dict()
    search = search_page(raw, person_id, now)
    if _is_long_winded(raw, search):
        return redirect(search.url)
    if search.found is not None:
        results = search.found.results
        note_unmet(results, searcher_of(request, person_id), now)
    response = render(
        "search/index.html",
        fragment=f"search/{'_answer' if search.replaces_form else '_results'}.html",
        status=search.status,
        search=search,
        is_signed_in=person is not None,
        shell=map_shell(),
        pictures=pictures(),
        search_filters=search_filters,
        cards_markup=cards_markup,
        first_new=search.asked.shown - CARDS if raw.get("with_form") == "more" else -1,
    )
    return _with_address(response, search, is_step=raw.get("with_form") != "back")


def _is_long_winded(raw: Mapping[str, str], search: SearchPage) -> bool:
    """Return whether a form without scripts sent this, with all its empty fields.

    The short address has none, so it is never sent on again. What it would not tell,
    such as a wish that was rounded, has to be told here.
    """
    if htmx or request.method != "GET" or search.found is None:
        return False
    return not all(raw.values()) and not search.asked.notes


def _with_address(response: Response, search: SearchPage, is_step: bool) -> Response:
    """Put what can be shared into the address bar: no empty and no technical names.

    :param is_step: whether the browser may keep the search before as a step back
    """
    name = "HX-Push-Url" if is_step and _differs(search.url) else "HX-Replace-Url"
    response.headers[name] = search.url or "false"
    return response


def _differs(url: str) -> bool:
    """Return whether this search is another one than that in the address bar."""
    try:
        before = urlsplit(htmx.current_url or "").query
    except ValueError:
        before = ""  # No browser has such an address.
    return _steps(before) != _steps(urlsplit(url).query)


def _steps(query: str) -> dict[str, str]:
    return {name: v for name, v in parse_qsl(query) if name not in _NO_STEP}
