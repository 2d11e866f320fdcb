"""Table of mails on their way; a mail that was handed over is forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Row, UtcDateTime


class MailRow(Row):
    """A mail that still has to be handed over to the mail server."""

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Stays the same over all attempts; a row's number is used again after it is gone.
    key: Mapped[str] = mapped_column(String(32), unique=True)
    to_email: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # None once every attempt has failed; then a person has to look.
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(Integer, default=0)
