"""The compact frame: many equally spaced values of several channels in one CBOR map (RFC 8949, RFC 8746).

A kit that samples often sends frames rather than single readings: ten minutes of eight channels at 1 s are 4 800 values
in some 10 kB. This text is the specification of version 1; media type ``application/vnd.vigie.frame+cbor``.

The payload is one CBOR map with integer keys:

=====  ==========  ========  ===========================================================================
key    name        type      meaning
=====  ==========  ========  ===========================================================================
0      version     uint      1; a reader refuses any other
1      kit         text      the kit; it must be the kit the topic names
2      start       uint      instant of the values number 0, milliseconds since 1970-01-01T00:00Z
3      period      uint      milliseconds from one value to the next, at least 1
4      boot        text      optional; changes at every start of the kit
5      sequence    uint      optional; counts the kit's messages since that boot
6      simulated   bool      optional, false; true when no sensor ever made these values
7      channels    map       catalog quantity name (text) → channel
=====  ==========  ========  ===========================================================================

A channel is either a typed array, whose elements are values in the catalog's unit, or a map:

=====  ==========  ===========  ========================================================================
key    name        type         meaning
=====  ==========  ===========  ========================================================================
0      values      typed array
1      divisor     number       optional, 1; not 0
2      offset      int          optional, 0
3      unit        text         optional, the catalog's unit; converted as a SenML unit is
=====  ==========  ===========  ========================================================================

value = (element + offset) / divisor, in double precision: a temperature in hundredths of a degree is a uint16 with
offset −5000 and divisor 100, and decodes to the double nearest to the decimal number meant.

A typed array is a byte string tagged 64 to 87 (RFC 8746 section 2.1): unsigned and signed integers of 8, 16, 32 and
64 bits, floats of 16, 32 and 64 bits, big and little endian (the tag says which). Tag 76 is reserved and the 128-bit
floats (83, 87) are refused. Element *i* was read at start + i · period, at whichever length each channel has.

**Missing values.** A slot no value was read for holds NaN in a float array, the largest number of its type in an
unsigned array (255, 65 535, …) and the smallest in a signed one (−128, −32 768, …). A missing value is no reading;
infinity is an error.

Unknown keys are ignored, so that later versions can add fields; a change that a reader must understand gets a new
version.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import cbor2
import numpy as np
from numpy.typing import NDArray

from catalog.identifiers import KitId, QuantityId
from catalog.readings import Flag, ReadingColumns
from ingest.codecs.cbor import CborError, read_item
from ingest.codecs.channels import Channel, ChannelError, channel, channel_as_catalog
from ingest.codecs.records import CLOCK_TOLERANCE, Decoded, EncodeError, Record
from ingest.codecs.senml import clock_problem, shown

VERSION = 1
MOST_VALUES = 100_000
"""Values one frame may hold over all channels; more is refused before any array is unpacked."""

_VERSION, _KIT, _START, _PERIOD, _BOOT, _SEQUENCE, _SIMULATED, _CHANNELS = range(8)
_VALUES, _DIVISOR, _OFFSET, _UNIT = range(4)

TYPED_ARRAYS: Mapping[int, str] = {
    64: "u1", 65: ">u2", 66: ">u4", 67: ">u8", 68: "u1", 69: "<u2", 70: "<u4", 71: "<u8",
    72: "i1", 73: ">i2", 74: ">i4", 75: ">i8", 77: "<i2", 78: "<i4", 79: "<i8",
    80: ">f2", 81: ">f4", 82: ">f8", 84: "<f2", 85: "<f4", 86: "<f8",
}  # fmt: skip
"""NumPy type of each typed-array tag that is read (RFC 8746 table 1)."""


class Element(Enum):
    """Element types an encoder writes, by their tag (little endian)."""

    UINT8 = 64
    UINT16 = 69
    UINT32 = 70
    FLOAT32 = 85
    FLOAT64 = 86


@dataclass(frozen=True, slots=True)
class Layout:
    """How an encoder writes a channel: element = value × divisor − offset, rounded for integers.

    Attributes
    ----------
    element : Element
    divisor : float
        Steps per unit, e.g. 10 for tenths.
    offset : int
        Added to every element by the reader.
    """

    element: Element = Element.FLOAT64
    divisor: float = 1.0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a frame stands in the life of a kit."""

    boot: str = ""
    sequence: int | None = None


UNMARKED = Mark()


class FrameError(ValueError):
    """Nothing of the frame can be used."""


EXACT = Layout()


