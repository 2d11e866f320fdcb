"""Links sent by mail: signed, for one purpose, and soon worthless."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.domain import (
    BadLink,
    Claims,
    Purpose,
    address_fingerprint,
    open_link,
    sign_link,
)

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
KEY = b"k" * 32
CLAIMS = Claims(
    purpose=Purpose.RESET,
    person_id=7,
    credential_version=3,
    address=address_fingerprint("ada@example.org"),
)
TOKEN = sign_link(CLAIMS, key=KEY, now=NOW)


def opened(token: str, **changes: object) -> Claims:
    values = {"purpose": Purpose.RESET, "key": KEY, "now": NOW, **changes}
    return open_link(token, **values)  # type: ignore[arg-type]


def test_a_link_says_for_whom_it_was_made_until_just_before_it_expires() -> None:
    assert opened(TOKEN, now=NOW + timedelta(minutes=59, seconds=59)) == CLAIMS


def test_a_link_is_dead_at_the_instant_it_expires() -> None:
    with pytest.raises(BadLink, match="too old"):
        opened(TOKEN, now=NOW + timedelta(hours=1))


def test_a_link_that_confirms_lives_for_three_days() -> None:
    claims = replace(CLAIMS, purpose=Purpose.VERIFY)
    token = sign_link(claims, key=KEY, now=NOW)
    late = NOW + timedelta(days=3)

    assert opened(token, purpose=Purpose.VERIFY, now=late - timedelta(seconds=1))
    with pytest.raises(BadLink):
        opened(token, purpose=Purpose.VERIFY, now=late)


def test_a_link_never_serves_another_purpose_or_another_installation() -> None:
    with pytest.raises(BadLink):
        opened(TOKEN, purpose=Purpose.VERIFY)
    with pytest.raises(BadLink):
        opened(TOKEN, key=b"x" * 32)


@pytest.mark.parametrize("position", range(0, len(TOKEN), 7))
def test_a_link_with_one_letter_changed_is_refused(position: int) -> None:
    other = "A" if TOKEN[position] != "A" else "Z"

    with pytest.raises(BadLink):
        opened(TOKEN[:position] + other + TOKEN[position + 1 :])


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "a",
        "a.b.c",
        "ä.ö",
        TOKEN + "A" * 1000,
        TOKEN.split(".")[0] + ".",
        "%.%",
    ],
)
def test_what_was_never_signed_is_refused(token: str) -> None:
    with pytest.raises(BadLink):
        opened(token)


def test_the_address_itself_is_not_in_the_link() -> None:
    content = TOKEN.split(".")[0]

    plain = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))

    assert b"ada" not in plain
    assert b"example" not in plain
