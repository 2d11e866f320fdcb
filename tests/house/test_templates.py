"""Rules of templates: contracts, fragments, no inline code, no dead files."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
from jinja2 import meta

from tests.house.test_style import ROOT, name_of, sources, tracked

TEMPLATES = ROOT / "templates"
# Pieces that are the same for all are included by a function of ours.
_KEPT = re.compile(r"kept\('([^']+)'")


def html_templates() -> list[Path]:
    """Return every HTML template."""
    return tracked("templates/**/*.html", "templates/*.html")


def test_every_template_opens_with_its_contract() -> None:
    silent = [
        name_of(path)
        for path in html_templates()
        if not path.read_text().startswith("{#")
    ]

    assert not silent


def test_fragments_never_extend_a_page() -> None:
    wrong = [
        name_of(path)
        for path in html_templates()
        if path.name.startswith("_") and "{% extends" in path.read_text()
    ]

    assert not wrong


def test_templates_hold_no_inline_code() -> None:
    pattern = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?![^>]*(src=|json))"
    )

    guilty = [
        name_of(path) for path in html_templates() if pattern.search(path.read_text())
    ]

    assert not guilty


def test_templates_load_nothing_from_elsewhere() -> None:
    pattern = re.compile(r"""(src|href|action)=["']https?://""")

    guilty = [
        name_of(path)
        for path in html_templates()
        if pattern.search(path.read_text().replace("https://www.openstreetmap.org", ""))
    ]

    assert not guilty


def test_no_template_is_forgotten() -> None:
    environment = jinja2.Environment(autoescape=True)
    used: set[str] = set()
    for path in tracked("templates/**"):
        tree = environment.parse(path.read_text())
        used |= {name for name in meta.find_referenced_templates(tree) if name}
        used |= set(_KEPT.findall(path.read_text()))
    code = "\n".join(path.read_text() for path in sources("app"))

    forgotten = [
        name
        for path in tracked("templates/**")
        if (name := str(path.relative_to(TEMPLATES))) not in used
        and name not in code
        and Path(name).stem not in code
    ]

    assert not forgotten