def encode(
    kit: KitId,
    records: Sequence[Record],
    layouts: Mapping[QuantityId, Layout] | None = None,
    mark: Mark = UNMARKED,
) -> bytes:
    """A frame of equally spaced readings; slots without a reading are marked missing.

    Parameters
    ----------
    kit : KitId
    records : sequence of Record
        In any order; the period is the greatest common divisor of the steps between instants [ms].
    layouts : mapping, optional
        Element type per quantity; float64, which is exact, for those it does not name.
    mark : Mark

    Raises
    ------
    EncodeError
        When there is no record, two have the same quantity and instant, simulated and real ones are mixed, the instants
        are so uneven that the frame would hold more than 100 000 slots, or a value does not fit its layout.
    """
    if not records:
        raise EncodeError("no records; expected at least one reading to encode")
    simulated = {record.simulated for record in records}
    if len(simulated) > 1:
        raise EncodeError("simulated and real readings in one frame; send them apart")
    start = min(record.instant for record in records)
    period = math.gcd(*(record.instant - start for record in records)) or 1000
    slots = (max(record.instant for record in records) - start) // period + 1
    by_quantity: dict[QuantityId, list[Record]] = defaultdict(list)
    for record in records:
        by_quantity[record.quantity].append(record)
    if slots * len(by_quantity) > MOST_VALUES:
        raise EncodeError(
            f"{len(records)} readings would need {slots * len(by_quantity)} slots of {period} ms; "
            "expected equally spaced instants, send uneven ones as SenML"
        )
    frame: dict[int, Any] = {_VERSION: VERSION, _KIT: kit, _START: start, _PERIOD: period}
    if mark.boot:
        frame[_BOOT] = mark.boot
    if mark.sequence is not None:
        frame[_SEQUENCE] = mark.sequence
    if simulated == {True}:
        frame[_SIMULATED] = True
    frame[_CHANNELS] = {
        quantity: _pack(rows, start, period, slots, (layouts or {}).get(quantity, EXACT))
        for quantity, rows in by_quantity.items()
    }
    return cbor2.dumps(frame)


def decode(payload: bytes, kit: KitId, received: int) -> Decoded:
    """Readings of a frame, and what is wrong with the rest of it.

    Parameters
    ----------
    payload : bytes
    kit : KitId
        The kit the topic names; a frame that names another is refused.
    received : int
        Arrival [ms UTC].
    """
    try:
        frame = read_item(payload)
        if not isinstance(frame, dict):
            raise FrameError(f"$ is {shown(frame)}; expected a frame (a map)")
        return _read_frame(frame, kit, received)
    except (CborError, FrameError) as error:
        return Decoded(kit, problems=(f"{error}; the whole message is refused",))


def _pack(records: Sequence[Record], start: int, period: int, slots: int, layout: Layout) -> object:
    kind = np.dtype(TYPED_ARRAYS[layout.element.value])
    values = np.full(slots, np.nan)
    for record in records:
        slot = (record.instant - start) // period
        if not math.isfinite(record.value):
            raise EncodeError(f"{record.quantity} is {shown(record.value)}; leave it out, its slot is then missing")
        if not math.isnan(values[slot]):
            raise EncodeError(f"two readings of {record.quantity} at {record.instant} ms; expected one per instant")
        values[slot] = record.value
    plain = layout.divisor == 1.0 and layout.offset == 0
    scaled = values if plain else values * layout.divisor - layout.offset
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            elements = scaled.astype(kind)
        if np.isinf(elements).any():
            raise EncodeError(f"{records[0].quantity} does not fit {layout.element.name}; choose a wider element")
    else:
        missing = np.iinfo(kind).max
        steps = np.where(np.isnan(scaled), missing, np.round(scaled))
        present = ~np.isnan(scaled)
        if ((steps < 0) | (steps >= missing))[present].any():
            raise EncodeError(
                f"{records[0].quantity} does not fit {layout.element.name} with divisor {layout.divisor:g} and offset "
                f"{layout.offset}; choose a wider element or another offset"
            )
        elements = steps.astype(kind)
    array = cbor2.CBORTag(layout.element.value, elements.tobytes())
    if plain:
        return array
    return {_VALUES: array, _DIVISOR: layout.divisor, _OFFSET: layout.offset}


