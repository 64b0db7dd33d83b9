"""A real SMTP server on this machine: keeps what it takes, and refuses or breaks off where it is told to."""

import asyncio
import contextlib
import email
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.mosquitto import free_port
from vigie.notifications.settings import Security, Smtp
from vigie.notifications.smtp import MailAccess

USER, PASSWORD = "vigie", "correct horse"
SENDER = "Vigie <vigie@service.example>"
OK = "250 2.0.0 taken"


@dataclass
class Handler:
    """What the server does and what it took.

    Attributes
    ----------
    on_sender, on_recipient, on_data : str
        Reply at that point; "break" closes the connection instead, "take and break" after the message was kept.
    only : str
        The one recipient ``on_recipient`` is for; empty for all.
    """

    on_sender: str = OK
    on_recipient: str = OK
    on_data: str = OK
    only: str = ""
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.on_sender == OK:
            envelope.mail_from = address
        return self._reply(server, self.on_sender)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self.on_recipient if self.only in ("", address) else OK
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return self._reply(server, reply)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.on_data in (OK, "take and break"):
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
        return self._reply(server, self.on_data)

    def _reply(self, server: SMTP, reply: str) -> str:
        if reply.endswith("break"):
            assert server.transport is not None
            server.transport.abort()
            return OK
        return reply

    @property
    def mails(self) -> list[EmailMessage]:
        """What it took, read."""
        return [email.message_from_bytes(raw, policy=default) for raw in self.raw]  # type: ignore[arg-type]

    def reset(self) -> None:
        """As at the start."""
        self.on_sender = self.on_recipient = self.on_data = OK
        self.only = ""
        self.raw.clear()
        self.connections = 0


@dataclass(frozen=True)
class Certificates:
    """An authority of our own and a certificate of 127.0.0.1 from it."""

    authority: Path
    server: ssl.SSLContext


@dataclass
class Server:
    """A running server and how to reach it."""

    handler: Handler
    port: int
    security: Security
    ca_file: Path | None
    username: str

    def access(self, **changes: Any) -> MailAccess:
        """As settings would describe it."""
        smtp = Smtp(
            host="127.0.0.1",
            port=self.port,
            security=self.security,
            username=self.username,
            password_file="smtp-password" if self.username else "",
            sender=SENDER,
        )
        return MailAccess(smtp, changes.get("password", PASSWORD), changes.get("ca_file", self.ca_file))


def certificates(folder: Path) -> Certificates:
    """Made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return Certificates(path, context)


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data == LoginPassword(USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(
    security: Security = Security.NONE, made: Certificates | None = None, *, sign_in: bool = False
) -> Iterator[Server]:
    """A server in a thread of its own."""
    handler = Handler()
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": free_port(), "ready_timeout": 20}
    if security is Security.TLS:
        assert made is not None
        options["ssl_context"] = made.server
    if security is Security.STARTTLS:
        assert made is not None
        options |= {"tls_context": made.server, "require_starttls": True}
    if sign_in:
        options |= {
            "authenticator": _authenticate,
            "auth_required": True,
            "auth_require_tls": security is Security.STARTTLS,
        }
    controller = Controller(handler, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        controller.start()
    try:
        yield Server(handler, options["port"], security, made.authority if made else None, USER if sign_in else "")
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            controller.stop()
