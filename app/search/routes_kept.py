"""A driver's kept searches: save, open, rename, letters on and off, delete."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.accounts.guards import current_person, signed_in, signed_in_person
from app.kernel.errors import DomainError, NotFound
from app.search.domain.kept import MAX_KEPT
from app.search.keeping import card_of, cards_of, keep
from app.search.service import kept
from app.search.service.kept import KeptSearch
from app.web import clock
from app.web.fields import without_controls
from app.web.htmx import go_to, render, wants_fragment
from app.web.visitors import is_ahead


def register(bp: Blueprint) -> None:
    """Add the pages to the room's blueprint and ``search_news`` to templates."""
    one, post = "/searches/<int:search_id>", ["POST"]
    both = ["GET", "POST"]
    bp.add_url_rule("/searches", view_func=kept_searches)
    bp.add_url_rule("/searches", view_func=keep_search, methods=post)
    bp.add_url_rule(one, view_func=open_kept)
    bp.add_url_rule(f"{one}/name", view_func=rename_kept, methods=post)
    bp.add_url_rule(f"{one}/alert", view_func=switch_kept, methods=post)
    bp.add_url_rule(f"{one}/delete", view_func=drop_kept, methods=post)
    bp.add_url_rule("/searches/off/<token>", view_func=alerts_off, methods=both)
    bp.add_app_template_global(search_news)


@signed_in
def kept_searches() -> Response:
    """Show what the driver keeps, and what is new in it."""
    return _list()


@signed_in
def keep_search() -> Response:
    """Keep the search whose results the driver looks at."""
    try:
        search = keep(
            user_id=signed_in_person().id,
            address=_sent("search"),
            name=_sent("name"),
            now=clock.now(),
        )
    except DomainError as error:
        if wants_fragment():
            return _saved(None, error.message, status=422)
        return _list(error.message, status=422)
    if wants_fragment():
        return _saved(search)
    flash(f"Kept as “{search.name}”. Here you can give it another name.", "success")
    return go_to(url_for("search.kept_searches", _anchor=f"search-{search.id}"))


@signed_in
def open_kept(search_id: int) -> Response:
    """Go to the results of a kept search; its news are seen then."""
    person_id = signed_in_person().id
    if is_ahead(request):
        search = kept.get_search(user_id=person_id, search_id=search_id)
    else:
        search = kept.open_search(
            user_id=person_id, search_id=search_id, now=clock.now()
        )
    return redirect(search.url)


@signed_in
def rename_kept(search_id: int) -> Response:
    """Give a kept search another name."""
    user_id = signed_in_person().id
    try:
        search = kept.rename_search(
            user_id=user_id, search_id=search_id, name=_sent("name")
        )
    except NotFound:
        raise
    except DomainError as error:
        search = kept.get_search(user_id=user_id, search_id=search_id)
        return _changed(search, error.message, status=422)
    return _changed(search)


@signed_in
def switch_kept(search_id: int) -> Response:
    """Switch the letters about a kept search on or off."""
    search = kept.switch_alert(
        user_id=signed_in_person().id,
        search_id=search_id,
        has_alert=_sent("on") == "1",
        now=clock.now(),
    )
    return _changed(search)


@signed_in
def drop_kept(search_id: int) -> Response:
    """Keep a search no longer."""
    search = kept.drop_search(user_id=signed_in_person().id, search_id=search_id)
    flash(f"“{search.name}” is deleted.", "success")
    return go_to(url_for("search.kept_searches"))


def alerts_off(token: str) -> Response:
    """Switch a search's letters off from a letter, without logging in."""
    is_done = request.method == "POST"
    if is_done:
        search = kept.switch_off_by_token(token, now=clock.now())
    else:
        search = kept.search_of_token(token)
    return render(
        "search/alerts_off.html",
        search=search,
        token=token,
        is_done=is_done or not search.has_alert,
    )


def search_news() -> int:
    """Return how many kept searches of whoever looks have news."""
    person = current_person()
    return kept.news_count(person.id) if person else 0


def _sent(name: str) -> str:
    """Return one line of what the browser sent."""
    return " ".join((without_controls(request.form.get(name)) or "").split())


def _changed(search: KeptSearch, error: str = "", status: int = 200) -> Response:
    """Show a changed search where it stands: on the list or beside the results."""
    if not wants_fragment():
        if error:
            return _list(error, status=status)
        return go_to(url_for("search.kept_searches", _anchor=f"search-{search.id}"))
    if request.form.get("beside") == "results":
        return _saved(search, error, status=status)
    return render(
        "search/kept.html",
        fragment="search/_kept_card.html",
        status=status,
        card=card_of(search, clock.now()),
        error=error,
        is_verified=signed_in_person().is_verified,
    )


def _saved(search: KeptSearch | None, error: str = "", status: int = 200) -> Response:
    return render(
        "search/kept.html",
        fragment="search/_saved.html",
        status=status,
        saved=search,
        error=error,
    )


def _list(error: str = "", status: int = 200) -> Response:
    person = signed_in_person()
    return render(
        "search/kept.html",
        status=status,
        cards=cards_of(person.id, clock.now()),
        error=error,
        most=MAX_KEPT,
        is_verified=person.is_verified,
    )
