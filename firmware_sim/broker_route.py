"""The way to one broker, shared by all that connect to it: its places, its certificates, the MQTT it speaks."""

import socket
import ssl
import time
from collections.abc import Sequence

from paho.mqtt.enums import MQTTProtocolVersion

from firmware_sim.connection import BrokerAddress, Endpoint
from firmware_sim.errors import BrokerRefusedError, BrokerUnreachableError, SimulatorError

NAME_HOLDS = 30.0
"""Time for which the places of a broker's name are not asked for again [s]: thousands reconnect at once."""

_PROTOCOL_NAMES = {MQTTProtocolVersion.MQTTv311: "MQTT 3.1.1", MQTTProtocolVersion.MQTTv5: "MQTT 5"}

NEWEST, OLDEST = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


class BrokerRoute:
    """The way to a broker.

    Attributes
    ----------
    address : BrokerAddress
    protocol : MQTTProtocolVersion or None
        What the broker was found to speak; None before the first connection.
    """

    def __init__(self, address: BrokerAddress) -> None:
        self.address = address
        self.protocol: MQTTProtocolVersion | None = None
        self._endpoints: tuple[Endpoint, ...] = ()
        self._asked_at = 0.0
        self._tls: ssl.SSLContext | None = None

    @property
    def protocol_name(self) -> str:
        """What the broker was found to speak; empty before the first connection."""
        return _PROTOCOL_NAMES[self.protocol] if self.protocol is not None else ""

    def endpoints(self) -> Sequence[Endpoint]:
        """Where the broker's name leads.

        Raises
        ------
        OSError
            Nowhere.
        """
        now = time.monotonic()
        if not self._endpoints or now - self._asked_at > NAME_HOLDS:
            found = socket.getaddrinfo(self.address.host, self.address.port, type=socket.SOCK_STREAM)
            self._endpoints = tuple(Endpoint(family, place) for family, _, _, _, place in found)
            self._asked_at = now
        return self._endpoints

    def tls(self) -> ssl.SSLContext | None:
        """Certificates to trust, for a broker with TLS; made once, for it takes ten milliseconds.

        Raises
        ------
        SimulatorError
            They cannot be read.
        """
        if self.address.tls and self._tls is None:
            authority = self.address.authority
            try:
                self._tls = ssl.create_default_context(cafile=str(authority) if authority else None)
            except OSError as error:
                raise SimulatorError(
                    f"{authority}: certificates cannot be read ({error.strerror or error}); expected a file in PEM"
                ) from None
        return self._tls

    def unreachable(self, failure: OSError | None) -> BrokerUnreachableError:
        """There is no way to the broker; None when somebody is there who does not answer."""
        if isinstance(failure, ssl.SSLError):
            return BrokerUnreachableError(
                f"the broker at {self.address}: TLS fails: {getattr(failure, 'reason', None) or failure.strerror}; "
                "check the certificates and the port"
            )
        reason = (failure.strerror or str(failure)) if failure else "what listens there does not answer"
        return BrokerUnreachableError(
            f"no MQTT broker at {self.address} ({reason}); start one (`vigie run`, or `mosquitto -p "
            f"{self.address.port}`) or give the address of yours (mqtt://host:port)"
        )

    def busy(self, refusal: str) -> BrokerUnreachableError:
        """The broker is there and takes no more connections."""
        return BrokerUnreachableError(
            f"the broker at {self.address} takes no more connections ({refusal}); raise its limit (mosquitto: "
            "max_connections, and LimitNOFILE of its service), or connect fewer kits or through gateways"
        )

    def hangs_up(self, client: str, farewell: str) -> BrokerUnreachableError:
        """The broker lets a client in and closes the connection before anything went over it, again and again."""
        return BrokerUnreachableError(
            f'the broker at {self.address} lets client "{client}" in and hangs up at once ({farewell}); '
            "see the broker's log"
        )

    def refused(self, client: str, refusal: str) -> BrokerRefusedError:
        """The broker does not let a client in."""
        return BrokerRefusedError(
            f'the broker at {self.address} refused client "{client}": {refusal}; '
            "check the user name and password in the broker's address"
        )
