"""The two ways a mail leaves: a mail server by SMTP, or files in a folder."""

from __future__ import annotations

import email
import os
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.config import Settings
from app.notifications.domain import KeptMail, Mail

_TIMEOUT_S = 15
_SHOWN = 100


class MailFailed(Exception):
    """The mail could not be handed over now; the message says why."""


def send_by_smtp(mail: Mail, *, settings: Settings, now: datetime) -> None:
    """Hand a mail over to the mail server.

    :raises MailFailed: if the server cannot be reached or does not take it
    """
    message = _message(mail, settings=settings, now=now)
    try:
        with _connection(settings.smtp_url or "") as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(f"{type(error).__name__}: {error}") from error


def keep_in_folder(mail: Mail, *, settings: Settings, now: datetime) -> None:
    """Write a mail as a file, whole or not at all.

    :raises MailFailed: if the folder cannot be written
    """
    message = _message(mail, settings=settings, now=now)
    folder = _folder(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(message.as_bytes(policy=SMTP))
        os.replace(file.name, folder / f"{now:%Y%m%dT%H%M%S}-{mail.key}.eml")
    except OSError as error:
        raise MailFailed(str(error)) from error


def kept_mails(settings: Settings) -> tuple[KeptMail, ...]:
    """Return the latest mails of the folder, newest first."""
    files = list(_folder(settings).glob("*.eml"))
    files.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return tuple(_read(path) for path in files[:_SHOWN])


def _folder(settings: Settings) -> Path:
    return settings.instance_dir / "mails"


def _read(path: Path) -> KeptMail:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    return KeptMail(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        body=message.get_content().replace("\r\n", "\n"),
        sent_at=parsedate_to_datetime(str(message["Date"])),
    )


def _message(mail: Mail, *, settings: Settings, now: datetime) -> EmailMessage:
    host = urlsplit(settings.public_url).hostname
    message = EmailMessage()
    sender_name, sender = parseaddr(settings.mail_from)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(mail.to_name, addr_spec=mail.to_email)
    message["Subject"] = mail.subject
    message["Date"] = now
    # A second attempt carries the same id, so that a mailbox can drop the double.
    message["Message-ID"] = f"<{mail.key}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    return message


@contextmanager
def _connection(url: str) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(url)
    host, tls = parts.hostname or "localhost", ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=_TIMEOUT_S, context=tls
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=_TIMEOUT_S)
    with server:
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=tls)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
