"""The map with its list: one page, and the fragment that changes both at once."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.accounts.guards import current_person
from app.search import map_routes
from app.search.forms import SearchForm
from app.search.pages import charger_url, search_page
from app.search.shell import map_shell
from app.web import clock
from app.web.htmx import render

bp = Blueprint("search", __name__)
map_routes.register(bp)


@bp.get("/")
def index() -> Response:
    """Show chargers on the map and as a list; both come from one answer."""
    person = current_person()
    search = search_page(
        SearchForm(request.args), person.id if person else None, clock.now()
    )
    response = render(
        "search/index.html",
        fragment=f"search/{'_answer' if search.replaces_form else '_results'}.html",
        status=search.status,
        search=search,
        is_signed_in=person is not None,
        shell=map_shell(),
        charger_url=charger_url,
    )
    # The address bar holds what can be shared: no empty and no technical fields.
    response.headers["HX-Replace-Url"] = search.url or "false"
    return response
