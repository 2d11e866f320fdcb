"""What a browser sends about a charger, its prices and its hours."""

from app.owners.forms.charger import ChargerForm
from app.owners.forms.removal import PhotoForm, RemovalForm

__all__ = ["ChargerForm", "PhotoForm", "RemovalForm"]
