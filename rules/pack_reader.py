"""From the YAML of a rule pack to its rules, with every mistake on the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.errors import CatalogError
from catalog.identifiers import QuantityId, RuleId
from catalog.limits import Comparator, LegalStatus, Limit, Verification, limit, value_in
from catalog.places import WorkIntensity, ZoneKind
from catalog.quantities import Averaging, Quantity, quantity
from catalog.units import to_catalog_unit
from dsp.exposure import Measure, WindowKind
from rules.comparability import cannot_compare
from rules.consistency import TracedLevel, mistakes_of_rule
from rules.decision import Probabilities
from rules.document import Mistakes, Record, compose
from rules.rule import (
    Bilingual,
    Clearing,
    Comparability,
    DatedLimit,
    Delays,
    Flapping,
    InconclusiveOutcome,
    Level,
    Onset,
    Pack,
    Repetition,
    Rule,
    SignOff,
    Standing,
    Tiers,
)
from rules.tickets import TicketKind
from rules.workplace_actions import AmtType

PACK_FIELDS = ("id", "version", "title_fr", "title_en", "signed_off", "rules")
RULE_FIELDS = (
    "id",
    "agent",
    "quantity",
    "measure",
    "window",
    "zones",
    "intensities",
    "comparability",
    "tiers",
    "minimum_coverage",
    "probabilities",
    "repetition",
    "clear",
    "hysteresis",
    "delays",
    "flapping",
    "metrology",
    "title_fr",
    "title_en",
    "advice_fr",
    "advice_en",
    "law_fr",
    "law_en",
    "levels",
)
LEVEL_FIELDS = (
    "name",
    "title_fr",
    "title_en",
    "limit",
    "standing",
    "on_exceedance",
    "on_inconclusive",
    "priority",
    "amt_type",
    "advice_fr",
    "advice_en",
)
OWN_LIMIT_FIELDS = ("value", "unit", "comparator", "source", "status")
PRIORITIES = (1, 4)
HYSTERESIS_SHARE = 0.02
"""Of the mildest limit, where a rule names no hysteresis …"""
HYSTERESIS_LEVEL = 1.0
"""… and dB for levels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of a file: a pack, or the mistakes that stand in its way."""

    pack: Pack | None
    messages: tuple[str, ...]


def read_pack(text: str, filename: str) -> Reading:
    """Read a rule pack strictly; all mistakes at once, in the order of their lines."""
    mistakes = Mistakes(filename)
    root = compose(text, mistakes, PACK_FIELDS)
    if root is None:
        return Reading(None, tuple(mistakes.messages))
    name, version, title = root.text("id"), root.text("version"), _bilingual(root, "title")
    signed_off = None
    if root.has("signed_off"):
        signature = root.record("signed_off", ("name", "date"))
        signed_off = None if signature is None else SignOff(signature.text("name"), signature.day("date"))
    rules = []
    seen: set[str] = set()
    for record in root.records("rules", RULE_FIELDS):
        rule = _rule(record, mistakes)
        if rule is None:
            continue
        if rule.id in seen:
            record.mistake("id", f'is "{rule.id}" again; expected every rule to have its own name; rename one')
        seen.add(rule.id)
        rules.append(rule)
    if mistakes.messages:
        return Reading(None, tuple(sorted(mistakes.messages, key=_line)))
    return Reading(Pack(name, version, title, signed_off, tuple(rules)), ())


def _rule(record: Record, mistakes: Mistakes) -> Rule | None:
    """One rule, or None where it has mistakes."""
    before = len(mistakes.messages)
    measured = _quantity(record)
    advice = _bilingual(record, "advice")
    traced = [
        level
        for level in (_level(fields, measured, advice, mistakes) for fields in record.records("levels", LEVEL_FIELDS))
        if level is not None
    ]
    rule = Rule(
        id=RuleId(record.text("id")),
        agent=record.text("agent"),
        quantity=QuantityId("") if measured is None else measured.id,
        measure=record.choice("measure", Measure),
        window_kind=record.choice("window", WindowKind),
        zones=record.choices("zones", ZoneKind),
        intensities=record.choices("intensities", WorkIntensity) if record.has("intensities") else (),
        comparability=record.choice("comparability", Comparability),
        tiers=record.choice("tiers", Tiers),
        probabilities=_probabilities(record),
        minimum_coverage=record.share("minimum_coverage"),
        repetition=_repetition(record),
        clearing=_clearing(record),
        title=_bilingual(record, "title"),
        advice=advice,
        law=_bilingual(record, "law"),
        levels=tuple(level.level for level in traced),
        hysteresis=_hysteresis(record, measured, traced),
        delays=_delays(record),
        flapping=_flapping(record),
        metrology=_metrology(record),
    )
    if measured is None or len(mistakes.messages) > before:
        return None
    mistakes_of_rule(record, rule, measured, traced)
    return rule if len(mistakes.messages) == before else None


def _quantity(record: Record) -> Quantity | None:
    name = record.text("quantity")
    if not name:
        return None
    try:
        return quantity(name)
    except CatalogError as error:
        record.mistake("quantity", f'is "{name}"; {error}')
        return None


def _probabilities(record: Record) -> Probabilities:
    if not record.has("probabilities"):
        return Probabilities()
    fields = record.record("probabilities", ("exceedance", "none"))
    if fields is None:
        return Probabilities()
    found = Probabilities(fields.number("exceedance"), fields.number("none"))
    if not 0.5 < found.exceedance < 1.0:
        fields.mistake("exceedance", f"is {found.exceedance:g}; expected a probability above 0.5 and below 1, as 0.95")
    if not 0.0 < found.none < 0.5:
        fields.mistake("none", f"is {found.none:g}; expected a probability above 0 and below 0.5, as 0.05")
    return found


def _repetition(record: Record) -> Repetition:
    fields = record.record("repetition", ("onset", "shifts", "window_share", "working_days"))
    if fields is None:
        return Repetition()
    share = fields.share("window_share") if fields.has("window_share") else None
    return Repetition(fields.choice("onset", Onset), fields.count("shifts"), share, fields.count("working_days"))


def _clearing(record: Record) -> Clearing:
    fields = record.record("clear", ("margin", "shifts"))
    if fields is None:
        return Clearing(0.0, 1)
    return Clearing(_not_negative(fields, "margin", "in the quantity's unit"), fields.count("shifts"))


def _hysteresis(record: Record, measured: Quantity | None, levels: Sequence[TracedLevel]) -> float:
    if record.has("hysteresis"):
        return _not_negative(record, "hysteresis", "in the quantity's unit")
    if measured is not None and measured.averaging is Averaging.ENERGETIC:
        return HYSTERESIS_LEVEL
    first = next((limit.value for each in levels for limit in each.level.limits), 0.0)
    return HYSTERESIS_SHARE * abs(first)


def _delays(record: Record) -> Delays:
    known = Delays()
    fields = record.record("delays", ("on", "off", "no_data")) if record.has("delays") else None
    if fields is None:
        return known
    return Delays(
        _not_negative(fields, "on", "in seconds") if fields.has("on") else known.on,
        _not_negative(fields, "off", "in seconds") if fields.has("off") else known.off,
        _not_negative(fields, "no_data", "in seconds") if fields.has("no_data") else known.no_data,
    )


def _flapping(record: Record) -> Flapping:
    fields = record.record("flapping", ("times", "shifts")) if record.has("flapping") else None
    return Flapping() if fields is None else Flapping(fields.count("times"), fields.count("shifts"))


def _metrology(record: Record) -> Bilingual | None:
    fields = record.record("metrology", ("method_fr", "method_en")) if record.has("metrology") else None
    return None if fields is None else _bilingual(fields, "method")


def _not_negative(record: Record, name: str, unit: str) -> float:
    value = record.number(name)
    if value < 0.0:
        record.mistake(name, f"is {value:g}; expected zero or more, {unit}")
    return value


def _level(record: Record, measured: Quantity | None, advice: Bilingual, mistakes: Mistakes) -> TracedLevel | None:
    """One level with the catalog's rows behind it, or None where it has mistakes."""
    before = len(mistakes.messages)
    low, high = PRIORITIES
    priority = record.count("priority")
    if record.has("priority") and not low <= priority <= high:
        record.mistake("priority", f"is {priority}; expected {low} (at once) to {high} (when there is time)")
    rows, limits = _limits(record, measured)
    own_advice = record.has("advice_fr") or record.has("advice_en")
    on_exceedance = record.choice("on_exceedance", TicketKind)
    level = Level(
        name=record.text("name"),
        title=_bilingual(record, "title"),
        limits=limits,
        standing=record.choice("standing", Standing),
        on_exceedance=on_exceedance,
        on_inconclusive=record.choice("on_inconclusive", InconclusiveOutcome),
        priority=priority,
        advice=_bilingual(record, "advice") if own_advice else advice,
        amt_type=record.choice("amt_type", AmtType) if record.has("amt_type") else None,
    )
    return TracedLevel(record, level, rows) if len(mistakes.messages) == before else None


