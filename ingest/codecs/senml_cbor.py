"""SenML as CBOR (RFC 8428 section 6), ``application/senml+cbor``: the same pack with small integer labels."""

from collections.abc import Mapping, Sequence

import cbor2
import msgspec

from catalog.identifiers import KitId
from ingest.codecs.cbor import CborError, read_item
from ingest.codecs.records import Decoded, Delivery, Record
from ingest.codecs.senml import SenmlRecord, resolve, resolve_loose, to_records

LABELS: Mapping[str, int] = {
    "bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6,
    "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8,
}  # fmt: skip
"""Integer labels of RFC 8428 table 4; a field without one (``sim``) keeps its text label."""

_NAMES: Mapping[object, str] = {number: name for name, number in LABELS.items()}


def encode(kit: KitId, records: Sequence[Record]) -> bytes:
    """A SenML pack of a kit's readings; values and instants come back from :func:`decode` exactly.

    Raises
    ------
    EncodeError
        When there is no record, a value is not finite, or an instant lies before July 1978.
    """
    return cbor2.dumps(
        [{LABELS.get(name, name): value for name, value in record.items()} for record in to_records(kit, records)]
    )


def decode(payload: bytes, kit: KitId, received: int, delivery: Delivery = Delivery.LIVE) -> Decoded:
    """Readings of a pack, and what is wrong with the rest of it.

    Parameters
    ----------
    payload : bytes
    kit : KitId
        The kit the topic names; a pack that names another is refused.
    received : int
        Arrival [ms UTC].
    delivery : Delivery
    """
    try:
        pack = read_item(payload)
    except CborError as error:
        return Decoded(kit, problems=(f"{error}; expected an array of SenML records",))
    named = _with_names(pack)
    try:
        return resolve(msgspec.convert(named, list[SenmlRecord]), kit, received, delivery)
    except msgspec.ValidationError:
        return resolve_loose(named, kit, received, delivery)


def _with_names(pack: object) -> object:
    """The pack with text labels, as the JSON form has them."""
    if not isinstance(pack, list):
        return pack
    named = _NAMES
    return [
        {named.get(label, label): value for label, value in record.items()} if isinstance(record, dict) else record
        for record in pack
    ]
