"""A real mail server for the tests, which can refuse, hang, go away and die at the worst moments."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


class MailServer:
    """Takes mails on a port of its own. `accepted` holds all that it took, copies too; `mailbox` what their
    readers find, one mail a Message-ID, as mailboxes do it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.accepted: list[EmailMessage] = []
        self.connections = 0
        # What the server does instead of taking a mail; each gets the recipient's address or the mail.
        self.on_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.on_data: Callable[[EmailMessage], str] = lambda mail: "250 OK"
        self.dies = ""  # "in the middle" of the data, or "before the answer"
        self.is_holding = False
        self._free = asyncio.Event()
        self._controller: Controller | None = None

    @property
    def mailbox(self) -> dict[str, EmailMessage]:
        return {mail["Message-ID"]: mail for mail in self.accepted}

    def subjects(self) -> list[str]:
        return sorted(str(mail["Subject"]) for mail in self.mailbox.values())

    def start(self) -> None:
        server = self

        class OnePort(Controller):
            def factory(self) -> SMTP:
                return _Conversation(server, self.handler, hostname="mail.example")

        self._controller = OnePort(_Handler(self), hostname=HOST, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    def hold(self) -> None:
        """From now on take mails without answering, until `let_go`."""
        self.is_holding = True
        self._free = asyncio.Event()

    def let_go(self) -> None:
        self.is_holding = False
        assert self._controller
        self._controller.loop.call_soon_threadsafe(self._free.set)

    async def answer(self, mail: EmailMessage) -> str:
        said = self.on_data(mail)
        if said.startswith("2"):
            self.accepted.append(mail)
        if self.is_holding:
            await self._free.wait()
        return said


class _Conversation(SMTP):
    def __init__(self, server: MailServer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mail_server = server

    async def smtp_EHLO(self, hostname: str) -> None:
        self.mail_server.connections += 1
        await super().smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str) -> None:
        if self.mail_server.dies == "in the middle":
            await self.push("354 Go on")
            await self._reader.readline()
            cut(self)
            return
        await super().smtp_DATA(arg)


def cut(conversation: SMTP) -> None:
    """End the connection without another word."""
    assert isinstance(conversation.transport, asyncio.Transport)
    conversation.transport.abort()


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_RCPT(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.server.on_recipient(address)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        said = await self.server.answer(mail)
        if self.server.dies == "before the answer":
            cut(smtp)
        return said


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that lets clients in and never says a word."""
    with socket.create_server((HOST, 0)) as listening:
        yield listening.getsockname()[1]


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
