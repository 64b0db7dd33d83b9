"""SenML packs (RFC 8428) to readings, whether they came as JSON or as CBOR.

Both representations become the same :class:`SenmlRecord`; here base fields are resolved, names become catalog
quantities, units are converted, instants and values are checked. What is wrong with one record leaves the others alone;
what is wrong with the pack (another kit's name, a version or a mandatory extension we do not know) refuses all of it.

Beyond the RFC, one extension field: ``"sim": true`` marks a record, and those after it, as simulated.

A time under 2**28 s is relative to the arrival. Nobody knows how long such a message waited on its way, so its readings
are flagged *suspect*, and refused when the message was retained. A kit with a clock sends absolute times.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from catalog.identifiers import KitId
from catalog.readings import Flag, ReadingColumns
from ingest.codecs.channels import ChannelError, channel, senml_unit
from ingest.codecs.records import CLOCK_TOLERANCE, EARLIEST_INSTANT, Decoded, Delivery, EncodeError, Record

RELATIVE_BELOW = 268_435_456.0
"""2**28 s: a resolved time under this counts from "now" (RFC 8428 section 4.5.3)."""

FEATURES = 10 | 16
"""Bits of ``bver`` understood: RFC 8428 itself (10) and secondary units (16, RFC 9100)."""

_EVER = 1e17
NAMESPACE = "urn:dev:vigie:"
_NO_VALUE = ("vs", "vb", "vd")


class SenmlRecord(msgspec.Struct, forbid_unknown_fields=True):
    """One record as sent; a field that is not there is UNSET, never None, so that a ``null`` is seen."""

    bn: str | UnsetType = UNSET
    bt: float | UnsetType = UNSET
    bu: str | UnsetType = UNSET
    bv: float | UnsetType = UNSET
    bs: float | UnsetType = UNSET
    bver: float | UnsetType = UNSET
    n: str | UnsetType = UNSET
    u: str | UnsetType = UNSET
    v: float | UnsetType = UNSET
    vs: str | UnsetType = UNSET
    vb: bool | UnsetType = UNSET
    vd: str | UnsetType = UNSET
    s: float | UnsetType = UNSET
    t: float | UnsetType = UNSET
    ut: float | UnsetType = UNSET
    sim: bool | UnsetType = UNSET


KINDS: Mapping[str, str] = {
    "bn": "text", "bt": "a number of seconds", "bu": "text", "bv": "a number", "bs": "a number", "bver": "a number",
    "n": "text", "u": "text", "v": "a number", "vs": "text", "vb": "true or false", "vd": "text", "s": "a number",
    "t": "a number of seconds", "ut": "a number of seconds", "sim": "true or false",
}  # fmt: skip
_BASE = frozenset({"bn", "bt", "bu", "bv", "bver", "sim"})


_GOOD, _SUSPECT, _BAD = int(Flag.GOOD), int(Flag.SUSPECT), int(Flag.BAD)


class PackError(ValueError):
    """Nothing of the pack can be used."""


def name_base(kit: KitId) -> str:
    """The base name of a kit's packs."""
    return f"{NAMESPACE}{kit}:"


