"""Mail to a real SMTP server: what it takes is sent, what it refuses is refused, what nobody knows is uncertain."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from store.outbox import Channel, Message, MessageState, StoredMessage
from tests.mosquitto import free_port
from tests.vigie.mail_server import PASSWORD, Certificates, Server, certificates, mail_server
from vigie.notifications import smtp
from vigie.notifications.answer import Verdict
from vigie.notifications.settings import Security, Smtp
from vigie.notifications.smtp import MailAccess, MailServer

NOON = 1_774_785_600_000
LONG = "Une ligne très longue, plus longue que les 998 octets qu'une ligne de courrier peut avoir. " * 20
MAIL = Message(
    "event:1:mail:ada@service.example",
    Channel.MAIL,
    "ada@service.example",
    "fr",
    "[Vigie] Urgent : Monoxyde de carbone – Atelier « Été »",
    f"Ce ticket est à traiter sans délai.\n.\n..deux points\n{LONG}\nhttps://vigie.example/tickets/1\n",
)


def stored(message: Message = MAIL) -> StoredMessage:
    return StoredMessage(1, message, MessageState.SENDING, NOON, NOON, 1, "", None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.handler.reset()
    return running


def send(access: MailAccess, message: Message = MAIL) -> smtp.Answer:
    with MailServer(access) as connection:
        return connection.send(stored(message))


def test_the_server_gets_the_mail_as_it_was_written(server: Server) -> None:
    answer = send(server.access())

    assert (answer.verdict, answer.words) == (Verdict.ACCEPTED, "250 2.0.0 taken")
    (mail,) = server.handler.mails
    assert mail["Subject"] == MAIL.subject
    assert mail.get_content().replace("\r\n", "\n") == MAIL.body
    assert str(mail["From"]) == "Vigie <vigie@service.example>"
    assert str(mail["To"]) == "ada@service.example"
    assert mail["Date"].datetime.timestamp() * 1000 == NOON
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "fr")
    assert all(len(line) <= 998 for line in server.handler.raw[0].splitlines())


def test_a_second_attempt_has_the_same_bytes_and_the_same_message_id(server: Server) -> None:
    send(server.access())
    send(server.access())

    first, second = server.handler.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert re.fullmatch(r"<vigie\.[0-9a-f]{32}@service\.example>", first["Message-ID"])
    assert server.handler.raw[0] == server.handler.raw[1]


def test_a_message_cannot_add_headers_of_its_own(server: Server) -> None:
    send(server.access(), replace(MAIL, subject="Zone\r\nBcc: everybody@example.org\n\nText"))

    (mail,) = server.handler.mails
    assert mail["Subject"] == "Zone Bcc: everybody@example.org Text"
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["nobody", "a b@c.example", "a@b@c", "é@service.example", "x@y>\r\nRCPT TO:<z@y", "a,b@c.example", ""]
)
def test_what_is_no_address_is_refused_before_any_server_hears_of_it(server: Server, address: str) -> None:
    answer = send(server.access(), replace(MAIL, recipient=address))

    assert answer.verdict is Verdict.REFUSED
    assert "no address a mail can be sent to" in answer.words
    assert server.handler.connections == 0


def test_an_address_in_a_domain_with_accents_goes_to_its_network_name(server: Server) -> None:
    send(server.access(), replace(MAIL, recipient="ada@santé.example"))

    (mail,) = server.handler.mails
    assert str(mail["To"]) == "ada@xn--sant-epa.example"


def test_several_mails_of_a_round_share_a_connection(server: Server) -> None:
    with MailServer(server.access()) as connection:
        for number in range(3):
            assert connection.send(stored(replace(MAIL, key=f"event:{number}"))).verdict is Verdict.ACCEPTED

    assert len(server.handler.raw) == 3
    assert server.handler.connections == 1


@pytest.mark.parametrize("point", ["on_sender", "on_recipient", "on_data"])
@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("450 4.2.1 try again in a moment", Verdict.LATER),
        ("421 4.3.2 going down", Verdict.LATER),
        ("550 5.1.1 no such user", Verdict.REFUSED),
        ("530 5.7.0 sign in first", Verdict.UNREACHABLE),
    ],
)
def test_a_refusal_is_told_in_the_servers_words_and_the_next_mail_is_sent(
    server: Server, point: str, reply: str, verdict: Verdict
) -> None:
    with MailServer(server.access()) as connection:
        setattr(server.handler, point, reply)
        answer = connection.send(stored())
        assert (answer.verdict, answer.words) == (verdict, reply)
        assert server.handler.raw == []

        server.handler.reset()
        assert connection.send(stored()).verdict is Verdict.ACCEPTED
    assert len(server.handler.raw) == 1


@pytest.mark.parametrize("point", ["on_sender", "on_recipient"])
def test_a_connection_that_ends_before_the_message_was_handed_over_says_nothing_of_it(
    server: Server, point: str
) -> None:
    setattr(server.handler, point, "break")

    with MailServer(server.access()) as connection:
        assert connection.send(stored()).verdict is Verdict.UNREACHABLE
        server.handler.reset()
        assert connection.send(stored()).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(("behaviour", "taken"), [("break", 0), ("take and break", 1)])
def test_a_connection_that_ends_after_it_is_uncertain_whether_the_server_has_it_or_not(
    server: Server, behaviour: str, taken: int
) -> None:
    server.handler.on_data = behaviour

    answer = send(server.access())

    assert answer.verdict is Verdict.UNKNOWN
    assert "before the server answered" in answer.words
    assert len(server.handler.raw) == taken


def test_a_server_that_dropped_the_connection_between_two_mails_is_connected_to_again(server: Server) -> None:
    with MailServer(server.access()) as connection:
        assert connection.send(stored()).verdict is Verdict.ACCEPTED
        assert connection._connection is not None
        assert connection._connection.sock is not None
        connection._connection.sock.shutdown(socket.SHUT_RDWR)
        assert connection.send(stored()).verdict is Verdict.ACCEPTED

    assert len(server.handler.raw) == 2


def test_no_server_is_told(server: Server) -> None:
    access = MailAccess(Smtp("127.0.0.1", free_port(), Security.NONE, sender="v@service.example"), "", None)

    answer = send(access)

    assert answer.verdict is Verdict.UNREACHABLE
    assert "Connection refused" in answer.words


@contextmanager
def speaking(*lines: bytes) -> Iterator[int]:
    """A server that says these lines, one an answer, and then nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for line in lines:
                connection.sendall(line)
                connection.recv(1000)
            ended.wait(20)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((b"554 5.7.1 your network is not welcome\r\n",), "554 5.7.1 your network is not welcome"),
        ((b"220 hello\r\n",), "no answer within"),
        ((), "no answer within"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), ""),
    ],
)
def test_a_server_that_does_not_speak_as_it_should_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, lines: tuple[bytes, ...], says: str
) -> None:
    monkeypatch.setattr(smtp, "_PATIENCE", 0.3)
    with speaking(*lines) as port:
        answer = send(MailAccess(Smtp("127.0.0.1", port, Security.NONE, sender="v@service.example"), "", None))

    assert answer.verdict is Verdict.UNREACHABLE
    assert says in answer.words