def _read_frame(frame: Mapping[Any, Any], kit: KitId, received: int) -> Decoded:
    version = frame.get(_VERSION)
    if version != VERSION or isinstance(version, bool):
        raise FrameError(f"$.version (0) is {shown(version)}; expected {VERSION}")
    if frame.get(_KIT) != kit:
        raise FrameError(f"$.kit (1) is {shown(frame.get(_KIT))}; expected {kit}, the kit of the topic")
    start = _whole(frame, _START, "start", 0)
    period = _whole(frame, _PERIOD, "period", 1)
    boot = frame.get(_BOOT, "")
    if not isinstance(boot, str):
        raise FrameError(f"$.boot (4) is {shown(boot)}; expected text")
    sequence = _whole(frame, _SEQUENCE, "sequence", 0) if _SEQUENCE in frame else None
    simulated = frame.get(_SIMULATED, False)
    if not isinstance(simulated, bool):
        raise FrameError(f"$.simulated (6) is {shown(simulated)}; expected true or false")
    channels = frame.get(_CHANNELS)
    if not isinstance(channels, dict):
        raise FrameError(f"$.channels (7) is {shown(channels)}; expected a map of quantities")
    problem = clock_problem("$.start (2)", start, received)
    if problem:
        raise FrameError(problem)
    columns = ReadingColumns()
    problems: list[str] = []
    room = MOST_VALUES
    for name, sent in channels.items():
        path = f"$.channels.{name if isinstance(name, str) else shown(name)}"
        try:
            read = _read_channel(name, sent)
        except ChannelError as error:
            problems.append(f"{path}: {error}")
            continue
        room -= read.elements.size
        if room < 0:
            raise FrameError(f"$.channels (7) holds over {MOST_VALUES} values; send shorter frames")
        problems += (f"{path}{problem}" for problem in _unpack(read, start, period, received, columns))
    columns.kit = [kit] * len(columns)
    columns.received = [received] * len(columns)
    columns.simulated = [simulated] * len(columns)
    return Decoded(kit, columns, None, tuple(problems), boot, sequence)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A channel as it came, not yet scaled."""

    channel: Channel
    elements: NDArray[Any]
    divisor: float
    offset: int


def _read_channel(name: object, sent: object) -> _Sent:
    fields: Mapping[Any, Any] = sent if isinstance(sent, dict) else {_VALUES: sent}
    if not isinstance(name, str):
        raise ChannelError("n", f"name is {shown(name)}; expected a quantity name (text)")
    unit = fields.get(_UNIT)
    if unit is not None and not isinstance(unit, str):
        raise ChannelError("u", f"unit (3) is {shown(unit)}; expected text")
    found = channel_as_catalog(name) if unit is None else channel(name, unit)
    divisor = fields.get(_DIVISOR, 1)
    if isinstance(divisor, bool) or not isinstance(divisor, int | float) or not math.isfinite(divisor) or divisor == 0:
        raise ChannelError("v", f"divisor (1) is {shown(divisor)}; expected a finite number, not 0")
    offset = fields.get(_OFFSET, 0)
    if isinstance(offset, bool) or not isinstance(offset, int) or abs(offset) > 2**53:
        raise ChannelError("v", f"offset (2) is {shown(offset)}; expected an integer")
    return _Sent(found, _elements(fields.get(_VALUES)), float(divisor), offset)


def _elements(array: object) -> NDArray[Any]:
    if not isinstance(array, cbor2.CBORTag) or array.tag not in TYPED_ARRAYS or not isinstance(array.value, bytes):
        what = f"tag {array.tag}" if isinstance(array, cbor2.CBORTag) else shown(array)
        raise ChannelError(
            "v", f"values are {what}; expected a typed array (RFC 8746, tags 64 to 75, 77 to 82, 84 to 86)"
        )
    kind = np.dtype(TYPED_ARRAYS[array.tag])
    if len(array.value) % kind.itemsize:
        raise ChannelError("v", f"{len(array.value)} bytes; expected a multiple of {kind.itemsize} (tag {array.tag})")
    return np.frombuffer(array.value, kind)


def _unpack(sent: _Sent, start: int, period: int, received: int, columns: ReadingColumns) -> list[str]:
    """Add a channel's values to ``columns``; what cannot be used comes back as problems."""
    problems: list[str] = []
    kind = sent.elements.dtype
    values = sent.elements.astype(np.float64)
    if kind.kind == "f":
        usable = ~np.isnan(values)
    else:
        limits = np.iinfo(kind)
        usable = sent.elements != (limits.max if kind.kind == "u" else limits.min)
    with np.errstate(over="ignore", invalid="ignore"):
        if sent.divisor != 1.0 or sent.offset != 0:
            values = (values + sent.offset) / sent.divisor
        if not sent.channel.same:
            values = values * sent.channel.factor + sent.channel.offset
    infinite = usable & ~np.isfinite(values)
    if infinite.any():
        first = int(infinite.argmax())
        problems.append(
            f"[{first}] is {shown(float(values[first]))}; expected a finite number in {sent.channel.unit}"
            + _others(int(infinite.sum()))
        )
        usable &= ~infinite
    in_time = (received + CLOCK_TOLERANCE - start) // period + 1
    late = int(usable[in_time:].sum())
    if late:
        first = in_time + int(usable[in_time:].argmax())
        problems.append((clock_problem(f"[{first}]", start + first * period, received) or "") + _others(late))
        usable[in_time:] = False
    slots = np.flatnonzero(usable)
    values = values[slots]
    good = (values >= sent.channel.low) & (values <= sent.channel.high)
    columns.quantity += [sent.channel.quantity] * slots.size
    columns.instant += (start + slots * period).tolist()
    columns.value += values.tolist()
    columns.flag += np.where(good, int(Flag.GOOD), int(Flag.BAD)).tolist()
    return problems


def _others(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""


def _whole(frame: Mapping[Any, Any], key: int, name: str, least: int) -> int:
    value = frame.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**53:
        raise FrameError(f"$.{name} ({key}) is {shown(value)}; expected an integer of at least {least}")
    return value
