"""Use cases of billing: read a receipt, sum up an owner's income."""

from __future__ import annotations

from datetime import datetime

from app.billing.domain import Earned, Income, Receipt, income, receipt_from
from app.bookings import service as bookings
from app.kernel.errors import NotFound
from app.metering import service as metering
from app.metering.service import Cdr

__all__ = ["Income", "Receipt", "canonical_receipt", "income_of", "receipt_for"]
USUAL_CURRENCY = "EUR"


def receipt_for(*, user_id: int, code: str) -> Receipt:
    """This function will return a booking's receipt to its driver or its seller.

    :raises NotFound: if there is no such booking, it is somebody else's, or nothing
        is billed yet
    """
    cdr = _cdr_for(user_id, code)
    return receipt_from(cdr.content, cdr.sha256)


def canonical_receipt(*, user_id: int, code: str) -> Cdr:
    """This function will return the sealed record itself, for checking its hash.

    :raises NotFound: as ``receipt_for`` does
    """
    return _cdr_for(user_id, code)


def _cdr_for(user_id: int, code: str) -> Cdr:
    booking = bookings.get_booking_for(user_id, code)
    cdr = metering.find_cdr(booking.id)
    if cdr is None:
        raise NotFound("There is no receipt for this booking yet.")
    return cdr


def income_of(owner_id: int, now: datetime) -> Income:
    """This function will return what an owner earned today, lately and in all."""
    cdrs = metering.cdrs_of_owner(owner_id)
    booked = bookings.bookings_by_ids(cdr.booking_id for cdr in cdrs)
    return income(
        (_earned(cdr, booked[cdr.booking_id].charger_id) for cdr in cdrs),
        currency=USUAL_CURRENCY,
        now=now,
    )


def _earned(cdr: Cdr, charger_id: int) -> Earned:
    receipt = receipt_from(cdr.content, cdr.sha256)
    return Earned(
        booking_code=receipt.booking_code,
        session_code=receipt.session_code,
        charger_id=charger_id,
        charger_name=receipt.charger_name,
        driver_name=receipt.driver,
        time_zone=receipt.time_zone,
        ended_at=cdr.ended_at,
        energy_wh=cdr.energy_wh,
        total_minor=cdr.total_minor,
        currency=cdr.currency,
    )
