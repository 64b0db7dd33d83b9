"""Kits that do not deliver: shifts they should have seen whole and did not."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from catalog.identifiers import KitId, QuantityId, RuleId, ZoneId
from catalog.quantities import quantity
from dsp.exposure import Exposure, Measure, WindowKind
from rules.decision import Assessment, Decision
from rules.kit_check_rule import KitCheckRule
from rules.language import NARROW_SPACE, NO_BREAK_SPACE, Language, days, enumeration, percent, typeset_french
from rules.rule import Pack
from rules.sentences import counted_en, counted_fr
from rules.states import RuleState, RuleStatus, Transition
from rules.tickets import TicketKind, TicketProposal

AGENT = "kit"
"""What a kit check is about: no exposure, the kit itself. One kit, one ticket, however many of its quantities fail."""

LEVEL = "coverage"

_ROLLING = frozenset(
    {Measure.MAX_15MIN, Measure.MAX_30MIN, Measure.MAX_1H, Measure.MIN_1H, Measure.MAX_8H, Measure.MAX_24H}
)


@dataclass(slots=True)
class _Watched:
    """One shift a kit should have seen whole: how much of it was seen, and what was made of it."""

    start: int
    end: int
    coverage: float = 1.0
    minimum: float = 0.0
    undecided: bool = False
    assessments: list[Assessment] = field(default_factory=list)

    @property
    def short(self) -> bool:
        """Whether too little of it was seen."""
        return self.undecided or self.coverage < self.minimum

    def add(self, assessment: Assessment, minimum: float) -> None:
        """One more assessment of it, by a rule that needs a minimum coverage."""
        self.assessments.append(assessment)
        if minimum > self.minimum:
            self.minimum = minimum
        if assessment.exposure.coverage < self.coverage:
            self.coverage = assessment.exposure.coverage
        if assessment.decision is Decision.INSUFFICIENT_DATA:
            self.undecided = True


_Shifts = dict[tuple[int, int], _Watched]
"""By end, then start."""


@dataclass(frozen=True, slots=True)
class CheckedKits:
    """What the kit checks say of a zone.

    Attributes
    ----------
    proposals : tuple of TicketProposal
        One for each kit that ever had cause for one: that it delivers again does not unsay it, a person closes it.
    pending : tuple of TicketProposal
        Of these, those whose kits do not deliver now; what rests on such a kit alone waits.
    statuses : tuple of RuleStatus
        Of every kit with a shift it should have seen whole: *normal* or *firing*, and since when.
    """

    proposals: tuple[TicketProposal, ...]
    pending: tuple[TicketProposal, ...]
    statuses: tuple[RuleStatus, ...]


def check_kits(
    packs: Sequence[Pack],
    zone: ZoneId,
    assessments: Iterable[Assessment],
    exposures: Iterable[Exposure],
    shift_days: Mapping[int, date],
    watermark: int,
) -> CheckedKits:
    """The kit checks of the packs, for each kit that has cause for one.

    Parameters
    ----------
    watermark : int
        Event time up to which everything is known [ms UTC]; no window ends later.

    Notes
    -----
    How many shifts with too little data it takes is said by each :class:`KitCheckRule`. Only quantities a rule of the
    zone needs count, each with that rule's minimum coverage; and only shifts wholly inside the deployment: a kit that
    comes or goes in the middle of a shift is nobody's fault.
    """
    kits = _watched(packs, assessments)
    for exposure in exposures:
        of_kit = kits.get(exposure.kit)
        of_quantity = None if of_kit is None else of_kit.get(exposure.quantity)
        shift = None if of_quantity is None else of_quantity.get((exposure.end, exposure.start))
        if (
            shift is not None
            and exposure.coverage < shift.coverage
            and exposure.zone == zone
            and exposure.window_kind is WindowKind.SHIFT
            and exposure.measure not in _ROLLING
        ):
            shift.coverage = exposure.coverage
    proposals, pending, statuses = [], [], []
    for kit in sorted(kits):
        watched = {name: [shifts[key] for key in sorted(shifts)] for name, shifts in sorted(kits[kit].items())}
        for pack in packs:
            for check in pack.kit_checks:
                followed = _follow(check, watched)
                rule = RuleId(f"{check.id}-{kit}")
                status = RuleStatus(zone, AGENT, rule, watermark, followed.transitions)
                statuses.append(status)
                failed = {quantity_id: watched[quantity_id] for quantity_id in sorted(followed.failed)}
                if not failed:
                    continue
                again = None if followed.again is None else shift_days[followed.again]
                proposal = _proposal(pack, check, _Failing(zone, kit, failed, again), shift_days, status)
                proposals.append(proposal)
                if again is None:
                    pending.append(proposal)
    return CheckedKits(tuple(proposals), tuple(pending), tuple(statuses))


def _watched(packs: Sequence[Pack], assessments: Iterable[Assessment]) -> dict[KitId, dict[QuantityId, _Shifts]]:
    """The shifts each kit should have seen whole, by quantity."""
    minima = {rule.id: rule.minimum_coverage for pack in packs for rule in pack.rules}
    kits: dict[KitId, dict[QuantityId, _Shifts]] = {}
    for assessment in assessments:
        exposure = assessment.exposure
        if exposure.whole and exposure.window_kind is WindowKind.SHIFT:
            shifts = kits.setdefault(exposure.kit, {}).setdefault(exposure.quantity, {})
            key = (exposure.end, exposure.start)
            shift = shifts.get(key)
            if shift is None:
                shift = shifts[key] = _Watched(exposure.start, exposure.end)
            shift.add(assessment, minima[assessment.rule])
    return kits


@dataclass(slots=True)
class _Record:
    """How one quantity of a kit has been delivered so far."""

    quantity: QuantityId
    recent: deque[bool]
    shifts: int = 0
    short: int = 0
    first: int = 0
    last: int = 0

    def add(self, start: int, end: int, short: bool) -> None:
        self.recent.append(short)
        self.shifts += 1
        if short:
            self.first = start if self.short == 0 else self.first
            self.last = end
            self.short += 1

    def fails(self, check: KitCheckRule) -> bool:
        if not self.short or True not in self.recent:
            return False
        recent = sum(self.recent)
        lately = recent >= check.insufficient
        mostly = self.short >= check.insufficient and self.short > check.campaign_share * self.shifts
        return (lately or mostly) and self.last - self.first >= check.delay * 1000.0


class _Turn(NamedTuple):
    record: _Record
    shift: _Watched


@dataclass(frozen=True, slots=True)
class _Followed:
    """Transitions of a kit's check, the quantities that fail or failed last, and since when they do not any more.

    Attributes
    ----------
    again : int or None
        Start of the shift with which all was well again [ms UTC]; None while something fails, or never did.
    """

    transitions: tuple[Transition, ...]
    failed: frozenset[QuantityId]
    again: int | None


@dataclass(frozen=True, slots=True)
class _Failing:
    """A kit that does not deliver, or did not until a day."""

    zone: ZoneId
    kit: KitId
    watched: Mapping[QuantityId, Sequence[_Watched]]
    again: date | None


def _follow(check: KitCheckRule, watched: Mapping[QuantityId, Sequence[_Watched]]) -> _Followed:
    """The check shift by shift, in order of their ends; it fires while any quantity fails."""
    shifts: dict[int, list[_Turn]] = {min(of_quantity[0].end for of_quantity in watched.values()): []}
    for quantity_id, of_quantity in watched.items():
        if not any(shift.short for shift in of_quantity):
            continue
        record = _Record(quantity_id, deque(maxlen=check.recent))
        for shift in of_quantity:
            shifts.setdefault(shift.end, []).append(_Turn(record, shift))
    failing: set[QuantityId] = set()
    failed: frozenset[QuantityId] = frozenset()
    again: int | None = None
    transitions: list[Transition] = []
    for end in sorted(shifts):
        was_failing = bool(failing)
        for record, shift in shifts[end]:
            record.add(shift.start, shift.end, shift.short)
            if record.fails(check):
                failing.add(record.quantity)
            else:
                failing.discard(record.quantity)
            if was_failing and not failing:
                again = shift.start
        if failing:
            failed = (failed | failing) if was_failing else frozenset(failing)
            again = None
        state = RuleState.FIRING if failing else RuleState.NORMAL
        if transitions and transitions[-1].state is state:
            continue
        if failing:
            transitions.append(Transition(end, state, LEVEL, TicketKind.KIT_CHECK, check.priority))
        else:
            transitions.append(Transition(end, state))
    return _Followed(tuple(transitions), failed, again)


def _proposal(
    pack: Pack,
    check: KitCheckRule,
    failing: _Failing,
    shift_days: Mapping[int, date],
    status: RuleStatus,
) -> TicketProposal:
    kit, watched = failing.kit, failing.watched
    short = [shift for of_quantity in watched.values() for shift in of_quantity if shift.short]
    starts = {shift.start for of_quantity in watched.values() for shift in of_quantity}
    evidence = tuple(sorted((_first(shift) for shift in short), key=lambda a: (a.exposure.start, a.exposure.quantity)))
    lowest = min(shift.coverage for shift in short)
    counted = len({shift.start for shift in short})
    when = [shift_days[shift.start] for shift in short]
    names = [quantity(name) for name in sorted(watched)]
    french = enumeration([q.name_fr for q in names], Language.FRENCH)
    english = enumeration([q.name_en for q in names], Language.ENGLISH)
    in_shifts = counted_en(counted, len(starts), "it should have seen whole")
    of_shifts = counted_fr(counted, len(starts), "de travail entière", "de travail entières")
    return TicketProposal(
        zone=failing.zone,
        agent=AGENT,
        rule=status.rule,
        kind=TicketKind.KIT_CHECK,
        level=LEVEL,
        priority=check.priority,
        title_fr=typeset_french(check.title.fr),
        title_en=check.title.en,
        reason_fr=(
            f"Kit {kit}{NO_BREAK_SPACE}: données insuffisantes ({french}) lors {of_shifts} "
            f"({days(when, Language.FRENCH)}){NARROW_SPACE}; "
            f"couverture la plus basse {percent(lowest, Language.FRENCH)}{_again_fr(failing.again)}."
        ),
        reason_en=(
            f"Kit {kit}: insufficient data ({english}) in {in_shifts} "
            f"({days(when, Language.ENGLISH)}); lowest coverage {percent(lowest, Language.ENGLISH)}"
            f"{_again_en(failing.again)}."
        ),
        advice_fr=typeset_french(check.advice.fr),
        advice_en=check.advice.en,
        limit_source="",
        pack=pack.id,
        pack_version=pack.version,
        evidence=evidence,
        held_back_by=None,
        simulated=any(a.exposure.simulated for a in evidence),
        status=status,
    )


def _again_fr(day: date | None) -> str:
    told = "" if day is None else days([day], Language.FRENCH)
    return "" if day is None else f"{NARROW_SPACE}; il livre de nouveau assez de données depuis le {told}"


def _again_en(day: date | None) -> str:
    return "" if day is None else f"; it has delivered enough again since {days([day], Language.ENGLISH)}"


def _first(shift: _Watched) -> Assessment:
    """The assessment that shows the shift: an insufficient one if there is any, the first by name among equals."""
    return min(
        shift.assessments,
        key=lambda a: (a.decision is not Decision.INSUFFICIENT_DATA, a.rule, a.level, a.exposure.measure.value),
    )
