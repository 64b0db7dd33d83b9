"""Kits that do not deliver: shifts they should have seen whole and did not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.identifiers import KitId, QuantityId, RuleId, ZoneId
from catalog.quantities import quantity
from dsp.exposure import Exposure, Measure, WindowKind
from rules.decision import Assessment, Decision
from rules.kit_check_rule import KitCheckRule
from rules.language import NARROW_SPACE, NO_BREAK_SPACE, Language, days, enumeration, percent, typeset_french
from rules.rule import Pack
from rules.sentences import counted_en, counted_fr
from rules.tickets import TicketKind, TicketProposal

AGENT = "kit"
"""What a kit check is about: no exposure, the kit itself. One kit, one ticket, however many of its quantities fail."""

LEVEL = "coverage"

_ROLLING = frozenset(
    {Measure.MAX_15MIN, Measure.MAX_30MIN, Measure.MAX_1H, Measure.MIN_1H, Measure.MAX_8H, Measure.MAX_24H}
)


@dataclass(frozen=True, slots=True)
class _Watched:
    """One shift a kit should have seen whole: how much of it was seen, and what was made of it."""

    start: int
    end: int
    coverage: float
    short: bool
    assessments: tuple[Assessment, ...]


def kit_checks(
    packs: Sequence[Pack],
    zone: ZoneId,
    assessments: Iterable[Assessment],
    exposures: Iterable[Exposure],
    shift_days: Mapping[int, date],
) -> list[TicketProposal]:
    """The kit checks of the packs, for each kit that has cause for one.

    Notes
    -----
    How many shifts with too little data it takes is said by each :class:`KitCheckRule`. Only quantities a rule of the
    zone needs count, each with that rule's minimum coverage; and only shifts wholly inside the deployment: a kit that
    comes or goes in the middle of a shift is nobody's fault.
    """
    coverage: dict[tuple[KitId, QuantityId, int, int], float] = {}
    for exposure in exposures:
        if exposure.zone == zone and exposure.window_kind is WindowKind.SHIFT and exposure.measure not in _ROLLING:
            key = (exposure.kit, exposure.quantity, exposure.start, exposure.end)
            coverage[key] = min(coverage.get(key, 1.0), exposure.coverage)
    minima = {rule.id: rule.minimum_coverage for pack in packs for rule in pack.rules}
    grouped: dict[KitId, dict[QuantityId, dict[tuple[int, int], list[Assessment]]]] = {}
    for assessment in assessments:
        exposure = assessment.exposure
        if exposure.whole and exposure.window_kind is WindowKind.SHIFT:
            by_shift = grouped.setdefault(exposure.kit, {}).setdefault(exposure.quantity, {})
            by_shift.setdefault((exposure.start, exposure.end), []).append(assessment)
    found = []
    for kit in sorted(grouped):
        watched = {
            quantity_id: [
                _watch(window, by_shift[window], coverage.get((kit, quantity_id, *window)), minima)
                for window in sorted(by_shift)
            ]
            for quantity_id, by_shift in sorted(grouped[kit].items())
        }
        for pack in packs:
            for check in pack.kit_checks:
                failing = {quantity_id: shifts for quantity_id, shifts in watched.items() if _fails(check, shifts)}
                if failing:
                    found.append(_proposal(pack, check, zone, kit, failing, shift_days))
    return found


def _watch(
    window: tuple[int, int], assessments: Sequence[Assessment], seen: float | None, minima: Mapping[RuleId, float]
) -> _Watched:
    own = min(a.exposure.coverage for a in assessments)
    coverage = own if seen is None else min(own, seen)
    minimum = max(minima[a.rule] for a in assessments)
    undecided = any(a.decision is Decision.INSUFFICIENT_DATA for a in assessments)
    return _Watched(*window, coverage, undecided or coverage < minimum, tuple(assessments))


def _fails(check: KitCheckRule, watched: Sequence[_Watched]) -> bool:
    short = [shift for shift in watched if shift.short]
    recent = sum(shift.short for shift in watched[-check.recent :])
    if not short or not recent:
        return False
    lately = recent >= check.insufficient
    mostly = len(short) >= check.insufficient and len(short) > check.campaign_share * len(watched)
    return (lately or mostly) and short[-1].end - short[0].start >= check.delay * 1000.0


def _proposal(
    pack: Pack,
    check: KitCheckRule,
    zone: ZoneId,
    kit: KitId,
    failing: Mapping[QuantityId, Sequence[_Watched]],
    shift_days: Mapping[int, date],
) -> TicketProposal:
    short = [shift for watched in failing.values() for shift in watched if shift.short]
    starts = {shift.start for watched in failing.values() for shift in watched}
    evidence = tuple(sorted((_first(shift) for shift in short), key=lambda a: (a.exposure.start, a.exposure.quantity)))
    lowest = min(shift.coverage for shift in short)
    counted = len({shift.start for shift in short})
    when = [shift_days[shift.start] for shift in short]
    names = [quantity(name) for name in sorted(failing)]
    french = enumeration([q.name_fr for q in names], Language.FRENCH)
    english = enumeration([q.name_en for q in names], Language.ENGLISH)
    in_shifts = counted_en(counted, len(starts), "it should have seen whole")
    of_shifts = counted_fr(counted, len(starts), "de travail entière", "de travail entières")
    return TicketProposal(
        zone=zone,
        agent=AGENT,
        rule=RuleId(f"{check.id}-{kit}"),
        kind=TicketKind.KIT_CHECK,
        level=LEVEL,
        priority=check.priority,
        title_fr=typeset_french(check.title.fr),
        title_en=check.title.en,
        reason_fr=(
            f"Kit {kit}{NO_BREAK_SPACE}: données insuffisantes ({french}) lors {of_shifts} "
            f"({days(when, Language.FRENCH)}){NARROW_SPACE}; "
            f"couverture la plus basse {percent(lowest, Language.FRENCH)}."
        ),
        reason_en=(
            f"Kit {kit}: insufficient data ({english}) in {in_shifts} "
            f"({days(when, Language.ENGLISH)}); lowest coverage {percent(lowest, Language.ENGLISH)}."
        ),
        advice_fr=typeset_french(check.advice.fr),
        advice_en=check.advice.en,
        limit_source="",
        pack=pack.id,
        pack_version=pack.version,
        evidence=evidence,
        held_back_by=None,
        simulated=any(a.exposure.simulated for a in evidence),
    )


def _first(shift: _Watched) -> Assessment:
    """The assessment that shows the shift: an insufficient one if there is any, the first by name among equals."""
    return min(
        shift.assessments,
        key=lambda a: (a.decision is not Decision.INSUFFICIENT_DATA, a.rule, a.level, a.exposure.measure.value),
    )
