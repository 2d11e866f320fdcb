"""Rules of style sheets: they parse strictly and load only from this server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import tinycss2

from tests.house.test_style import ROOT, name_of, tracked

_LOADERS = {"url", "src", "image", "image-set", "-webkit-image-set"}
VENDOR = ROOT / "static" / "vendor"


def style_sheets() -> list[Path]:
    """Return every style sheet of our own."""
    return [
        path for path in tracked("static/**/*.css") if not path.is_relative_to(VENDOR)
    ]


def parsed(css: str) -> list[Any]:
    """Return every rule, declaration and error of a style sheet, at any depth."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return list(_walk(rules))


def _walk(nodes: Iterable[Any]) -> Iterator[Any]:
    for node in nodes:
        yield node
        if getattr(node, "content", None) is None:
            continue
        # Keyframes start with a percentage, which is no start of a nested rule.
        is_frames = node.type == "at-rule" and node.lower_at_keyword == "keyframes"
        inside = (
            tinycss2.parse_rule_list if is_frames else tinycss2.parse_blocks_contents
        )
        yield from _walk(inside(node.content, skip_comments=True, skip_whitespace=True))


def errors_of(css: str) -> list[str]:
    """Return what does not parse, at any depth, with its line."""
    nodes = parsed(css)
    tokens = [token for node in nodes for token in _tokens(_parts_of(node))]
    return [
        f"line {node.source_line}: {node.message}"
        for node in (*nodes, *tokens)
        if node.type == "error"
    ]


def addresses_of(css: str) -> list[str]:
    """Return every address that a style sheet loads something from."""
    found = []
    for node in parsed(css):
        is_import = node.type == "at-rule" and node.lower_at_keyword == "import"
        for token in _tokens(_parts_of(node)):
            if token.type == "url" or (is_import and token.type == "string"):
                found.append(token.value)
            elif token.type == "function" and token.lower_name in _LOADERS:
                found += [t.value for t in token.arguments if t.type == "string"]
    return found


def _parts_of(node: Any) -> list[Any]:
    """Return the tokens of a node that are not nodes of their own."""
    if node.type == "declaration":
        return list(node.value)
    return list(getattr(node, "prelude", ()))


def _tokens(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        yield part
        yield from _tokens(getattr(part, "arguments", None) or ())
        yield from _tokens(getattr(part, "content", None) or ())


def is_foreign(address: str) -> bool:
    """Return whether an address names a server; a picture written out names none."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in {"", "data"}


def test_there_are_style_sheets_to_look_at() -> None:
    assert "static/base/foundation.css" in map(name_of, style_sheets())


@pytest.mark.parametrize("path", style_sheets(), ids=name_of)
def test_a_style_sheet_parses_without_an_error(path: Path) -> None:
    assert errors_of(path.read_text()) == []


@pytest.mark.parametrize("path", style_sheets(), ids=name_of)
def test_a_style_sheet_loads_nothing_from_another_origin(path: Path) -> None:
    addresses = addresses_of(path.read_text())

    assert [each for each in addresses if is_foreign(each)] == []


@pytest.mark.parametrize(
    "css",
    [
        "a { color red }",
        "@layer x { @media print { a { color red } } }",
        "a { & b { color red } }",
        "a { color: red; } }",
        "a { width: calc(1px]) }",
        "a { background: url(a b) }",
    ],
)
def test_an_error_is_seen_at_any_depth(css: str) -> None:
    assert errors_of(css)


@pytest.mark.parametrize(
    "css",
    [
        "@import 'https://example.org/a.css';",
        "@import url(//example.org/a.css);",
        "@layer x { @font-face { src: url('http://example.org/a.woff2'); } }",
        "@layer x { a { --pin: image-set('https://example.org/a.png' 1x); } }",
    ],
)
def test_another_origin_is_seen_at_any_depth(css: str) -> None:
    assert [each for each in addresses_of(css) if is_foreign(each)]


def test_files_of_our_own_and_written_out_pictures_are_not_foreign() -> None:
    css = "a { background: url(../a.png), url('data:image/png;base64,AA=='); }"

    assert not [each for each in addresses_of(css) if is_foreign(each)]
    assert len(addresses_of(css)) == 2