def shown(value: object) -> str:
    """A sent value as a message shows it: short, on one line."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value[:60] if isinstance(value, str | bytes) else value)
    return text if len(text) <= 60 else text[:57] + "..."


def instant_text(instant: float) -> str:
    """An instant [ms UTC] as ISO 8601, or as the bare number when no calendar has it."""
    try:
        return datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return f"{instant:.0f} ms"


def clock_problem(path: str, instant: float, received: int) -> str | None:
    """Why an instant [ms UTC] cannot be true of a message that arrived at ``received``, or None when it can."""
    if instant < EARLIEST_INSTANT:
        return f"{path} is {instant_text(instant)}, before 2000: the kit's clock is wrong; set the kit's clock"
    if instant > received + CLOCK_TOLERANCE:
        return (
            f"{path} is {instant_text(instant)}, later than its arrival at {instant_text(received)} "
            f"by more than {CLOCK_TOLERANCE // 60_000} min: the kit's clock is wrong; set the kit's clock"
        )
    return None


def resolve(pack: Iterable[SenmlRecord], kit: KitId, received: int, delivery: Delivery) -> Decoded:
    """Readings of a pack whose records all have the right types."""
    return _resolve(enumerate(pack), kit, received, delivery, [])


def resolve_loose(pack: object, kit: KitId, received: int, delivery: Delivery) -> Decoded:
    """Readings of a pack in which some record has a wrong type or an unknown field: slower, and says which."""
    if not isinstance(pack, list):
        return Decoded(kit, problems=(f"$ is {shown(pack)}; expected an array of SenML records",))
    problems: list[str] = []
    return _resolve(_read_records(pack, problems), kit, received, delivery, problems)


def to_records(kit: KitId, records: Sequence[Record]) -> list[dict[str, Any]]:
    """SenML records with the labels of the JSON form; the first carries name and time for all.

    Raises
    ------
    EncodeError
        When a value is not finite or an instant is so old that it would read as relative to "now".
    """
    if not records:
        raise EncodeError("no records; expected at least one reading to encode")
    start = records[0].instant
    base: dict[str, Any] = {"bn": name_base(kit), "bt": start / 1000}
    pack: list[dict[str, Any]] = []
    simulated = False
    for record in records:
        _check_encodable(record)
        item = base
        base = {}
        item["n"] = record.quantity
        item["u"] = senml_unit(record.quantity)
        item["v"] = float(record.value)
        if record.instant != start:
            item["t"] = (record.instant - start) / 1000
        if record.simulated != simulated:
            simulated = record.simulated
            item["sim"] = simulated
        pack.append(item)
    return pack


def _check_encodable(record: Record) -> None:
    if not math.isfinite(record.value):
        raise EncodeError(
            f"{record.quantity} is {shown(record.value)}; SenML carries finite numbers only, leave it out"
        )
    if record.instant < RELATIVE_BELOW * 1000:
        raise EncodeError(
            f"{record.quantity} was read at {record.instant} ms; SenML takes an instant before "
            f"{instant_text(RELATIVE_BELOW * 1000)} as relative to its arrival"
        )


class _Base:
    """Base values in force, as the pack goes on."""

    __slots__ = ("name", "simulated", "time", "unit", "value")

    def __init__(self) -> None:
        self.name = ""
        self.time = 0.0
        self.unit: str | None = None
        self.value: float | None = None
        self.simulated = False

    def take(self, record: SenmlRecord) -> None:
        if record.bver is not UNSET and (record.bver > 10 and record.bver != FEATURES):
            raise PackError(f"bver is {record.bver:g}; expected 10 or {FEATURES} (RFC 8428, RFC 9100)")
        if record.bn is not UNSET:
            self.name = record.bn
        if record.bt is not UNSET:
            self.time = record.bt
        if record.bu is not UNSET:
            self.unit = record.bu
        if record.bv is not UNSET:
            self.value = record.bv
        if record.sim is not UNSET:
            self.simulated = record.sim


def _resolve(
    records: Iterable[tuple[int, SenmlRecord]], kit: KitId, received: int, delivery: Delivery, problems: list[str]
) -> Decoded:
    columns = ReadingColumns()
    base = _Base()
    prefix = name_base(kit)
    try:
        for index, record in records:
            base.take(record)
            problem = _read(record, base, prefix, received, delivery, columns)
            if problem is not None:
                problems.append(f"$[{index}]{problem}")
    except PackError as error:
        return Decoded(kit, problems=(*problems, f"{error}; the whole message is refused"))
    columns.kit = [kit] * len(columns)
    columns.received = [received] * len(columns)
    return Decoded(kit, columns, None, tuple(problems))


def _read(
    record: SenmlRecord, base: _Base, prefix: str, received: int, delivery: Delivery, columns: ReadingColumns
) -> str | None:
    """Add the reading of one record to ``columns``, or say what is wrong with it."""
    number = record.v
    if number is UNSET:
        if base.value is None or record.n is UNSET:
            return _no_value(record)
        value = base.value
    else:
        value = number if base.value is None else base.value + number
    name = base.name if record.n is UNSET else base.name + record.n
    if name.startswith(prefix):
        name = name[len(prefix) :]
    elif ":" in name or "/" in name:
        raise PackError(f"name is {shown(name)}; expected {prefix}<quantity>, the kit of the topic")
    try:
        found = channel(name, base.unit if record.u is UNSET else record.u)
    except ChannelError as error:
        return f".{error.field}: {error}"
    seconds = base.time if record.t is UNSET else base.time + record.t
    flag = _GOOD
    if seconds < RELATIVE_BELOW:
        if delivery is Delivery.RETAINED:
            return ".t is relative to the arrival of a retained message; expected an absolute time"
        seconds += received / 1000
        flag = _SUSPECT
    milliseconds = seconds * 1000
    # Rounded before it is judged: base and offset rarely add up to a whole millisecond.
    instant = round(milliseconds) if -_EVER < milliseconds < _EVER else -1
    if not EARLIEST_INSTANT <= instant <= received + CLOCK_TOLERANCE:
        return _wrong_time(seconds, received)
    if not found.same:
        value = value * found.factor + found.offset
    if not found.low <= value <= found.high:
        if not math.isfinite(value):
            return f".v is {shown(value)}; expected a finite number in {found.unit}"
        flag = _BAD
    columns.quantity.append(found.quantity)
    columns.instant.append(instant)
    columns.value.append(value)
    columns.flag.append(flag)
    columns.simulated.append(base.simulated)
    return None


def _wrong_time(seconds: float, received: int) -> str:
    if not math.isfinite(seconds):
        return f".t is {shown(seconds)}; expected a time in seconds"
    return clock_problem(".t", seconds * 1000, received) or f".t is {seconds!r} s; expected a time in seconds"


def _no_value(record: SenmlRecord) -> str | None:
    """A record without a number: fine when all it does is set base fields."""
    for label in _NO_VALUE:
        sent = getattr(record, label)
        if sent is not UNSET:
            return f".{label} is {shown(sent)}; expected a number in v"
    if record.n is UNSET and record.t is UNSET and record.u is UNSET and record.s is UNSET:
        return None
    return ".v is missing; expected a finite number"


def _read_records(pack: Sequence[object], problems: list[str]) -> Iterator[tuple[int, SenmlRecord]]:
    """Each record with the right types; the others become problems."""
    for index, raw in enumerate(pack):
        if not isinstance(raw, dict):
            problems.append(f"$[{index}] is {shown(raw)}; expected a SenML record (an object)")
            continue
        fields: dict[str, Any] = {}
        wrong = False
        for label, value in raw.items():
            if label not in KINDS:
                if isinstance(label, str) and label.endswith("_"):
                    raise PackError(f"$[{index}].{label} must be understood, and is not known here")
                continue
            read = _typed(label, value)
            if read is UNSET:
                message = f"$[{index}].{label} is {shown(value)}; expected {KINDS[label]}"
                if label in _BASE:
                    raise PackError(message)
                problems.append(message)
                wrong = True
            else:
                fields[label] = read
        if wrong:
            # Its base fields still hold for the records after it.
            fields = {label: value for label, value in fields.items() if label in _BASE}
        yield index, SenmlRecord(**fields)


def _typed(label: str, value: object) -> Any:
    """The value as the field's type, UNSET when it has another."""
    kind = KINDS[label]
    if kind == "true or false":
        return value if isinstance(value, bool) else UNSET
    if kind == "text":
        if isinstance(value, bytes) and label == "vd":  # octets in CBOR, text in JSON
            return value.hex()
        return value if isinstance(value, str) else UNSET
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return UNSET
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:  # a signalling NaN in a decimal fraction
        return math.nan
