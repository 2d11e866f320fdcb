"""Every way a booking's state may change, as data, and the one predicate over it.

Pages, the clock and other rooms all ask ``may``; nobody compares states by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.bookings.domain.booking import Actor, Booking, State
from app.kernel.errors import Conflict

Moment = Callable[[Booking], datetime]


class NotNow(Conflict):
    """The booking's state or the time does not allow this."""


class Effect(StrEnum):
    """What else must happen in the same transaction."""

    CLAIM_TIME = "CLAIM_TIME"
    RELEASE_TIME = "RELEASE_TIME"
    LATE_FEE = "LATE_FEE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One permitted change.

    :param source: the state before; None creates the booking
    :param opens: from which instant it is permitted; None for always
    :param closes: until which instant (exclusive); None for ever
    :param is_due: whether the clock does it by itself as soon as it opens
    """

    name: str
    by: frozenset[Actor]
    source: State | None
    target: State
    effects: frozenset[Effect] = frozenset()
    opens: Moment | None = None
    closes: Moment | None = None
    is_due: bool = False


def _ends(booking: Booking) -> datetime:
    return booking.ends_at


def _opens(booking: Booking) -> datetime:
    return booking.opens_at


def _hold_ends(booking: Booking) -> datetime:
    return booking.hold_ends_at


def _answer_by(booking: Booking) -> datetime:
    return booking.answer_by


def _no_show(booking: Booking) -> datetime:
    # Whoever asked the box to open was there; only the end of the time tells.
    return booking.ends_at if booking.unlock_asked_at else booking.no_show_at


_DRIVER = frozenset({Actor.DRIVER})
_OWNER = frozenset({Actor.OWNER, Actor.OPERATOR})
_SYSTEM = frozenset({Actor.SYSTEM})
_CLAIM = frozenset({Effect.CLAIM_TIME})
_RELEASE = frozenset({Effect.RELEASE_TIME})
_RELEASE_FOR_FEE = frozenset({Effect.RELEASE_TIME, Effect.LATE_FEE})


def _row(
    name: str,
    by: frozenset[Actor],
    source: State | None,
    target: State,
    effects: frozenset[Effect] = frozenset(),
    *,
    opens: Moment | None = None,
    closes: Moment | None = None,
    is_due: bool = False,
) -> Transition:
    return Transition(
        name=name,
        by=by,
        source=source,
        target=target,
        effects=effects,
        opens=opens,
        closes=closes,
        is_due=is_due,
    )


TRANSITIONS = (
    _row("hold", _DRIVER, None, State.HELD, _CLAIM),
    _row("book", _DRIVER, None, State.RESERVED, _CLAIM),
    _row("request", _DRIVER, None, State.REQUESTED, _CLAIM),
    _row("confirm", _DRIVER, State.HELD, State.RESERVED, closes=_hold_ends),
    _row("request", _DRIVER, State.HELD, State.REQUESTED, closes=_hold_ends),
    _row("cancel", _DRIVER, State.HELD, State.CANCELED, _RELEASE),
    _row(
        "lapse",
        _SYSTEM,
        State.HELD,
        State.EXPIRED,
        _RELEASE,
        opens=_hold_ends,
        is_due=True,
    ),
    _row("fail", _SYSTEM, State.HELD, State.FAILED, _RELEASE),
    _row("accept", _OWNER, State.REQUESTED, State.RESERVED, closes=_answer_by),
    _row("reject", _OWNER, State.REQUESTED, State.REJECTED, _RELEASE),
    _row("cancel", _DRIVER, State.REQUESTED, State.CANCELED, _RELEASE),
    _row(
        "lapse",
        _SYSTEM,
        State.REQUESTED,
        State.EXPIRED,
        _RELEASE,
        opens=_answer_by,
        is_due=True,
    ),
    _row(
        "cancel",
        _DRIVER,
        State.RESERVED,
        State.CANCELED,
        _RELEASE_FOR_FEE,
        closes=_ends,
    ),
    _row(
        "cancel",
        _OWNER | _SYSTEM,
        State.RESERVED,
        State.CANCELED,
        _RELEASE,
        closes=_ends,
    ),
    _row(
        "unlock",
        _DRIVER,
        State.RESERVED,
        State.RESERVED,
        opens=_opens,
        closes=_no_show,
    ),
    _row("unlock", _DRIVER, State.IN_USE, State.IN_USE, closes=_ends),
    # The box reports what has happened already, so no time limit can refuse it.
    _row("start", _SYSTEM, State.RESERVED, State.IN_USE),
    _row(
        "no_show",
        _SYSTEM,
        State.RESERVED,
        State.NO_SHOW,
        _RELEASE_FOR_FEE,
        opens=_no_show,
        is_due=True,
    ),
    _row("fail", _SYSTEM | _OWNER, State.RESERVED, State.FAILED, _RELEASE),
    _row("complete", _SYSTEM, State.IN_USE, State.COMPLETED, _RELEASE),
    _row("fail", _SYSTEM | _OWNER, State.IN_USE, State.FAILED, _RELEASE),
)

_DONE = {
    State.COMPLETED: "This booking is completed.",
    State.CANCELED: "This booking was canceled.",
    State.REJECTED: "The host declined this booking.",
    State.EXPIRED: "This booking was not confirmed in time.",
    State.NO_SHOW: "Nobody came in time, so this booking was released.",
    State.FAILED: "This booking failed.",
}


def get_transition(
    name: str, booking: Booking, actor: Actor, now: datetime
) -> Transition:
    """Return the transition of that name which is permitted now.

    People meet the state as it is by the clock; what the system does is a fact and
    meets the state as it is written.

    :raises NotNow: with the reason in words, if none is
    """
    state = booking.state
    if actor is not Actor.SYSTEM:
        state = effective_state(booking, now)
    found = _find(name, state, actor)
    if found is None:
        raise NotNow(_DONE.get(state, "This cannot be done with this booking."))
    if found.opens and now < found.opens(booking):
        raise NotNow("It is too early for this.")
    if found.closes and now >= found.closes(booking):
        raise NotNow("It is too late for this.")
    return found


def may(name: str, booking: Booking, actor: Actor | None, now: datetime) -> bool:
    """Return whether this actor may do this to the booking at this instant."""
    if actor is None:
        return False
    try:
        get_transition(name, booking, actor, now)
    except NotNow:
        return False
    return True


def due_transition(booking: Booking, now: datetime) -> Transition | None:
    """Return what the clock has to do to the booking, whether or not it ran yet."""
    for each in TRANSITIONS:
        if each.is_due and each.source is booking.state:
            return each if may(each.name, booking, Actor.SYSTEM, now) else None
    return None


def effective_state(booking: Booking, now: datetime) -> State:
    """Return the state as it is at this instant, also where no job has run."""
    due = due_transition(booking, now)
    return due.target if due else booking.state


def creating(name: str) -> Transition:
    """Return the transition that makes a booking: ``book``, ``hold``, ``request``."""
    return next(each for each in TRANSITIONS if each.name == name and not each.source)


def _find(name: str, state: State, actor: Actor) -> Transition | None:
    for each in TRANSITIONS:
        if each.name == name and each.source is state and actor in each.by:
            return each
    return None
