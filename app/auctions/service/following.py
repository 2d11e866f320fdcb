"""Follow me: starting and ending a wish that one ordinary bid keeps for its driver.

Every change happens under the bidder's lock and then those of the chargers in
ascending order, so that two wishes can never wait for each other.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.auctions.domain.follow import check_another, check_wish
from app.auctions.domain.gates import Stage
from app.auctions.domain.rules import (
    LONGEST_KEY,
    BidRefused,
    BidState,
    Standing,
    check_step_back,
    check_undecided,
)
from app.auctions.models import FollowRow
from app.auctions.service.changing import withdraw_in
from app.auctions.service.checking import check_room_in
from app.auctions.service.gates import find_gate_in
from app.auctions.service.moving import choose_in, command_for
from app.auctions.service.places import StartFollow, places_in
from app.auctions.service.placing import place_in
from app.auctions.service.wishes import (
    FollowView,
    active_count_in,
    find_row_in,
    get_follow,
    last_bid_in,
    rows_where,
    set_state_in,
    views_of,
    wish_of,
)
from app.chargers import service as chargers
from app.database import Writing, db, writing
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import code_from

_PAST_SHOWN = 20
ENDED = "The wish was withdrawn."


def start_follow(command: StartFollow, *, now: datetime) -> FollowView:
    """This function will place one bid for the wish, at the best place of all.

    Sent again, the same wish with the same key gives what it made before.

    :raises BidRefused: at its field, if the wish cannot be followed, or if none of
        its chargers is free for that long, or if the driver has enough wishes
    """
    if not 0 < len(command.idempotency_key) <= LONGEST_KEY:
        raise BidRefused("This form is not complete. Please reload the page.")
    check_wish(command.charger_ids, command.window, command.length_min)
    with writing() as work:
        accounts.lock_in(work.session, command.bidder_id)
        follow_id = _find_replay_in(work.session, command)
        if follow_id is None:
            follow_id = _start_in(work, command, now)
    return get_follow(FollowRow.id == follow_id)


def withdraw_follow(*, bidder_id: int, code: str, now: datetime) -> FollowView:
    """This function will end a wish and take its bid back.

    Sent again it changes nothing.

    :raises NotFound: if there is none, or it is somebody else's
    :raises NotWhileLeading: if its bid is leading and older than ten minutes
    :raises BidClosed: if its bid is being decided
    """
    mine = (FollowRow.code == code) & (FollowRow.bidder_id == bidder_id)
    with writing() as work:
        accounts.lock_in(work.session, bidder_id)
        row = find_row_in(work.session, mine)
        if row is None:
            raise NotFound
        if row.state != "WITHDRAWN":
            _withdraw_in(work, row, now)
    return get_follow(mine)


def follow_for(user_id: int, code: str) -> FollowView:
    """This function will return a wish to the driver who made it.

    :raises NotFound: if there is none, or it is somebody else's
    """
    return get_follow((FollowRow.code == code) & (FollowRow.bidder_id == user_id))


def follows_of(user_id: int) -> tuple[FollowView, ...]:
    """This function will return a driver's active wishes, then the latest others."""
    mine = rows_where(FollowRow.bidder_id == user_id).order_by(FollowRow.id.desc())
    active = db.session.scalars(mine.where(FollowRow.state == "ACTIVE")).all()
    others = db.session.scalars(
        mine.where(FollowRow.state != "ACTIVE").limit(_PAST_SHOWN)
    ).all()
    return views_of((*active, *others))


def _find_replay_in(session: Session, command: StartFollow) -> int | None:
    """Return the wish that this key has made before.

    :raises BidRefused: if the key came with another wish then
    """
    row = find_row_in(
        session,
        (FollowRow.bidder_id == command.bidder_id)
        & (FollowRow.idempotency_key == command.idempotency_key),
    )
    if row is None:
        return None
    if wish_of(row) != command:
        raise BidRefused(
            "This form has already made another wish. Please reload the page."
        )
    return row.id


def _start_in(work: Writing, command: StartFollow, now: datetime) -> int:
    session = work.session
    check_another(active_count_in(session, command.bidder_id))
    check_room_in(session, command.bidder_id, command.maximum_minor, command.currency)
    for charger_id in sorted(command.charger_ids):
        chargers.lock_in(session, charger_id)
    places, refusal = places_in(session, command, now)
    place = choose_in(session, command, places, now)
    if place is None:
        raise refusal or BidRefused(
            "None of these chargers is open and free for that long in this window.",
            field="starts_at",
        )
    row = FollowRow(
        code=code_from(secrets.token_bytes(8)),
        bidder_id=command.bidder_id,
        evse_ids=list(command.charger_ids),
        window_starts_at=command.window.starts_at,
        window_ends_at=command.window.ends_at,
        length_min=command.length_min,
        maximum_minor=command.maximum_minor,
        currency=command.currency,
        vehicle_id=command.vehicle_id,
        energy_cap_wh=command.energy_cap_wh,
        state="ACTIVE",
        created_at=now,
        idempotency_key=command.idempotency_key,
    )
    session.add(row)
    session.flush()
    place_in(work, command_for(row, place), now=now)
    return row.id


def _withdraw_in(work: Writing, row: FollowRow, now: datetime) -> None:
    session = work.session
    for charger_id in sorted(row.evse_ids):
        chargers.lock_in(session, charger_id)
    bid = last_bid_in(session, row.id)
    if row.state != "ACTIVE" or (bid is not None and bid.state == BidState.WON):
        raise Conflict("This wish has ended already.")
    if bid is not None and bid.state == BidState.PENDING:
        gate = find_gate_in(session, bid.evse_id, bid.first_slot, Stage(bid.stage))
        check_undecided(BidState.PENDING, gate.decides_at if gate else now, now)
        standing = Standing(bid.standing) if bid.standing else None
        check_step_back(standing, bid.grace_until, now)
        withdraw_in(work, bid_id=bid.id, why=ENDED, now=now)
    set_state_in(session, row.id, "WITHDRAWN")
