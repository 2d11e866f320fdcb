"""Imports every room's tables, so that migrations and tests see the whole schema."""

from app.accounts import models as accounts
from app.auctions import models as auctions
from app.bookings import models as bookings
from app.chargers import models as chargers
from app.devices import models as devices
from app.metering import models as metering
from app.notifications import models as notifications
from app.pricing import models as pricing
from app.schedules import models as schedules
from app.search import models as search
from app.web import limits

__all__ = [
    "accounts",
    "auctions",
    "bookings",
    "chargers",
    "devices",
    "limits",
    "metering",
    "notifications",
    "pricing",
    "schedules",
    "search",
]
