"""From the fields of one rule to the rule, with every mistake on the way."""

from collections.abc import Sequence

from catalog.errors import CatalogError
from catalog.identifiers import QuantityId, RuleId
from catalog.places import WorkIntensity, ZoneKind
from catalog.quantities import Averaging, Quantity, quantity
from dsp.exposure import Measure, WindowKind
from rules.bilingual import Bilingual
from rules.consistency import mistakes_of_rule
from rules.decision import Probabilities
from rules.document import Record
from rules.fields import read_bilingual, read_not_negative, read_priority
from rules.limit_reader import read_limits
from rules.reachability import unreachable
from rules.rule import (
    Clearing,
    Comparability,
    Delays,
    Flapping,
    InconclusiveOutcome,
    Level,
    Onset,
    Repetition,
    Rule,
    Standing,
    Tiers,
)
from rules.ticket_kinds import TicketKind
from rules.traced import TracedLevel, TracedRule
from rules.workplace_actions import AmtType

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
    "doubt_from",
    "priority",
    "amt_type",
    "advice_fr",
    "advice_en",
)
_NOTHING = InconclusiveOutcome.NOTHING

HYSTERESIS_SHARE = 0.02
"""Of the mildest limit, where a rule names no hysteresis …"""
HYSTERESIS_LEVEL = 1.0
"""… and dB for levels."""


def read_rule(record: Record) -> TracedRule | None:
    """One rule, or None where it has mistakes."""
    before = record.mistakes_noted
    measured = _quantity(record)
    advice = read_bilingual(record, "advice")
    traced = [
        level
        for level in (_level(fields, measured, advice) for fields in record.records("levels", LEVEL_FIELDS))
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
        title=read_bilingual(record, "title"),
        advice=advice,
        law=read_bilingual(record, "law"),
        levels=tuple(level.level for level in traced),
        hysteresis=_hysteresis(record, measured, traced),
        delays=_delays(record),
        flapping=_flapping(record),
        metrology=_metrology(record),
    )
    if measured is None or record.mistakes_noted > before:
        return None
    found = TracedRule(record, rule, measured, tuple(traced))
    mistakes_of_rule(found)
    if record.mistakes_noted == before:
        unreachable(found)
    return found if record.mistakes_noted == before else None


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
    return Clearing(read_not_negative(fields, "margin", "in the quantity's unit"), fields.count("shifts"))


def _hysteresis(record: Record, measured: Quantity | None, levels: Sequence[TracedLevel]) -> float:
    if record.has("hysteresis"):
        return read_not_negative(record, "hysteresis", "in the quantity's unit")
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
        read_not_negative(fields, "on", "in seconds") if fields.has("on") else known.on,
        read_not_negative(fields, "off", "in seconds") if fields.has("off") else known.off,
        read_not_negative(fields, "no_data", "in seconds") if fields.has("no_data") else known.no_data,
    )


def _flapping(record: Record) -> Flapping:
    fields = record.record("flapping", ("times", "shifts")) if record.has("flapping") else None
    return Flapping() if fields is None else Flapping(fields.count("times"), fields.count("shifts"))


def _metrology(record: Record) -> Bilingual | None:
    fields = record.record("metrology", ("method_fr", "method_en")) if record.has("metrology") else None
    return None if fields is None else read_bilingual(fields, "method")


def _level(record: Record, measured: Quantity | None, advice: Bilingual) -> TracedLevel | None:
    """One level with the catalog's rows behind it, or None where it has mistakes."""
    before = record.mistakes_noted
    priority = read_priority(record)
    read = read_limits(record, measured)
    own_advice = record.has("advice_fr") or record.has("advice_en")
    on_exceedance = record.choice("on_exceedance", TicketKind)
    on_inconclusive = record.choice("on_inconclusive", InconclusiveOutcome)
    doubt_from = record.share("doubt_from") if record.has("doubt_from") else 0.0
    if doubt_from and on_inconclusive is _NOTHING:
        record.mistake(
            "doubt_from", "says which doubt counts, but doubt leads to nothing here; take it away, or write 0"
        )
    level = Level(
        name=record.text("name"),
        title=read_bilingual(record, "title"),
        limits=read.limits,
        standing=record.choice("standing", Standing),
        on_exceedance=on_exceedance,
        on_inconclusive=on_inconclusive,
        priority=priority,
        advice=read_bilingual(record, "advice") if own_advice else advice,
        amt_type=record.choice("amt_type", AmtType) if record.has("amt_type") else None,
        doubt_from=doubt_from,
    )
    return TracedLevel(record, level, read.rows) if record.mistakes_noted == before else None
