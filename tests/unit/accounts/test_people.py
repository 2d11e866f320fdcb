"""Addresses, names and passwords."""

from __future__ import annotations

import pytest

from app.accounts.domain import (
    BadEmail,
    BadPassword,
    check_name,
    check_password,
    normal_email,
)
from app.kernel.errors import DomainError


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a@b.de", "a@b.de"),
        (" Hanna+Plug@Example.ORG ", "hanna+plug@example.org"),
        ("o'neil@example.co.uk", "o'neil@example.co.uk"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_stored_in_one_spelling(written: str, stored: str) -> None:
    assert normal_email(written) == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example",
        "ada@-x.org",
        "ada@example..org",
        "ada@" + "x" * 64 + ".org",
        ".ada@example.org",
        "ada.@example.org",
        "a..da@example.org",
        "a da@example.org",
        "ada@exa mple.org",
        "ada@example.org\nBcc: x@evil.test",
        "ada\x00@example.org",
        "ädä@example.org",
        "a@b@example.org",
        "x" * 65 + "@example.org",
        "a@" + "b." * 126 + "org",
        "ada@1.2.3.4",
    ],
)
def test_what_no_mail_can_be_sent_to_is_no_address(text: str) -> None:
    with pytest.raises(BadEmail) as refused:
        normal_email(text)

    assert refused.value.field == "email"


def test_a_name_loses_stray_spaces_and_keeps_every_letter() -> None:
    assert check_name("  Ngọc   Ánh ") == "Ngọc Ánh"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u202eb", "a\x07b"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_name(name)

    assert refused.value.field == "display_name"


@pytest.mark.parametrize(
    "password", ["green kettle lamp", "ünïcödé wörds", "x7!k" * 32]
)
def test_a_long_password_of_any_letters_is_fine(password: str) -> None:
    assert check_password(password, email="ada@example.org") == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "1234567",
        "Password",
        "12345678",
        "aaaaaaaaaaaa",
        "ada@example.org",
        "ADA@example.ORG",
        "x7!k" * 32 + "x",
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(BadPassword) as refused:
        check_password(password, email="ada@example.org")

    assert refused.value.field == "password"


def test_the_part_before_the_at_is_no_password() -> None:
    with pytest.raises(BadPassword):
        check_password("adalovelace", email="adalovelace@example.org")
