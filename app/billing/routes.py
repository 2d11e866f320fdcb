"""Receipts: to read, to print, and to check."""

from __future__ import annotations

from flask import Blueprint, Response, make_response
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.guards import signed_in, signed_in_person
from app.billing import service
from app.metering.domain.cdr import canonical
from app.web.htmx import render

bp = Blueprint("billing", __name__, url_prefix="/receipts")


@bp.get("/<code>")
@signed_in
def receipt(code: str) -> BaseResponse:
    """Show the receipt of a booking; it prints alone on its page."""
    found = service.receipt_for(user_id=signed_in_person().id, code=code)
    return render("billing/receipt.html", receipt=found)


@bp.get("/<code>.json")
@signed_in
def record(code: str) -> Response:
    """Hand out the sealed bytes, of which anybody can take the hash."""
    cdr = service.canonical_receipt(user_id=signed_in_person().id, code=code)
    response = make_response(canonical(cdr.content))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{code}.json"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response
