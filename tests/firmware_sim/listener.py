"""A plain subscriber that keeps what it hears: stands for the collector, which has its own tests."""

import threading
import time
from dataclasses import dataclass

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.mosquitto import Mosquitto


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it arrived; ``at`` is monotonic [s]."""

    topic: str
    payload: bytes
    retained: bool
    at: float


class Listener:
    """Subscribes to everything of Vigie, with a session that survives the connection."""

    def __init__(self, broker: Mosquitto, topic: str = "vigie/#") -> None:
        self.heard: list[Heard] = []
        self._subscribed = threading.Event()
        self._topic = topic
        self._client = Client(CallbackAPIVersion.VERSION2, "listener", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        session = Properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 3600
        session.ReceiveMaximum = (
            2000  # as the collector asks: more than that is never in flight, and lost with a broker
        )
        self._client.connect("127.0.0.1", broker.port, clean_start=False, properties=session)
        self._client.loop_start()
        assert self._subscribed.wait(5)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append(Heard(message.topic, message.payload, message.retain, time.monotonic()))

    def readings(self) -> list[Heard]:
        return [message for message in self.heard if message.topic.endswith("/readings")]

    def status(self) -> list[Heard]:
        return [message for message in self.heard if message.topic.endswith("/status")]

    def wait_for(self, count: int, seconds: float = 30.0) -> None:
        """Until so many different readings payloads have arrived."""
        deadline = time.monotonic() + seconds
        while len({message.payload for message in self.readings()}) < count:
            assert time.monotonic() < deadline, f"only {len(self.readings())} of {count} messages arrived"
            time.sleep(0.05)

    def wait_for_status(self, count: int, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while len(self.status()) < count:
            assert time.monotonic() < deadline, f"only {len(self.status())} of {count} status messages arrived"
            time.sleep(0.02)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
