"""What the worker of each simulated zone was really exposed to, shift by shift, beside the limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.limits import Comparator
from catalog.quantities import Averaging, quantity
from catalog.registry import Registry
from dsp.exposure import WindowKind
from firmware_sim.kit import VirtualKit
from rules.decision import Assessment, Decision
from rules.engine import governing
from rules.rule import Direction, Pack
from vigie.evaluation.truth import TrueAnswer, TrueWindows, true_answer

_CLOSE_DB = 5.0
_CLOSE_SHARE = 0.5
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class TrueValue:
    """One measure of one shift of the worker, seen whole and without uncertainty.

    Attributes
    ----------
    day : datetime.date
        On which the shift starts.
    value, limit : float
        In ``unit``; the limit is the one ``vigie exposures`` shows beside the measure.
    beyond : bool
        Whether the value breaches it.
    harm : {"above", "below"}
        On which side of the limit.
    """

    zone: str
    quantity: str
    measure: str
    day: date
    value: float
    unit: str
    limit: float
    limit_source: str
    rule: str
    level: str
    beyond: bool
    harm: Direction

    @property
    def close(self) -> bool:
        """Beyond the limit or not far from it: within 5 dB of a level, else within a factor of two."""
        if quantity(self.quantity).averaging is Averaging.ENERGETIC:
            apart = self.limit - self.value if self.harm == "above" else self.value - self.limit
            return apart < _CLOSE_DB
        share = self.value / self.limit if self.harm == "above" else self.limit / max(self.value, _TINY)
        return share > _CLOSE_SHARE


def true_values(
    packs: Sequence[Pack], registry: Registry, kits: Sequence[VirtualKit], first: date, last: date
) -> list[TrueValue]:
    """Every measure of a shift that a rule speaks of, in order of zone, quantity, measure and day.

    Parameters
    ----------
    registry : Registry
        Of the simulated workplace.
    first, last : datetime.date
        Of the campaign.
    """
    found: list[TrueValue] = []
    told: set[str] = set()
    for kit in kits:
        if kit.truth.zone in told:  # whatever hangs there, the worker is the same
            continue
        told.add(kit.truth.zone)
        zone = registry.zones[kit.truth.zone]
        lent = next(each for each in registry.deployments.values() if each.kit == kit.id)
        windows = TrueWindows.of(registry, lent, first, last)
        found += _of_shifts(true_answer(packs, zone, windows, kit.truth))
    return sorted(found, key=lambda each: (each.zone, each.quantity, each.measure, each.day))


def _of_shifts(answer: TrueAnswer) -> Iterator[TrueValue]:
    days = {shift.start: shift.day for shift in answer.worked}
    for assessment in governing(answer.assessments).values():
        exposure = assessment.exposure
        if exposure.window_kind is WindowKind.SHIFT and exposure.value is not None and exposure.start in days:
            yield _true_value(assessment, exposure.value, days[exposure.start])


def _true_value(assessment: Assessment, value: float, day: date) -> TrueValue:
    exposure = assessment.exposure
    return TrueValue(
        zone=exposure.zone,
        quantity=exposure.quantity,
        measure=exposure.measure.value,
        day=day,
        value=value,
        unit=exposure.unit,
        limit=assessment.limit,
        limit_source=assessment.limit_source,
        rule=assessment.rule,
        level=assessment.level,
        beyond=assessment.decision is Decision.EXCEEDANCE_INDICATED,
        harm="below" if assessment.comparator is Comparator.BELOW else "above",
    )
