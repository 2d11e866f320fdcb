"""Ten thousand odd payloads: none raises, none is stored."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.database import db
from app.devices import ingest
from app.devices.domain import messages, topics
from app.devices.domain.fields import Malformed
from app.devices.domain.rules import contiguous
from app.devices.ingest import Inbound
from app.devices.models import CommandRow, DeviceRow, JournalRecordRow
from tests.support.factories_devices import (
    hello,
    live,
    make_box,
    meter,
    records,
    state,
)

KINDS = tuple(topics.UP_QOS)
NAMES = ("v", "c", "j", "s", "d", "r", "on", "f", "m", "id", "ok", "op", "sid", "pair")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=8,
        )
    ),
    max_leaves=12,
)


@given(kind=st.sampled_from(KINDS), payload=st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_arbitrary_bytes_are_malformed_and_nothing_else(
    kind: str, payload: bytes
) -> None:
    with pytest.raises(Malformed):
        messages.parse(kind, payload)


@given(kind=st.sampled_from(KINDS), body=JSON)
@settings(max_examples=1500, deadline=None)
def test_arbitrary_json_is_parsed_or_malformed(kind: str, body: Any) -> None:
    try:
        parsed = messages.parse(kind, json.dumps(body).encode())
    except Malformed:
        return

    assert isinstance(parsed, messages.Will)  # Only a will is this easy to say.


@given(
    acked=st.integers(0, 50),
    stored=st.sets(st.integers(1, 80)).map(sorted),
)
def test_the_acknowledged_number_is_what_a_slow_reader_would_find(
    acked: int, stored: list[int]
) -> None:
    above = [seq for seq in stored if seq > acked]

    found = contiguous(acked, above)

    assert set(range(acked + 1, found + 1)) <= set(above)
    assert found + 1 not in above


def broken(payload: bytes, chance: random.Random) -> bytes:
    """Return a payload with one thing wrong that no box would say."""
    match chance.randrange(5):
        case 0:
            return payload[: chance.randrange(len(payload))]
        case 1:
            return chance.randbytes(chance.randrange(1, 300))
        case 2:
            at = chance.randrange(len(payload))
            return payload[:at] + b"\x00" + payload[at:]
        case 3:
            return payload.replace(b'"v": 1', b'"v": 1.5', 1) + b" " * 5000
        case _:
            return payload.replace(b":", b": -", 1).replace(b"true", b"NaN") + b"}"


def test_ten_thousand_odd_messages_store_nothing_and_raise_nothing(
    app: Flask, now: Any
) -> None:
    chance = random.Random(20260610)
    good = [hello(), state(), live(), records(meter(1), meter(2))]
    names = ["hello", "state", "live", "rec"]
    with app.app_context():
        box = make_box(app, now=now)
        for _ in range(100):
            batch = []
            for _ in range(100):
                which = chance.randrange(4)
                name = chance.choice([names[which], chance.choice(KINDS)])
                device = chance.choice([box.id, box.id, "pb-stranger", "x/y", ""])
                batch.append(
                    Inbound(
                        topic=f"pb/v1/{device}/up/{name}",
                        payload=broken(json.dumps(good[which]).encode(), chance),
                        received_at=now,
                        is_retained=chance.random() < 0.1,
                    )
                )
            ingest.take(batch)

        assert db.session.scalar(select(func.count(JournalRecordRow.seq))) == 0
        assert db.session.scalar(select(func.count(CommandRow.id))) == 0
        assert db.session.get_one(DeviceRow, box.id).last_seen_at is None
        assert box.wire.sent == []
