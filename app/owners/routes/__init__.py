"""An owner's pages: the dashboard, and a charger with everything about it."""

from flask import Blueprint

from app.owners.routes import charger, demand, editing, order_book, pricing, removal

bp = Blueprint("owners", __name__, url_prefix="/host")
for pages in (charger, demand, editing, order_book, pricing, removal):
    pages.add_to(bp)
