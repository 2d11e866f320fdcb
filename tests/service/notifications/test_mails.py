"""Mails that are queued, handed over to a real SMTP server or kept in a folder."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.database import db
from app.notifications import service
from app.notifications.domain import Mail
from app.notifications.models import MailRow

MAIL = Mail(
    key="5f" * 16,
    to_email="ada@example.org",
    to_name="Ada Lövelace, Countess",
    subject="Gebucht: Tür 3 – ja",
    body="Schöne Grüße\n.\nEnde\n",
)


class SmallMailServer:
    """A mail server of one connection at a time that speaks just enough SMTP."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.refuses = False
        self.logins: list[bytes] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self.port = 0

    def start(self) -> None:
        """Listen on a free port."""
        self._thread.start()
        assert self._ready.wait(5)

    def stop(self) -> None:
        """Close the port and end the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set_result, None)
        self._thread.join(5)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = self._loop.create_future()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._stopping

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"220 small\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.received.append(text)
                writer.write(b"250 taken\r\n")
            elif verb == b"EHLO":
                writer.write(b"250-small\r\n250 AUTH PLAIN\r\n")
            elif verb == b"AUTH":
                self.logins.append(base64.b64decode(line.split()[2]))
                writer.write(b"235 welcome\r\n")
            elif verb == b"RCPT" and self.refuses:
                writer.write(b"451 later\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
            await writer.drain()
        writer.close()


@pytest.fixture
def mail_server() -> Iterator[SmallMailServer]:
    server = SmallMailServer()
    server.start()
    yield server
    server.stop()


def use_smtp(app: Flask, port: int, *, scheme: str = "smtp", who: str = "") -> None:
    settings: Settings = app.extensions["plugbid_settings"]
    app.extensions["plugbid_settings"] = replace(
        settings, smtp_url=f"{scheme}://{who}127.0.0.1:{port}"
    )


def waiting() -> list[MailRow]:
    db.session.rollback()
    return list(db.session.scalars(select(MailRow)))


def test_without_a_mail_server_a_mail_is_kept_in_the_folder_at_once(
    in_app: Flask, now: datetime
) -> None:
    service.queue(MAIL, now=now)

    (kept,) = service.kept_mails(in_app.extensions["plugbid_settings"])
    assert kept.subject == MAIL.subject
    assert kept.body == MAIL.body
    assert "ada@example.org" in kept.to
    assert kept.sent_at == now.replace(microsecond=0)
    assert waiting() == []


def test_with_a_mail_server_the_clock_hands_the_mail_over_once(
    in_app: Flask, now: datetime, mail_server: SmallMailServer
) -> None:
    use_smtp(in_app, mail_server.port)
    service.queue(MAIL, now=now)
    before = list(mail_server.received)

    counts = [service.tick(now=now), service.tick(now=now + timedelta(days=1))]

    assert before == []
    assert counts == [1, 0]
    (text,) = mail_server.received
    assert "To: " in text
    assert "Auto-Submitted: auto-generated" in text
    assert waiting() == []


def test_a_mail_that_the_server_puts_off_is_tried_again_and_not_lost(
    in_app: Flask, now: datetime, mail_server: SmallMailServer
) -> None:
    use_smtp(in_app, mail_server.port)
    mail_server.refuses = True
    service.queue(MAIL, now=now)

    refused = service.tick(now=now)
    (until,) = [row.next_try_at for row in waiting()]
    mail_server.refuses = False
    too_soon = service.tick(now=now + timedelta(seconds=59))
    arrived = service.tick(now=now + timedelta(minutes=1))

    assert until == now + timedelta(minutes=1)
    assert (refused, too_soon, arrived) == (0, 0, 1)
    assert len(mail_server.received) == 1
    assert waiting() == []


def test_a_mail_is_given_up_only_after_many_tries_and_stays_for_a_person_to_see(
    in_app: Flask, now: datetime
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        use_smtp(in_app, closed.getsockname()[1])
        service.queue(MAIL, now=now)

        for day in range(12):
            service.tick(now=now + timedelta(days=day))

    (row,) = waiting()
    assert row.tries == 10
    assert row.next_try_at is None


def test_a_mail_that_another_process_is_handing_over_is_left_to_it(
    in_app: Flask, now: datetime, mail_server: SmallMailServer
) -> None:
    use_smtp(in_app, mail_server.port)
    service.queue(MAIL, now=now)
    (row,) = waiting()
    taken = service._take(row.id, now)

    again = service.tick(now=now + timedelta(seconds=30))
    after_a_crash = service.tick(now=now + timedelta(minutes=2))

    assert taken[0] == MAIL
    assert (again, after_a_crash) == (0, 1)


def test_a_folder_that_cannot_be_written_loses_nothing(
    in_app: Flask, now: datetime
) -> None:
    settings: Settings = in_app.extensions["plugbid_settings"]
    (settings.instance_dir / "mails").write_text("in the way")

    service.queue(MAIL, now=now)

    assert len(waiting()) == 1


def test_a_name_cannot_smuggle_another_header_into_a_mail(
    in_app: Flask, now: datetime
) -> None:
    service.write(
        "known", to_email="a@example.org", to_name='A" <x@evil.test>,', now=now
    )

    (kept,) = service.kept_mails(in_app.extensions["plugbid_settings"])
    assert kept.to.endswith("<a@example.org>")


def test_a_mail_server_that_wants_a_password_gets_the_decoded_one(
    in_app: Flask, now: datetime, mail_server: SmallMailServer
) -> None:
    use_smtp(in_app, mail_server.port, who="mailer:s%40cret@")
    service.queue(MAIL, now=now)

    arrived = service.tick(now=now)

    assert arrived == 1
    assert mail_server.logins == [b"\0mailer\0s@cret"]


def test_a_mail_server_that_does_not_speak_tls_gets_nothing_over_smtps(
    in_app: Flask, now: datetime, mail_server: SmallMailServer
) -> None:
    use_smtp(in_app, mail_server.port, scheme="smtps", who="mailer:secret@")
    service.queue(MAIL, now=now)

    arrived = service.tick(now=now)

    assert arrived == 0
    assert (mail_server.received, mail_server.logins) == ([], [])
    assert len(waiting()) == 1
