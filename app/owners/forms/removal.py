"""Small forms: what an owner confirms before a charger goes, and a photo."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

# What is read of an upload; more is refused without being decoded.
_MAX_PHOTO_BYTES = 8 * 1024 * 1024 + 1


class RemovalForm(FlaskForm):
    """The owner has seen which bookings end with the charger."""

    confirm = BooleanField("I have read what happens")
    codes = HiddenField("Bookings")

    def confirmed_codes(self) -> frozenset[str] | None:
        """Return the bookings that were on the page, if they were agreed to."""
        if not self.confirm.data:
            return None
        return frozenset(filter(None, (self.codes.data or "").split(",")))


class PhotoForm(FlaskForm):
    """A photo of the place."""

    photo = FileField("Photo")

    def content(self) -> bytes:
        """Return the file, empty where none was chosen."""
        file = self.photo.data
        return file.read(_MAX_PHOTO_BYTES) if file else b""
