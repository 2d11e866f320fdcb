"""Test clients that read every HTML answer as a strict browser would."""

from __future__ import annotations

import re
from collections import Counter
from contextvars import Context
from typing import Any

import html5lib
from flask import has_app_context
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from app.database import db

_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_X = "{http://www.w3.org/1999/xhtml}"


class CheckedClient(FlaskClient):
    """A plain browser: sends a CSRF token, checks what comes back.

    Pass ``csrf=False`` to leave the token out.
    """

    htmx_headers: dict[str, str] = {}

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Send a request and check the answer's HTML."""
        headers = {**self.htmx_headers, **dict(kwargs.pop("headers", None) or {})}
        if csrf and kwargs.get("method", "GET") in _UNSAFE:
            headers["X-CSRFToken"] = Context().run(self._csrf_token)
        # A real request shares nothing with the test's own application context:
        # neither ``flask.g`` (who is logged in) nor the database session.
        response = Context().run(super().open, *args, headers=headers, **kwargs)
        if has_app_context():
            db.session.rollback()  # Let the test see what the request wrote.
        if response.mimetype == "text/html" and response.data:
            check_html(response.get_data(as_text=True))
        return response

    def _csrf_token(self) -> str:
        with self.session_transaction() as stored:
            raw = stored.get("csrf_token")
        with self.application.test_request_context():
            from flask import session

            if raw:
                session["csrf_token"] = raw
            token: str = generate_csrf()
            raw = session["csrf_token"]
        with self.session_transaction() as stored:
            stored["csrf_token"] = raw
        return token


class HtmxClient(CheckedClient):
    """The same browser with htmx acting in the page."""

    htmx_headers = {"HX-Request": "true"}


def check_html(text: str) -> None:
    """Parse as strict HTML5 and check what every page of the product promises."""
    is_page = text.lstrip()[:9].lower() == "<!doctype"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=True)
    tree = parser.parse(text) if is_page else parser.parseFragment(text)
    elements = [node for node in tree.iter() if isinstance(node.tag, str)]
    ids = Counter(node.get("id") for node in elements if node.get("id"))
    doubled = [name for name, count in ids.items() if count > 1]
    assert not doubled, f"ids appear twice: {doubled}"
    for node in elements:
        _check_element(node)
    _check_labels(elements)
    if is_page:
        titles = [node.text for node in elements if node.tag == f"{_X}title"]
        assert titles, "the page has no title"
        assert (titles[0] or "").strip(), "the page has an empty title"
        headings = [node for node in elements if node.tag == f"{_X}h1"]
        assert len(headings) == 1, f"the page has {len(headings)} h1 headings"


def _check_element(node: Any) -> None:
    assert node.get("style") is None, f"inline style on {node.tag}"
    handlers = [name for name in node.attrib if re.match(r"on[a-z]+$|hx-on", str(name))]
    assert not handlers, f"inline handlers {handlers} on {node.tag}"
    if node.tag == f"{_X}form":
        assert node.get("action"), "a form has no action"
        assert node.get("method", "").lower() in {"get", "post"}
    if node.tag == f"{_X}img":
        assert node.get("alt") is not None, "an image has no alt"
    if node.tag == f"{_X}script":
        is_data = node.get("type") == "application/json"
        assert node.get("src") or is_data, "an inline script"
    assert node.tag != f"{_X}style", "an inline style sheet"


def _check_labels(elements: list[Any]) -> None:
    labeled = {node.get("for") for node in elements if node.tag == f"{_X}label"}
    wrapped = {
        id(inner)
        for node in elements
        if node.tag == f"{_X}label"
        for inner in node.iter()
    }
    for node in elements:
        if node.tag not in {f"{_X}input", f"{_X}select", f"{_X}textarea"}:
            continue
        if node.get("type") in {"hidden", "submit", "button"}:
            continue
        named = (
            node.get("id") in labeled
            or id(node) in wrapped
            or node.get("aria-label")
            or node.get("aria-labelledby")
        )
        assert named, f"a field without a label: {node.get('name')}"
