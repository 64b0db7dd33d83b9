"""A kit as the tests need it: QoS 1, resends what was not acknowledged, and what a broker that died may have lost."""

import time
from types import TracebackType
from typing import Protocol

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion


class HasPort(Protocol):
    """A broker on this machine."""

    @property
    def port(self) -> int:
        """Its TCP port."""


class Publisher:
    """Publishes payloads; after every new connection the last ``resend`` acknowledged ones are sent again."""

    def __init__(self, broker: HasPort, topic: str = "vigie/v1/k7/readings", resend: int = 0) -> None:
        self._topic = topic
        self._resend = resend
        self._sent: list[tuple[int, bytes]] = []
        self._acknowledged: list[int] = []
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"publisher-{topic}", clean_session=False)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._connected
        self._client.on_publish = lambda _c, _d, mid, _r, _p: self._acknowledged.append(mid)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, payload: bytes, topic: str | None = None, retain: bool = False) -> None:
        """Send once, now or when the broker is back."""
        info = self._client.publish(topic or self._topic, payload, qos=1, retain=retain)
        if self._resend:
            self._sent.append((info.mid, payload))

    def settle(self, timeout: float = 60) -> None:
        """Wait until everything is acknowledged."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            info = self._client.publish("vigie/test/settled", b"", qos=1)
            try:
                info.wait_for_publish(deadline - time.monotonic())
            except (RuntimeError, ValueError):
                time.sleep(0.1)
                continue
            if info.is_published():
                return
        raise TimeoutError("the broker does not acknowledge")

    def _connected(self, client: Client, _data: object, _flags: ConnectFlags, _reason: object, _more: object) -> None:
        if not self._resend:
            return
        known = set(self._acknowledged)
        acknowledged = [payload for mid, payload in list(self._sent) if mid in known]
        for payload in acknowledged[-self._resend :]:
            client.publish(self._topic, payload, qos=1)
