"""Use cases of an owner: save, pause and remove a charger, and look at the business."""

from app.owners.service.overview import (
    Dashboard,
    Overview,
    Setup,
    dashboard,
    get_overview,
)
from app.owners.service.removing import BookingsChanged, remove_charger
from app.owners.service.saving import (
    SaveCharger,
    add_charger,
    edit_charger,
    pause_charger,
    publish_charger,
)

__all__ = [
    "BookingsChanged",
    "Dashboard",
    "Overview",
    "SaveCharger",
    "Setup",
    "add_charger",
    "dashboard",
    "edit_charger",
    "get_overview",
    "pause_charger",
    "publish_charger",
    "remove_charger",
]
