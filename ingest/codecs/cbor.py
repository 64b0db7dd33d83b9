"""Reading CBOR (RFC 8949) from strangers: one item, nothing after it, no tag that builds objects or loops."""

import io
from collections.abc import Callable

from cbor2 import CBORDecodeEOF, CBORDecodeError, CBORDecoder, CBORTag

SELF_DESCRIBED = b"\xd9\xd9\xf7"
"""Tag 55799: "what follows is CBOR"; it may stand before any payload."""

# Dates, bigfloats, references, regular expressions, MIME, UUIDs, sets...: none has a place in a payload of ours, and
# some cost memory or time out of proportion to their size. They stay tags. Bignums (2, 3) and decimal fractions (4)
# are numbers and are read.
_INERT = (0, 1, 5, 21, 22, 23, 24, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799)
_DEPTH = 8


class CborError(ValueError):
    """The bytes are not one well-formed CBOR item."""


def _keeper(tag: int) -> Callable[[object, bool], CBORTag]:
    return lambda value, _immutable: CBORTag(tag, value)


_DECODERS = {tag: _keeper(tag) for tag in _INERT}


def read_item(payload: bytes) -> object:
    """The one item a payload holds.

    Raises
    ------
    CborError
        When it is cut short, malformed, nested too deep, or followed by more bytes.
    """
    body = payload[len(SELF_DESCRIBED) :] if payload.startswith(SELF_DESCRIBED) else payload
    stream = io.BytesIO(body)
    try:
        item = CBORDecoder(stream, semantic_decoders=_DECODERS, max_depth=_DEPTH).decode()
    except (CBORDecodeEOF, EOFError):
        raise CborError(f"CBOR is cut short after {len(payload)} bytes") from None
    except (CBORDecodeError, ValueError, TypeError, RecursionError) as error:
        raise CborError(f"not CBOR: {str(error).splitlines()[0] if str(error) else type(error).__name__}") from None
    left = len(body) - stream.tell()
    if left:
        raise CborError(f"{left} bytes follow the CBOR item; expected one item and nothing after it")
    return item