def test_an_answer_that_does_not_come_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "_PATIENCE", 0.3)
    replies = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")
    with speaking(*replies) as port:
        answer = send(MailAccess(Smtp("127.0.0.1", port, Security.NONE, sender="v@service.example"), "", None))

    assert answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_encrypted_and_signed_in(made: Certificates, security: Security) -> None:
    with mail_server(security, made, sign_in=security is Security.STARTTLS) as server:
        assert send(server.access()).verdict is Verdict.ACCEPTED
        assert len(server.handler.raw) == 1


def test_a_wrong_password_is_told_and_not_repeated_to_anybody(made: Certificates) -> None:
    with mail_server(Security.STARTTLS, made, sign_in=True) as server:
        answer = send(server.access(password="wrong horse"))

    assert answer.verdict is Verdict.UNREACHABLE
    assert "535" in answer.words
    assert "wrong horse" not in answer.words


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_certificate_of_an_unknown_authority_is_refused(made: Certificates, security: Security) -> None:
    with mail_server(security, made, sign_in=security is Security.STARTTLS) as server:
        answer = send(server.access(ca_file=None))
        assert server.handler.raw == []

    assert answer.verdict is Verdict.UNREACHABLE
    assert "no encrypted connection" in answer.words
    assert "ca_file" in answer.words


def test_a_server_without_starttls_gets_neither_password_nor_mail(server: Server) -> None:
    access = server.access()
    asking = replace(access, smtp=replace(access.smtp, security=Security.STARTTLS), password=PASSWORD)

    answer = send(asking)

    assert answer.verdict is Verdict.UNREACHABLE
    assert "STARTTLS" in answer.words
    assert server.handler.raw == []


def test_an_authority_file_that_is_none_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    access = server.access(ca_file=tmp_path / "ca.pem")
    asking = replace(access, smtp=replace(access.smtp, security=Security.TLS))

    answer = send(asking)

    assert answer.verdict is Verdict.UNREACHABLE
    assert "ca.pem" in answer.words
