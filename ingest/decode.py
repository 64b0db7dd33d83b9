"""One MQTT message to what it says: the topic tells the kit, the first byte tells the format."""

import msgspec

from catalog.identifiers import KitId
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.cbor import SELF_DESCRIBED
from ingest.codecs.records import Decoded, Delivery, KitState, KitStatus
from ingest.codecs.senml import shown

__all__ = ["Decoded", "Delivery", "KitState", "KitStatus", "decode"]

PREFIX = "vigie/v1/"
READINGS = "readings"
STATUS = "status"
TOPICS = (f"{PREFIX}+/{READINGS}", f"{PREFIX}+/{STATUS}")
"""What a collector subscribes to."""

_FORMATS = "a SenML pack (JSON or CBOR array) or a frame (CBOR map)"
_JSON_SPACE = b" \t\r\n"


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
    if not payload:
        return Decoded(
            kit, problems=(f"payload is empty; expected {_FORMATS if parts[3] == READINGS else 'a status'}",)
        )
    if parts[3] == STATUS:
        return _read_status(payload, kit, received)
    return _read_readings(payload, kit, received, delivery)


def _read_readings(payload: bytes, kit: KitId, received: int, delivery: Delivery) -> Decoded:
    body = payload[len(SELF_DESCRIBED) :] if payload.startswith(SELF_DESCRIBED) else payload
    first = body[0] if body else 0
    if 0x80 <= first <= 0x9F:
        return senml_cbor.decode(payload, kit, received, delivery)
    if 0xA0 <= first <= 0xBF:
        return frame.decode(payload, kit, received)
    if payload.lstrip(_JSON_SPACE).startswith(b"["):
        return senml_json.decode(payload, kit, received, delivery)
    return Decoded(kit, problems=(f"payload starts with {shown(payload[:24])}; expected {_FORMATS}",))


def _read_status(payload: bytes, kit: KitId, received: int) -> Decoded:
    try:
        birth = _birth_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Decoded(kit, problems=(f'status: {error}; expected JSON such as {{"state": "online", "boot": "..."}}',))
    return Decoded(kit, status=KitStatus(kit, birth.state, birth.boot, birth.firmware, birth.simulated, received))
