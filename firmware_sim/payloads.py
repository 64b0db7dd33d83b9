"""What a kit puts on the wire: its topics, its payload formats, what it says about itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import msgspec

from catalog.identifiers import KitId
from firmware_sim.connection import Message
from firmware_sim.mqtt_packets import Sendable
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.frame import UNMARKED, Mark
from ingest.codecs.records import KitState, Record


class PayloadFormat(Enum):
    """Payload formats a kit can be set to."""

    SENML_JSON = "senml-json"
    SENML_CBOR = "senml-cbor"
    FRAME = "frame"


class KitMessage(NamedTuple):
    """One message of a kit, and the instant [ms UTC] it is sent at.

    Attributes
    ----------
    retain : bool
        Whether the broker keeps it for those who come later.
    readings : int
        How many it carries; 0 where nobody counted.
    """

    topic: str
    payload: bytes
    instant: int
    retain: bool = False
    readings: int = 0


@dataclass(frozen=True, slots=True)
class Presence:
    """What is said about a kit on its status topic: retained, so that a late listener knows too."""

    birth: Message
    will: Message

    def after(self, message: Sendable) -> "Presence":
        """What is to be said from a message on: a kit that restarted, or is gone, has told so itself.

        A connection that comes back repeats the kit's last word, and its end takes it back.
        """
        if message.topic != self.birth.topic:
            return self
        try:
            status = msgspec.json.decode(message.payload, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self
        gone = msgspec.json.encode(status | {"state": KitState.OFFLINE.value})
        return Presence(
            birth=Message(message.topic, message.payload, retain=True), will=Message(message.topic, gone, retain=True)
        )


def encode(payload: PayloadFormat, kit: KitId, records: Sequence[Record], mark: Mark = UNMARKED) -> bytes:
    """The payload of one message.

    Parameters
    ----------
    mark : Mark
        Boot and message counter, for the formats that have a place for them; SenML has none.
    """
    match payload:
        case PayloadFormat.SENML_JSON:
            return senml_json.encode(kit, records)
        case PayloadFormat.SENML_CBOR:
            return senml_cbor.encode(kit, records)
        case PayloadFormat.FRAME:
            return frame.encode(kit, records, mark=mark)


def readings_topic(kit: KitId) -> str:
    """Where a kit publishes its readings."""
    return f"vigie/v1/{kit}/readings"


def status_topic(kit: KitId) -> str:
    """Where a kit says that it is there, and the broker that it is gone."""
    return f"vigie/v1/{kit}/status"


KIT_TOPICS = (readings_topic(KitId("+")), status_topic(KitId("+")))
"""Filters of everything kits publish."""


def kit_of(topic: str) -> KitId | None:
    """The kit whose topic it is; None for a topic of nobody."""
    parts = topic.split("/")
    if len(parts) != 4 or parts[:2] != ["vigie", "v1"] or parts[3] not in ("readings", "status") or not parts[2]:
        return None
    return KitId(parts[2])


def presence(kit: KitId, boot: str, simulated: bool, firmware: str = "vigie-sim 1") -> Presence:
    """Birth and will of a kit.

    Parameters
    ----------
    boot : str
        Changes at every start of the kit.
    simulated : bool
        Whether the kit's readings are.
    """

    def message(state: KitState) -> Message:
        status = {"state": state.value, "boot": boot, "firmware": firmware, "simulated": simulated}
        return Message(status_topic(kit), msgspec.json.encode(status), retain=True)

    return Presence(birth=message(KitState.ONLINE), will=message(KitState.OFFLINE))
