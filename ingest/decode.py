"""One MQTT message to what it says: the topic tells the kit, the first byte tells the format."""

import msgspec

from catalog.identifiers import KitId
from ingest.codecs import readings
from ingest.codecs.records import Decoded, Delivery, KitState, KitStatus
from ingest.codecs.senml import shown

__all__ = ["Decoded", "Delivery", "KitState", "KitStatus", "decode"]

PREFIX = "vigie/v1/"
READINGS = "readings"
STATUS = "status"
TOPICS = (f"{PREFIX}+/{READINGS}", f"{PREFIX}+/{STATUS}")
"""What a collector subscribes to."""


class _Birth(msgspec.Struct):
    state: KitState
    boot: str = ""
    firmware: str = ""
    simulated: bool = False


_birth_decoder = msgspec.json.Decoder(_Birth)


def decode(topic: str, payload: bytes, received: int, delivery: Delivery = Delivery.LIVE) -> Decoded:
    """Read one message.

    Parameters
    ----------
    topic : str
        ``vigie/v1/<kit>/readings`` or ``vigie/v1/<kit>/status``.
    payload : bytes
        SenML JSON, SenML CBOR or a frame; a status is JSON.
    received : int
        Arrival [ms UTC].
    delivery : Delivery
        Retained messages cannot carry readings dated relative to their arrival.

    Returns
    -------
    Decoded
        Never raises for what a payload holds: what cannot be used is in ``problems``.
    """
    parts = topic.split("/")
    if len(parts) != 4 or not topic.startswith(PREFIX) or not parts[2] or parts[3] not in (READINGS, STATUS):
        return Decoded(
            KitId(""), problems=(f"topic is {shown(topic)}; expected {PREFIX}<kit>/{READINGS} or /{STATUS}",)
        )
    kit = KitId(parts[2])
    if parts[3] == READINGS:
        return readings.decode(payload, kit, received, delivery)
    if not payload:
        return Decoded(kit, problems=("payload is empty; expected a status",))
    return _read_status(payload, kit, received)


def _read_status(payload: bytes, kit: KitId, received: int) -> Decoded:
    try:
        birth = _birth_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Decoded(kit, problems=(f'status: {error}; expected JSON such as {{"state": "online", "boot": "..."}}',))
    return Decoded(kit, status=KitStatus(kit, birth.state, birth.boot, birth.firmware, birth.simulated, received))
