"""Pages of accounts: logging in and out, mailed links, the account and its cars."""

from flask import Blueprint

from app.accounts.routes import account, cars, entry, mailed

bp = Blueprint("accounts", __name__)
for pages in (entry, mailed, account, cars):
    pages.add_to(bp)
