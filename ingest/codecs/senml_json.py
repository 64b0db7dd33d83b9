"""SenML as JSON (RFC 8428 section 5), media type ``application/senml+json``.

Example
-------
>>> from catalog.identifiers import KitId, QuantityId
>>> from ingest.codecs.records import Record
>>> encode(KitId("k7"), [Record(QuantityId("co2"), 1_700_000_000_000, 612.5)])
b'[{"bn":"urn:dev:vigie:k7:","bt":1700000000.0,"n":"co2","u":"ppm","v":612.5}]'
"""

import json
from collections.abc import Sequence

import msgspec

from catalog.identifiers import KitId
from ingest.codecs.records import Decoded, Delivery, Record
from ingest.codecs.senml import SenmlRecord, resolve, resolve_loose, to_records

_decoder = msgspec.json.Decoder(list[SenmlRecord])


def encode(kit: KitId, records: Sequence[Record]) -> bytes:
    """A SenML pack of a kit's readings; values and instants come back from :func:`decode` exactly.

    Raises
    ------
    EncodeError
        When there is no record, a value is not finite, or an instant lies before July 1978.
    """
    return msgspec.json.encode(to_records(kit, records))


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

    Notes
    -----
    ``NaN`` and ``Infinity`` are not JSON, but kits with a broken sensor print them: such a message is read all the
    same, so that the good values beside the broken one are not lost.
    """
    try:
        return resolve(_decoder.decode(payload), kit, received, delivery)
    except msgspec.ValidationError:
        pass
    except msgspec.DecodeError as error:
        if not any(word in payload for word in (b"NaN", b"nan", b"Infinity")):
            return Decoded(kit, problems=(f"not JSON: {error}; expected an array of SenML records",))
    except (UnicodeDecodeError, RecursionError) as error:
        return Decoded(kit, problems=(f"not JSON: {error}; expected an array of SenML records",))
    try:
        pack = json.loads(payload)
    except (ValueError, RecursionError) as error:
        return Decoded(kit, problems=(f"not JSON: {error}; expected an array of SenML records",))
    return resolve_loose(pack, kit, received, delivery)
