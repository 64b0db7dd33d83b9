"""Reaching a broker: its address, and a connection in MQTT 5 where the broker speaks it, in 3.1.1 where it does not."""

import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PORT = 1883
TLS_PORT = 8883
KEEP_ALIVE = 60
_CONNECT_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 5.0
"""Some brokers of MQTT 3.1.1 misread a CONNECT of MQTT 5 and wait for more instead of refusing it [s]."""


class BrokerError(RuntimeError):
    """The broker cannot be reached or does not let us in; the message is one line for a person."""


class Encryption(Enum):
    """How the connection is protected."""

    NONE = "mqtt"
    TLS = "mqtts"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Certificates for a TLS connection, where the system's own are not enough.

    Attributes
    ----------
    authority : Path or None
        Certificates that sign the broker's (PEM); the system's when None.
    certificate, key : Path or None
        Ours, where the broker asks for one.
    """

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is and who we are to it."""

    host: str
    port: int
    encryption: Encryption = Encryption.NONE
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsFiles = TlsFiles()

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.encryption.value}://{host}:{self.port}"


def parse_address(url: str, tls: TlsFiles = TlsFiles()) -> BrokerAddress:
    """Read ``mqtt://[user:password@]host[:port]``, or ``mqtts://`` for TLS.

    Raises
    ------
    BrokerError
        When the text is not such an address.
    """
    expected = "expected mqtt://host:port or mqtts://host:port, with user:password@ before the host where needed"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BrokerError(f"broker address has a wrong port or host: {error}; {expected}") from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path not in ("", "/") or port == 0:
        shown = url.rsplit("@", 1)[-1]
        raise BrokerError(f'broker address is "{shown}"; {expected}')
    encryption = Encryption(parts.scheme)
    return BrokerAddress(
        parts.hostname,
        port or (TLS_PORT if encryption is Encryption.TLS else PORT),
        encryption,
        unquote(parts.username) if parts.username is not None else None,
        unquote(parts.password) if parts.password is not None else None,
        tls,
    )


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """What we ask of the broker when connecting.

    Attributes
    ----------
    client_id : str
        Always the same, so that the broker finds our session again.
    expiry : int
        How long the broker keeps session and queued messages while we are away [s]; MQTT 5 only.
    receive_maximum : int
        Unacknowledged messages the broker may send at once; MQTT 5 only.
    """

    client_id: str
    expiry: int = 7 * 86_400
    receive_maximum: int = 2_000


class _Refused(Exception):  # noqa: N818  a decision point, never shown
    """The broker answered, and the answer was no."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class _OtherProtocol(Exception):  # noqa: N818  a decision point, never shown
    """The broker did not understand the version of MQTT."""


def connect(address: BrokerAddress, terms: SessionTerms, on_session: Callable[[bool], None] | None = None) -> Client:
    """A connected client whose session survives it, with manual acknowledgement; the caller pumps its socket.

    Parameters
    ----------
    on_session : callable, optional
        Told whether the broker still had the session of an earlier connection.

    Raises
    ------
    BrokerError
        When the broker cannot be reached or refuses us.
    """
    try:
        try:
            return _attempt(address, terms, MQTTProtocolVersion.MQTTv5, on_session)
        except _OtherProtocol:
            return _attempt(address, terms, MQTTProtocolVersion.MQTTv311, on_session)
    except _OtherProtocol as error:
        raise BrokerError(f"{address} does not speak MQTT: {error}; check the address and port") from None
    except _Refused as refused:
        raise BrokerError(f"{address} refuses the connection: {refused}; {_mend(str(refused))}") from None


def disconnect(client: Client) -> None:
    """Say goodbye without giving up the session, and close the socket."""
    client.on_disconnect = None
    client.disconnect()
    deadline = time.monotonic() + 1.0
    while client.want_write() and socket_of(client) is not None and time.monotonic() < deadline:
        client.loop_write()
    abandon(client)


def abandon(client: Client) -> None:
    """Close the socket without a word, as a crash would."""
    sock = socket_of(client)
    if sock is not None:
        sock.close()


def socket_of(client: Client) -> socket.socket | None:
    """The client's socket while it is connected."""
    return cast(socket.socket | None, client.socket())


