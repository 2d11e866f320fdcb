"""Which message counts, what may be acknowledged, and what people read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken

from app.devices import keys
from app.devices.domain import rules, topics, words
from app.devices.domain.rules import Connection

NOW = datetime(2026, 6, 10, 8, 7, tzinfo=UTC)
KNOWN = Connection(counter=12, boot_nonce="aa", journal_id=7)


@pytest.mark.parametrize(
    ("counter", "nonce", "journal", "is_fresh"),
    [
        (13, "bb", 7, True),
        (12, "aa", 7, True),
        (12, "bb", 7, False),
        (11, "aa", 7, False),
        (1, "bb", 8, True),
    ],
)
def test_a_hello_counts_if_it_is_new_or_repeats_the_present_one(
    counter: int, nonce: str, journal: int, is_fresh: bool
) -> None:
    counts = rules.is_fresh_hello(
        KNOWN, counter=counter, boot_nonce=nonce, journal_id=journal
    )

    assert counts is is_fresh


def test_the_first_hello_of_a_known_counter_sets_the_nonce() -> None:
    known = Connection(counter=12, boot_nonce=None, journal_id=7)

    assert rules.is_fresh_hello(known, counter=12, boot_nonce="aa", journal_id=7)


def test_a_will_of_an_older_connection_does_not_count() -> None:
    assert rules.is_current(12, 12)
    assert rules.is_current(13, 12)
    assert not rules.is_current(11, 12)


def test_a_box_that_was_not_heard_of_for_ninety_seconds_is_offline() -> None:
    assert rules.is_online(True, NOW - timedelta(seconds=89), NOW)
    assert not rules.is_online(True, NOW - timedelta(seconds=90), NOW)
    assert not rules.is_online(False, NOW, NOW)
    assert not rules.is_online(True, None, NOW)


@pytest.mark.parametrize(
    ("acked", "stored", "upto"),
    [(0, [], 0), (0, [1, 2, 3], 3), (3, [5, 6], 3), (3, [4, 6], 4), (0, [2], 0)],
)
def test_records_are_acknowledged_up_to_the_first_gap(
    acked: int, stored: list[int], upto: int
) -> None:
    assert rules.contiguous(acked, stored) == upto


def test_a_gap_closes_only_for_records_the_box_owned_up_to() -> None:
    assert rules.lost_before(10, 16, dropped=5, known=0) == 5
    assert rules.lost_before(10, 16, dropped=9, known=4) == 5
    assert rules.lost_before(10, 16, dropped=4, known=0) == 0
    assert rules.lost_before(10, 16, dropped=9, known=5) == 0
    assert rules.lost_before(10, 11, dropped=9, known=0) == 0


def test_a_queued_command_dies_at_its_expiry_and_a_sent_one_a_little_later() -> None:
    assert not rules.has_died("QUEUED", NOW, NOW - timedelta(seconds=1))
    assert rules.has_died("QUEUED", NOW, NOW)
    assert not rules.has_died("SENT", NOW, NOW + timedelta(seconds=4))
    assert rules.has_died("SENT", NOW, NOW + timedelta(seconds=5))
    assert not rules.has_died("DONE", NOW, NOW + timedelta(days=1))


def test_a_command_counter_never_falls_and_survives_a_restored_database() -> None:
    seconds = int(NOW.timestamp())

    assert rules.next_counter(0, NOW) == seconds
    assert rules.next_counter(seconds, NOW) == seconds + 1
    assert rules.next_counter(seconds + 100, NOW) == seconds + 101


@pytest.mark.parametrize("typed", ["K7Q2M6XW", " k7q2-m6xw ", "K7Q2 M6XW"])
def test_a_pairing_code_is_read_as_people_type_it(typed: str) -> None:
    assert rules.parse_pairing_code(typed) == "K7Q2M6XW"


@pytest.mark.parametrize("typed", ["", "K7Q2", "K7Q2M6XW9", "K7Q2M9XW", "ÄÖÜ2M6XW"])
def test_what_cannot_be_a_pairing_code_is_none(typed: str) -> None:
    assert rules.parse_pairing_code(typed) is None


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "pb/v1/pb-3f9a/up/nope",
        "pb/v1/pb-3f9a/down/cmd",
        "pb/v2/pb-3f9a/up/rec",
        "pb/v1/PB-3F9A/up/rec",
        "pb/v1/abc/up/rec",
        "pb/v1/" + "a" * 24 + "/up/rec",
        "pb/v1/pb-3f9a/up/rec/more",
        "pb/v1/pb-3f9a/up/rec\n",
        "pb/v1/+/up/rec",
    ],
)
def test_a_foreign_topic_is_nobodys(topic: str) -> None:
    assert topics.parse_up(topic) is None


def test_a_box_speaks_and_hears_only_under_its_own_name() -> None:
    assert topics.may_publish("pb-3f9a", "pb/v1/pb-3f9a/up/state")
    assert not topics.may_publish("pb-3f9a", "pb/v1/pb-other/up/state")
    assert not topics.may_publish("pb-3f9a", "pb/v1/pb-3f9a/down/cmd")
    assert topics.may_hear("pb-3f9a", "pb/v1/pb-3f9a/down/+")
    assert not topics.may_hear("pb-3f9a", "pb/v1/pb-3f9a/up/state")
    assert not topics.may_hear("pb-3f9a", "pb/v1/+/down/cmd")
    assert not topics.may_hear("+", "pb/v1/+/down/cmd")
    assert not topics.may_hear("pb-3f9a", "#")


def test_the_server_subscribes_to_every_kind() -> None:
    assert ("pb/v1/+/up/rec", 1) in topics.subscriptions()
    assert ("pb/v1/+/up/live", 0) in topics.subscriptions()


@pytest.mark.parametrize("fault", ["weld", "lock_jammed", "never_heard_of"])
def test_every_fault_has_words_and_advice(fault: str) -> None:
    title, advice = words.fault_words(fault)

    assert title
    assert advice.endswith((".", "?"))


@pytest.mark.parametrize("why", ["jammed", "offline", "odd_word", None])
def test_every_reason_is_a_sentence(why: str | None) -> None:
    assert words.why_words(why).endswith((".", "?"))


def test_states_have_words() -> None:
    assert words.lock_words("UNLOCKED") == "Open"
    assert words.lock_words("?") == "Unknown"
    assert words.status_words("Available") == "Ready"
    assert words.status_words("?") == "Unknown"


def test_a_device_key_comes_back_only_with_the_same_secret_key() -> None:
    device_key = keys.new_device_key()
    wrapped = keys.wrap(device_key, "s" * 40)

    assert device_key not in wrapped
    assert keys.unwrap(wrapped, "s" * 40) == device_key
    with pytest.raises(InvalidToken):
        keys.unwrap(wrapped, "t" * 40)


def test_a_password_fits_only_its_own_hash() -> None:
    password = keys.new_password()
    stored = keys.hash_password(password)

    assert keys.fits(password, stored)
    assert not keys.fits(password + "x", stored)
    assert not keys.fits(password, "")
    assert not keys.fits(password, "$7$x$y$z")
    assert keys.server_password("s" * 40) != keys.server_password("t" * 40)
