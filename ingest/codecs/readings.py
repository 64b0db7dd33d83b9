"""A readings payload in whichever format it came: the first byte tells."""

from catalog.identifiers import KitId
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.cbor import SELF_DESCRIBED
from ingest.codecs.records import Decoded, Delivery
from ingest.codecs.senml import shown

FORMATS = "a SenML pack (JSON or CBOR array) or a frame (CBOR map)"
_JSON_SPACE = b" \t\r\n"


def decode(payload: bytes, kit: KitId, received: int, delivery: Delivery = Delivery.LIVE) -> Decoded:
    """Readings of a payload of a kit, and what is wrong with the rest of it.

    Parameters
    ----------
    payload : bytes
    kit : KitId
        The kit the topic names; a payload that names another is refused.
    received : int
        Arrival [ms UTC].
    delivery : Delivery
    """
    if not payload:
        return Decoded(kit, problems=(f"payload is empty; expected {FORMATS}",))
    body = payload[len(SELF_DESCRIBED) :] if payload.startswith(SELF_DESCRIBED) else payload
    first = body[0] if body else 0
    if 0x80 <= first <= 0x9F:
        return senml_cbor.decode(payload, kit, received, delivery)
    if 0xA0 <= first <= 0xBF:
        return frame.decode(payload, kit, received)
    if payload.lstrip(_JSON_SPACE).startswith(b"["):
        return senml_json.decode(payload, kit, received, delivery)
    return Decoded(kit, problems=(f"payload starts with {shown(payload[:24])}; expected {FORMATS}",))
