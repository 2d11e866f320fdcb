"""The map with its list, the map's script, and the built-in map's tiles."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.accounts.guards import current_person
from app.kernel.errors import NotFound
from app.search.basemap import tile_svg
from app.search.forms import SearchForm
from app.search.pages import charger_url, search_page
from app.search.shell import map_shell
from app.search.tiles import map_tiles
from app.web import clock
from app.web.htmx import render

bp = Blueprint("search", __name__)
_FOREVER = "public, max-age=31536000, immutable"


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
        tiles=map_tiles(),
        charger_url=charger_url,
    )
    # The address bar holds what can be shared: no empty and no technical fields.
    response.headers["HX-Replace-Url"] = search.url or "false"
    return response


@bp.get("/map/shell-<digest>.js")
def shell(digest: str) -> Response:
    """Answer with the script that builds the map's frame."""
    frame = map_shell()
    if digest != frame.digest:
        raise NotFound
    return _kept_forever(frame.js, "text/javascript")


@bp.get("/basemap/<int:z>/<int:x>/<int:y>.svg")
def basemap(z: int, x: int, y: int) -> Response:
    """Answer with one tile of the built-in map."""
    return _kept_forever(
        tile_svg(z, x, y, request.args.get("t") == "dark"), "image/svg+xml"
    )


def _kept_forever(content: str | bytes, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = _FOREVER
    return response
