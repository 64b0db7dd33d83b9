"""The page of the limits: what the rules hold exposures against, and what no kit can be held against."""

from collections.abc import Iterable, Sequence

from catalog.identifiers import LimitId
from catalog.limits import Verification, limits, reference_rows
from catalog.places import ZoneKind
from catalog.quantities import quantities
from docs.markdown import WRITTEN, listed, page, table
from rules.kit_check_rule import KitCheckRule
from rules.not_applied import why_not_applied
from rules.pack import default_packs
from rules.rule import Comparability, DatedLimit, Level, Onset, Pack, Rule, Standing, Tiers


def limits_page() -> str:
    """The limits rules use."""
    verified = sum(limit.verification is Verification.YES for limit in limits().values())
    return page(
        "# Limits",
        WRITTEN.format(source="catalog or the rule packs"),
        _LIMITS_INTRO.format(rows=len(reference_rows()), comparable=len(limits()), verified=verified),
        *(part for pack in default_packs() for part in _pack(pack)),
        "## Limits no kit can be held against",
        _NOT_APPLIED_INTRO,
        table(("why", "rows of the limits table"), _not_applied()),
    )


def _pack(pack: Pack) -> list[str]:
    signed = f"signed off by {pack.signed_off.name}, {pack.signed_off.date}" if pack.signed_off else "not signed off"
    return [
        f"## {pack.title.en} (`{pack.id}` {pack.version}, {signed})",
        *(_rule(rule) for rule in pack.rules),
        *(_kit_check(check) for check in pack.kit_checks),
    ]


def _kit_check(check: KitCheckRule) -> str:
    return page(
        f"### {check.title.en} (`{check.id}`)",
        f"A kit is to be checked where {check.insufficient} of its last {check.recent} whole shifts have too little "
        f"data, or more than {100 * check.campaign_share:g} % of all (one of them recent), and these span at least "
        f"{check.delay / 3600:g} h from the start of the first to the end of the last. Priority {check.priority}.",
    ).rstrip("\n")


def _not_applied() -> Iterable[Sequence[str]]:
    """Rows that bind or indicate in France and are in no rule, by reason."""
    reasons: dict[str, list[str]] = {}
    for row in reference_rows():
        reason = why_not_applied(row)
        if reason is not None and row.jurisdiction.startswith("FR") and row.legal_status.split()[0] in _LAW:
            reasons.setdefault(reason, []).append(f"`{row.id}`")
    return ((reason, listed(ids)) for reason, ids in reasons.items())


_LAW = ("binding", "indicative")
_NOT_APPLIED_INTRO = """\
What the law binds or indicates in France and no rule applies, row by row of the limits table."""

_LIMITS_INTRO = """\
The limits that rules hold exposures against. Each value comes from the limits table `catalog/data/limits.csv`
by its id, with its source and the days it is in force. The table has {rows} rows; {comparable} can be compared
with a number, and {verified} of these are verified against their source. The limit of a shift is the one in
force on the local day it started.

- **verified**: somebody checked the value against its source. A value that is not is never used as
  the law, and is marked *unverified* wherever it is shown.
- **standing**: *legal* binds in a French workplace; *guide* advises. A guide published after the measurement is
  still shown, and said to be later.
- **breached when**: the comparator is the law's own. Hearing protection is due *at* 85 dB(A), the programme
  *above* it.

The limits 87 dB(A) and 140 dB(C) hold under the hearing protector; an ambient microphone cannot decide them and
no rule may use them. What must be told at once (peaks, CO over 15 minutes, very high CO₂) is in the pack `aigu`, also
where it is the law. How a rule is written: [rules](rules.md).

Direct-reading devices cannot prove that an occupational exposure limit is respected (arrêté of 15 December 2009,
annex 1 §2.4): Vigie screens."""


def _rule(rule: Rule) -> str:
    window = f"{rule.measure.value} of a {rule.window_kind.value}"
    every = set(rule.zones) == set(ZoneKind)
    zones = "every kind of zone" if every else listed(f"`{kind.value}`" for kind in rule.zones)
    work = f", {listed(kind.value for kind in rule.intensities)} work" if rule.intensities else ""
    rows = [row for level in rule.levels for row in _level_rows(level, rule)]
    hint = rule.comparability is Comparability.INDICATION_ONLY
    return page(
        f"### {rule.title.en} (`{rule.id}`)",
        f"`{rule.quantity}`, {window}. Zones: {zones}{work}. {_repetition(rule)}"
        + (" Over half of the limit already calls for metrology." if rule.tiers is Tiers.LEGAL_CHEMICAL else "")
        + (" The sensor only hints at what the limit is about." if hint else "")
        + (f" Measurement to ask for: {rule.metrology.en}." if rule.metrology else ""),
        table(("level and limit", "breached when", "in force", "standing", "source", "asks for"), rows),
    ).rstrip("\n")


def _repetition(rule: Rule) -> str:
    often = rule.repetition
    if often.onset is Onset.IMMEDIATE:
        return "One exceedance is enough for a ticket."
    text = f"A ticket after {often.shifts} {rule.window_kind.value}s"
    if often.window_share is not None:
        share, days = f"{100 * often.window_share:g} %", often.working_days
        text += f", or one sure one and {share} of the occupied time of {days} working days in a row beyond the limit"
    return f"{text}."


def _level_rows(level: Level, rule: Rule) -> Iterable[Sequence[str]]:
    for limit in level.limits:
        yield (
            level.title.en + (f"<br>`{limit.id}`" if limit.id else ""),
            _breach(limit, rule),
            _days(limit),
            _standing(level, limit),
            limit.source,
            _asks(level),
        )


def _standing(level: Level, limit: DatedLimit) -> str:
    standing = "legal" if level.standing is Standing.LEGAL else "guide"
    words = {Verification.YES: "verified", Verification.PARTIAL: "**partly verified**"}
    return f"{standing}, {words.get(limit.verification, '**unverified**')}"


def _asks(level: Level) -> str:
    asked, doubted = level.on_exceedance.value, level.on_inconclusive.value
    likely = f" from a probability of {level.doubt_from:g}" if level.doubt_from else ""
    told = doubted != "nothing" and (doubted != asked or likely)
    doubt = f"; in repeated doubt{likely} {doubted}" if told else ""
    action = f" ({level.amt_type.title.en})" if level.amt_type else ""
    return f"{asked.replace('_', ' ')}{action}{doubt.replace('_', ' ')}"


def _breach(limit: DatedLimit, rule: Rule) -> str:
    unit = quantities()[rule.quantity].unit
    row = limits().get(LimitId(limit.id)) if limit.id else None
    printed = f" ({row.value:g} {row.unit})" if row and row.value != limit.value else ""
    return f"{limit.comparator.value} {round(limit.value, 2):g} {unit}{printed}"


def _days(limit: DatedLimit) -> str:
    first = f"from {limit.first}" if limit.first else ""
    last = f"to {limit.last}" if limit.last else ""
    return f"{first} {last}".strip() or "no date given"
