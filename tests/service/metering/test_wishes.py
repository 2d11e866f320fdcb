"""What people ask of a running session: stop it, lock the flap; and who may not."""

from __future__ import annotations

import pytest

from app.accounts.service import Person
from app.devices import heartbeat
from app.kernel.errors import Conflict, NotFound, Unavailable
from app.metering import service as metering
from app.metering.service import Phase
from tests.support.plugs import Plug


def test_the_driver_stops_and_asking_twice_sends_once(plug: Plug) -> None:
    asked = plug.opens()

    first = metering.stop(
        user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
    )
    second = metering.stop(
        user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
    )

    assert first == second
    (order,) = plug.orders("stop")
    assert order["arg"] == {"sid": asked.session_code, "why": "DRIVER"}
    assert plug.view(asked).phase == Phase.STOPPING


def test_stopping_what_is_over_is_harmless(plug: Plug) -> None:
    asked = plug.opens()
    plug.stops(asked, 38_012)

    answer = metering.stop(
        user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
    )

    assert answer is None
    assert plug.orders("stop") == []


def test_hanna_may_stop_what_runs_on_her_charger(plug: Plug, hanna: Person) -> None:
    asked = plug.opens()

    metering.stop(user_id=hanna.id, session_code=asked.session_code, now=plug.now)

    (order,) = plug.orders("stop")
    assert order["arg"]["why"] == "OWNER"
    plug.stops(asked, 38_012, "OWNER")
    assert plug.view(asked).ended_because == "The host stopped charging."


def test_nell_may_neither_see_nor_stop_nor_lock(plug: Plug, nell: Person) -> None:
    asked = plug.opens()

    with pytest.raises(NotFound):
        plug.view(asked, nell)
    with pytest.raises(NotFound):
        metering.stop(user_id=nell.id, session_code=asked.session_code, now=plug.now)
    with pytest.raises(NotFound):
        metering.relock(user_id=nell.id, session_code=asked.session_code, now=plug.now)
    with pytest.raises(NotFound):
        metering.session_view(user_id=nell.id, code="NOSUCHCODE", now=plug.now)
    with pytest.raises(NotFound):
        metering.stop(user_id=nell.id, session_code="NOSUCHCODE", now=plug.now)


def test_only_the_driver_locks_again(plug: Plug, hanna: Person) -> None:
    asked = plug.opens()

    metering.relock(
        user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
    )

    (order,) = plug.orders("relock")
    assert order["arg"] == {"sid": asked.session_code}
    with pytest.raises(NotFound):
        metering.relock(user_id=hanna.id, session_code=asked.session_code, now=plug.now)


def test_what_does_not_run_cannot_be_locked(plug: Plug) -> None:
    asked = plug.opens()
    plug.stops(asked, 38_012)

    with pytest.raises(Conflict):
        metering.relock(
            user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
        )


def test_a_refused_wish_is_told_beside_the_buttons(plug: Plug) -> None:
    asked = plug.opens()
    wish = metering.stop(
        user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
    )
    plug.orders("stop")

    plug.box.answers(wish or "", "stop", ok=False, why="jammed", lock="JAMMED")

    view = plug.view(asked)
    assert not view.is_stopping
    assert view.trouble == "The lock is stuck. Press the flap shut and tap again."


def test_a_box_out_of_reach_is_said_instead_of_pretending(plug: Plug) -> None:
    asked = plug.opens()
    plug.after(online=False, minutes=3)

    with pytest.raises(Unavailable, match="cannot be reached"):
        metering.stop(
            user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
        )
    heartbeat.beat(is_connected=False, now=plug.now)
    with pytest.raises(Unavailable, match="connection to the boxes"):
        metering.stop(
            user_id=plug.driver.id, session_code=asked.session_code, now=plug.now
        )
