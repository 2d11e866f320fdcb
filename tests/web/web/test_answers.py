"""Every answer carries its headers; every refusal is a page a person understands."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.config import Settings
from app.kernel.errors import Conflict, TooMany
from app.web.headers import content_policy
from app.web.htmx import go_to, is_safe_path, render
from tests.support.databases import SECRET


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with a few doors that only these tests open."""

    @app.get("/test/taken")
    def taken() -> Any:
        raise Conflict("Somebody was first.")

    @app.get("/test/busy")
    def busy() -> Any:
        raise TooMany("Slowly, please.", retry_after_s=7)

    @app.get("/test/broken")
    def broken() -> Any:
        raise RuntimeError("a secret detail")

    @app.post("/test/go")
    def go() -> Any:
        return go_to("/login")

    @app.get("/test/piece")
    def piece() -> Any:
        return render(
            "_layout/refused.html",
            fragment="_layout/_refused.html",
            title="Title",
            message="Message",
            code=200,
        )

    return app


def test_every_page_forbids_inline_and_foreign_code(client: Any) -> None:
    answer = client.get("/login")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_tile_server_is_the_only_foreign_source_of_images() -> None:
    settings = Settings(
        database_url="sqlite://",
        secret_key=SECRET,
        tile_url="https://{s}.tiles.example/{z}/{x}/{y}.png",
    )

    policy = content_policy(settings)

    assert "img-src 'self' data: blob: https://*.tiles.example" in policy


def test_tiles_on_a_path_of_this_host_add_no_source() -> None:
    settings = Settings(
        database_url="sqlite://", secret_key=SECRET, tile_url="/tiles/{z}/{x}/{y}.png"
    )

    policy = content_policy(settings)

    assert "img-src 'self' data: blob:;" in policy


def test_only_the_scan_page_may_compile_the_decoder(client: Any) -> None:
    assert (
        "wasm-unsafe-eval"
        not in client.get("/login").headers["Content-Security-Policy"]
    )


def test_a_refusal_is_a_page_with_its_own_status(client: Any) -> None:
    answer = client.get("/test/taken")

    assert answer.status_code == 409
    assert "Somebody was first." in answer.text
    assert answer.text.lower().startswith("<!doctype html>")


def test_htmx_gets_the_refusal_as_a_piece(hx: Any) -> None:
    answer = hx.get("/test/taken")

    assert answer.status_code == 409
    assert "Somebody was first." in answer.text
    assert "<!doctype" not in answer.text.lower()


def test_a_busy_answer_says_when_to_come_back(client: Any) -> None:
    answer = client.get("/test/busy")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"


def test_a_fault_tells_nothing_of_itself(client: Any, app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = client.get("/test/broken")

    assert answer.status_code == 500
    assert "a secret detail" not in answer.text
    assert "nothing was lost" in answer.text


def test_an_unknown_address_is_a_friendly_404(client: Any) -> None:
    answer = client.get("/no/such/page")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/chargers/2147483648",
        "/chargers/99999999999999999999999",
        f"/chargers/{'9' * 5000}",
        "/host/chargers/99999999999999999999999",
        "/host/chargers/99999999999999999999999/box",
        "/account/cars/99999999999999999999999/edit",
        "/basemap/1/99999999999999999999999/0.svg",
        "/bookings/AB%00CD",
        "/sessions/AB%00CD",
        "/receipts/AB%00CD",
        "/receipts/AB%00CD.json",
        "/u/AB%00CD",
        "/u/AB%1BCD/state",
        "/verify/AB%00CD",
        "/static/AB%00CD.js",
    ],
)
def test_an_address_no_row_can_have_is_a_404_for_both_browsers(
    client: Any, hx: Any, sign_in: Any, dario: Any, address: str
) -> None:
    for browser in (client, hx):
        sign_in(dario, browser)

        answer = browser.get(address)

        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.text


def test_a_post_without_a_token_changes_nothing(client: Any) -> None:
    answer = client.post("/login", data={"email": "x"}, csrf=False)

    assert answer.status_code == 400
    assert "reload" in answer.text


def test_after_a_post_a_browser_is_sent_on_and_htmx_told_to_go(
    client: Any, hx: Any
) -> None:
    plain = client.post("/test/go")
    partial = hx.post("/test/go")

    assert (plain.status_code, plain.location) == (303, "/login")
    assert partial.headers["HX-Redirect"] == "/login"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_and_restored_pages_come_whole(hx: Any, header: str) -> None:
    whole = hx.get("/test/piece", headers={header: "true"})
    piece = hx.get("/test/piece")

    assert whole.text.lower().startswith("<!doctype html>")
    assert "<!doctype" not in piece.text.lower()
    assert "HX-Request" in piece.headers["Vary"]


@pytest.mark.parametrize(
    ("target", "is_safe"),
    [
        ("/bookings", True),
        ("/u/ABCDEFGHIJ?x=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/\nSet-Cookie: x", False),
        ("", False),
        (None, False),
    ],
)
def test_only_paths_of_this_site_are_followed_after_log_in(
    target: str | None, is_safe: bool
) -> None:
    assert is_safe_path(target) is is_safe


def test_named_static_files_may_be_kept_for_ever(client: Any, app: Flask) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["static_v"]("app.js")

    kept = client.get(address)
    unnamed = client.get("/static/app.js")

    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in (unnamed.headers.get("Cache-Control") or "")


def test_a_body_above_the_limit_is_refused(client: Any, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000

    answer = client.post("/login", data={"email": "x" * 5000})

    assert answer.status_code == 422
    assert "larger than we take" in answer.text