class _Answer:
    """What the broker said to our CONNECT."""

    def __init__(self, client: Client) -> None:
        self.reason: ReasonCode | None = None
        self.session_present = False
        self.closed = False
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected

    def _connected(
        self, _client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, _more: object
    ) -> None:
        self.reason = reason
        self.session_present = flags.session_present

    def _disconnected(self, _client: Client, _data: object, _flags: object, _reason: object, _more: object) -> None:
        self.closed = True


def _attempt(
    address: BrokerAddress,
    terms: SessionTerms,
    protocol: MQTTProtocolVersion,
    on_session: Callable[[bool], None] | None,
) -> Client:
    client = _client(address, terms, protocol)
    context = _tls_context(address)
    if context is not None:
        client.tls_set_context(context)
    answer = _Answer(client)
    try:
        if protocol is MQTTProtocolVersion.MQTTv5:
            wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
            wishes.SessionExpiryInterval = terms.expiry
            wishes.ReceiveMaximum = terms.receive_maximum
            client.connect(address.host, address.port, KEEP_ALIVE, clean_start=False, properties=wishes)
        else:
            client.connect(address.host, address.port, KEEP_ALIVE)
    except (OSError, ValueError) as error:
        if context is not None:
            context.close()
        if isinstance(error, ssl.SSLError):
            raise BrokerError(
                f"{address}: TLS fails: {error.reason or error}; check the certificates and the port"
            ) from None
        raise BrokerError(
            f"{address} cannot be reached: {_why(error)}; start the broker or mend the address and port"
        ) from None
    _await_answer(client, answer)
    if answer.reason is None or answer.reason == "Unsupported protocol version":
        abandon(client)
        raise _OtherProtocol("it closes the connection" if answer.reason is None else str(answer.reason).lower())
    if answer.reason.is_failure:
        abandon(client)
        raise _Refused(str(answer.reason).lower())
    sock = socket_of(client)
    if sock is not None:
        # Acknowledgements are tiny packets; without this each waits for the one before it to be acknowledged by TCP.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.on_connect = None
    client.on_disconnect = None
    if on_session is not None:
        on_session(answer.session_present)
    return client


def _client(address: BrokerAddress, terms: SessionTerms, protocol: MQTTProtocolVersion) -> Client:
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=terms.client_id,
        clean_session=None if protocol is MQTTProtocolVersion.MQTTv5 else False,
        protocol=protocol,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = _CONNECT_TIMEOUT
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    return client


def _tls_context(address: BrokerAddress) -> "_TlsContext | None":
    if address.encryption is Encryption.NONE:
        return None
    try:
        return _TlsContext.of(address.tls)
    except (OSError, ValueError) as error:
        raise BrokerError(f"{address}: a certificate file cannot be used: {error}; check the TLS files") from None


class _TlsContext(ssl.SSLContext):
    """Remembers the socket it wrapped: paho leaves it open when the handshake fails."""

    wrapped: ssl.SSLSocket | None = None

    @classmethod
    def of(cls, files: TlsFiles) -> "_TlsContext":
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        if files.authority is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(files.authority)
        if files.certificate is not None:
            context.load_cert_chain(files.certificate, files.key)
        return context

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        """As the class above, remembering the result."""
        self.wrapped = super().wrap_socket(*arguments, **options)
        return self.wrapped

    def close(self) -> None:
        """Close what it wrapped."""
        if self.wrapped is not None:
            self.wrapped.close()


def _await_answer(client: Client, answer: _Answer) -> None:
    deadline = time.monotonic() + _ANSWER_TIMEOUT
    while answer.reason is None and not answer.closed:
        sock = socket_of(client)
        if sock is None:
            return
        if time.monotonic() > deadline:
            abandon(client)
            raise _OtherProtocol("it does not answer")
        if client.want_write():
            client.loop_write()
        if has_input(sock, 0.1) and client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return


def has_input(sock: socket.socket, timeout: float) -> bool:
    """Whether the socket can be read within ``timeout`` [s]; true too when its end can be noticed."""
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    return bool(poller.poll(timeout * 1000))


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__


def _mend(reason: str) -> str:
    words = reason.lower()
    if "authori" in words or "user name" in words or "password" in words:
        return "check the user and password in the broker's address"
    if "identifier" in words:
        return "choose another client id"
    return "see the broker's log"
