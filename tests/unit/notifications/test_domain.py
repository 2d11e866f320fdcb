"""Letters, retries and clickable links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.notifications.domain import (
    MAX_TRIES,
    Piece,
    next_try_after,
    pieces_of,
    split_letter,
)

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
SITE = "https://plugbid.example"


def test_a_subject_is_always_one_line() -> None:
    subject, body = split_letter("\n Booked:\tGarage  one \n\n\n\nHello\n\n\n\nBye\n\n")

    assert subject == "Booked: Garage one"
    assert body == "Hello\n\nBye\n"


def test_a_failed_mail_waits_longer_each_time_and_is_given_up_in_the_end() -> None:
    waits = [next_try_after(tries, NOW) for tries in range(1, MAX_TRIES + 1)]

    given_up = waits.pop()
    assert given_up is None
    lengths = [until - NOW for until in waits if until]
    assert lengths[0] == timedelta(minutes=1)
    assert lengths == sorted(lengths)
    assert lengths[-1] == timedelta(hours=12)


def test_only_links_to_this_site_become_clickable() -> None:
    body = f"Open {SITE}/verify/ab.cd?next=/u/X or https://evil.example/ now."

    pieces = pieces_of(body, public_url=SITE)

    assert pieces == (
        Piece("Open "),
        Piece(f"{SITE}/verify/ab.cd?next=/u/X", "/verify/ab.cd?next=/u/X"),
        Piece(" or https://evil.example/ now."),
    )


def test_a_mail_that_starts_and_ends_with_a_link_loses_nothing() -> None:
    body = f"{SITE}/a\n{SITE}/b"

    pieces = pieces_of(body, public_url=SITE)

    assert "".join(piece.text for piece in pieces) == body
    assert [piece.url for piece in pieces] == ["/a", None, "/b"]


def test_another_site_whose_name_begins_like_ours_is_not_linked() -> None:
    assert pieces_of(f"{SITE}.evil.test/a", public_url=SITE) == (
        Piece(f"{SITE}.evil.test/a"),
    )