def _limits(record: Record, measured: Quantity | None) -> tuple[tuple[Limit, ...], tuple[DatedLimit, ...]]:
    """The catalog rows a level names and its limits by first day; empty with the mistakes noted."""
    if measured is None:
        return (), ()
    if record.is_mapping("limit"):
        own = record.record("limit", OWN_LIMIT_FIELDS)
        return ((), (_own_limit(own, measured),)) if own is not None else ((), ())
    rows = [row for row in (_row(record, name, measured) for name in record.texts("limit")) if row is not None]
    rows.sort(key=lambda row: row.in_force_from.toordinal() if row.in_force_from else 0)
    return tuple(rows), tuple(_dated(row, measured) for row in rows)


def _row(record: Record, name: str, measured: Quantity) -> Limit | None:
    try:
        row = limit(name)
    except CatalogError as error:
        record.mistake("limit", f'is "{name}"; {error}')
        return None
    reason = cannot_compare(measured.id, row)
    if reason is not None:
        record.mistake("limit", f'is "{name}"; {reason}')
        return None
    return row


def _dated(row: Limit, measured: Quantity) -> DatedLimit:
    return DatedLimit(
        id=row.id,
        value=value_in(row, measured.id),
        comparator=row.comparator,
        source=row.source,
        status=row.legal_status,
        verification=row.verification,
        first=row.in_force_from,
        last=row.in_force_to,
    )


def _own_limit(record: Record, measured: Quantity) -> DatedLimit:
    """A value the pack gives itself: a guide of the service, never the law."""
    unit, value, status = record.text("unit"), record.number("value"), record.choice("status", LegalStatus)
    try:
        value = to_catalog_unit(measured.id, value, unit)
    except CatalogError as error:
        if unit:
            record.mistake("unit", f'is "{unit}"; {error}')
    if status in {LegalStatus.BINDING, LegalStatus.INDICATIVE}:
        record.mistake(
            "status",
            f'is "{status.value}"; a value of your own is a guide or comfort; '
            "take a legal value from catalog/data/limits.csv by its id",
        )
    return DatedLimit(
        id=None,
        value=value,
        comparator=record.choice("comparator", Comparator),
        source=record.text("source"),
        status=status,
        verification=Verification.YES,
        first=None,
        last=None,
    )


def _bilingual(record: Record, name: str) -> Bilingual:
    return Bilingual(record.text(f"{name}_fr"), record.text(f"{name}_en"))


def _line(message: str) -> int:
    """The line of a message ``file:line: …``; file names of Windows drives carry a colon too."""
    return next(int(part) for part in message.split(":") if part.isdigit())
