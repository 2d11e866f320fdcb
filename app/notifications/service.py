"""Queues mails and hands them over: to a mail server, or to a folder without one."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select, update

from app.config import Settings
from app.database import db, writing
from app.notifications.domain import KeptMail, Mail, next_try_after, split_letter
from app.notifications.models import MailRow
from app.notifications.transport import (
    MailFailed,
    keep_in_folder,
    kept_mails,
    send_by_smtp,
)

__all__ = [
    "KeptMail",
    "Mail",
    "deliver_due",
    "kept_mails",
    "queue",
    "tick",
    "write",
]
_log = logging.getLogger(__name__)
# While one process hands a mail over, no other takes it; longer than any SMTP wait.
_LEASE = timedelta(minutes=2)
_BATCH = 50


def write(
    template: str, *, to_email: str, to_name: str, now: datetime, **context: object
) -> None:
    """Render a letter from its text template and queue it."""
    environment = current_app.jinja_env
    text = environment.get_template(f"notifications/{template}.txt").render(
        name=to_name, site=_settings().public_url, **context
    )
    subject, body = split_letter(text)
    mail = Mail(
        key=secrets.token_hex(16),
        to_email=to_email,
        to_name=to_name,
        subject=subject,
        body=body,
    )
    queue(mail, now=now)


def queue(mail: Mail, *, now: datetime) -> None:
    """Store a mail to be handed over; without a mail server that happens at once.

    With one the clock does it: no page waits for a mail server, and how long an
    answer takes tells nobody whether a mail went out.
    """
    with writing() as work:
        work.session.add(
            MailRow(
                key=mail.key,
                to_email=mail.to_email,
                to_name=mail.to_name,
                subject=mail.subject[:200],
                body=mail.body,
                created_at=now,
                next_try_at=now,
                tries=0,
            )
        )
    if _settings().smtp_url is None:
        deliver_due(now=now)


def tick(*, now: datetime) -> int:
    """Hand over every mail that is due; return how many arrived."""
    return deliver_due(now=now)


def deliver_due(*, now: datetime) -> int:
    """Hand over every mail that is due; one that fails is tried again later."""
    due = select(MailRow.id).where(MailRow.next_try_at <= now).order_by(MailRow.id)
    ids = list(db.session.scalars(due.limit(_BATCH)))
    db.session.rollback()
    return sum(_deliver(mail_id, now) for mail_id in ids)


def _deliver(mail_id: int, now: datetime) -> bool:
    mail, tries = _take(mail_id, now)
    if mail is None:
        return False
    try:
        settings = _settings()
        if settings.smtp_url:
            send_by_smtp(mail, settings=settings, now=now)
        else:
            keep_in_folder(mail, settings=settings, now=now)
    except MailFailed as error:
        _log.warning("Mail %d could not be handed over: %s", mail_id, error)
        _put_off(mail_id, next_try_after(tries, now))
        return False
    with writing() as work:
        work.session.execute(delete(MailRow).where(MailRow.id == mail_id))
    return True


def _take(mail_id: int, now: datetime) -> tuple[Mail | None, int]:
    """Reserve the mail for this process, unless another one was faster."""
    with writing() as work:
        taken = work.session.execute(
            update(MailRow)
            .where(MailRow.id == mail_id, MailRow.next_try_at <= now)
            .values(next_try_at=now + _LEASE, tries=MailRow.tries + 1)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            return None, 0
        row = work.session.get_one(MailRow, mail_id, populate_existing=True)
        mail = Mail(
            key=row.key,
            to_email=row.to_email,
            to_name=row.to_name,
            subject=row.subject,
            body=row.body,
        )
        return mail, row.tries


def _put_off(mail_id: int, until: datetime | None) -> None:
    if until is None:
        _log.error("Mail %d was tried too often and is given up.", mail_id)
    with writing() as work:
        work.session.execute(
            update(MailRow).where(MailRow.id == mail_id).values(next_try_at=until)
        )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["plugbid_settings"]
    return settings
