"""Mail over SMTP: one connection for a round of messages, and for each the server's own answer.

References
----------
RFC 5321: until the reply to the end of the data, a server has not taken responsibility for a message; after it, it has.
"""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from pathlib import Path
from types import TracebackType

from store.outbox import StoredMessage
from vigie.notifications.answer import Answer, Verdict
from vigie.notifications.settings import Security, Smtp

_PATIENCE = 20.0
"""Seconds each exchange with the server may take."""
_SIGN_IN_NEEDED = frozenset({530, 534, 535, 538})
"""Replies that speak of us and not of the message (RFC 4954)."""


@dataclass(frozen=True, slots=True)
class MailAccess:
    """The mail server of a workspace, with its secrets; for connecting, never for showing."""

    smtp: Smtp
    password: str
    ca_file: Path | None


class _NotReadyError(Exception):
    """The server cannot be used; nothing was said of any message."""


class MailServer:
    """A mail server; it is connected to at the first message.

    Parameters
    ----------
    access : MailAccess
    """

    def __init__(self, access: MailAccess) -> None:
        self._access = access
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, stored: StoredMessage) -> Answer:
        """Hand over one mail, once."""
        try:
            mail = mail_of(stored, self._access.smtp.sender)
        except (MessageError, ValueError, IndexError):
            words = f"{stored.message.recipient} is no address a mail can be sent to"
            return Answer(Verdict.REFUSED, words)
        return self.send_mail(mail)

    def send_mail(self, mail: EmailMessage) -> Answer:
        """Hand over a mail to the one address in its *To*, once."""
        try:
            connection = self._ready()
        except _NotReadyError as error:
            return Answer(Verdict.UNREACHABLE, str(error))
        try:
            answer = _hand_over(connection, mail)
        except BaseException:
            self._drop()  # in the middle of something
            raise
        if answer.verdict is Verdict.UNKNOWN or answer.words.startswith("421"):
            self._drop()
        return answer

    def _ready(self) -> smtplib.SMTP:
        """A connection that answers: the one there is, else a new one."""
        if self._connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if self._connection.rset()[0] == 250:
                    return self._connection
            self._drop()
        self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        smtp = self._access.smtp
        place = f"{smtp.host}:{smtp.port}"
        with contextlib.ExitStack() as on_failure:
            try:
                connection = self._open(smtp)
                on_failure.callback(connection.close)
                if smtp.security is Security.STARTTLS:
                    connection.starttls(context=self._trust())
                connection.ehlo_or_helo_if_needed()
                if smtp.username:
                    connection.login(smtp.username, self._access.password)
            except ssl.SSLError as error:
                reason = getattr(error, "verify_message", "") or error.reason or str(error)
                raise _NotReadyError(
                    f"{place}: no encrypted connection ({reason}); see security and ca_file"
                ) from error
            except smtplib.SMTPNotSupportedError as error:
                raise _NotReadyError(f"{place}: {error}; see security and username in [notifications.smtp]") from error
            except smtplib.SMTPResponseException as error:
                raise _NotReadyError(f"{place}: {_words(error.smtp_code, error.smtp_error)}") from error
            except (smtplib.SMTPException, OSError) as error:
                raise _NotReadyError(f"{place}: {_reason(error)}") from error
            on_failure.pop_all()
        return connection

    def _open(self, smtp: Smtp) -> smtplib.SMTP:
        if smtp.security is Security.TLS:
            return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_PATIENCE, context=self._trust())
        return smtplib.SMTP(smtp.host, smtp.port, timeout=_PATIENCE)

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._access.ca_file)
        except OSError as error:
            raise _NotReadyError(f"{self._access.ca_file}: is no certificate of an authority ({error})") from error

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._drop()


def mail_of(stored: StoredMessage, sender: str) -> EmailMessage:
    """A stored message as a mail: the same bytes and the same *Message-ID* however often it is made.

    Parameters
    ----------
    sender : str
        Address, with or without a name.

    Raises
    ------
    ValueError, IndexError, email.errors.MessageError
        The recipient's address is none that mail can be sent to.
    """
    name, address = parseaddr(sender)
    message = stored.message
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = Address(name, addr_spec=_in_ascii(address))
    mail["To"] = Address(addr_spec=_in_ascii(message.recipient))
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(datetime.fromtimestamp(stored.created / 1000, UTC))
    mail["Message-ID"] = f"<{message.name}@{_in_ascii(address).partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    mail.set_content(message.body, cte="quoted-printable")
    mail["Content-Language"] = message.language
    return mail


def _in_ascii(address: str) -> str:
    """An address with its domain as the network knows it."""
    local, at, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}{at}{domain.encode('idna').decode()}"


def _hand_over(connection: smtplib.SMTP, mail: EmailMessage) -> Answer:
    """MAIL, RCPT, DATA; only after the end of the data is there anything that could be uncertain."""
    try:
        code, said = connection.mail(_address(mail, "From"))
        if code == 250:
            code, said = connection.rcpt(_address(mail, "To"))
        if code in (250, 251):
            code, said = connection.docmd("DATA")
        if code != 354:
            return _refusal(code, said)
    except (smtplib.SMTPException, OSError) as error:
        return Answer(Verdict.UNREACHABLE, _reason(error))
    data = re.sub(rb"(?m)^\.", b"..", mail.as_bytes())
    try:
        connection.send(data + b".\r\n")
        code, said = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Answer(Verdict.UNKNOWN, f"the connection ended before the server answered ({_reason(error)})")
    if code == 250:
        return Answer(Verdict.ACCEPTED, _words(code, said))
    if not 400 <= code < 600:
        return Answer(Verdict.UNKNOWN, _words(code, said))
    return _refusal(code, said)


def _refusal(code: int, said: bytes) -> Answer:
    words = _words(code, said)
    if code in _SIGN_IN_NEEDED:
        return Answer(Verdict.UNREACHABLE, words)
    return Answer(Verdict.REFUSED if 500 <= code < 600 else Verdict.LATER, words)


def _address(mail: EmailMessage, header: str) -> str:
    addresses: tuple[Address, ...] = mail[header].addresses
    return addresses[0].addr_spec


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}".strip()


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps it
        return f"no answer within {_PATIENCE:.0f} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__
