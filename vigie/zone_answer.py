"""What the stored readings of a zone come to: exposures, decisions, proposals; stores nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.kits import Deployment
from catalog.places import Zone
from catalog.registry import Registry
from dsp.exposure import Exceedance, Exposure
from rules.decision import Assessment
from rules.engine import ZoneJudgement, assess, judge
from rules.rule import Pack
from store.quality import QualityMark
from vigie.acute import acute_assessments
from vigie.kit_columns import ColumnSource
from vigie.pipeline import Computed, WantedWindows, compute_deployment


@dataclass(frozen=True, slots=True)
class ZoneAnswer:
    """What the readings of a zone mean, and what the rules say of it.

    Attributes
    ----------
    deployments : tuple of Computed
        One by one, in order of start.
    days : dict of int to datetime.date
        Start of every window [ms UTC] and the local day whose limits apply.
    assessments : tuple of Assessment
        Every exposure against every level that applies to it; of shifts under way what cannot wait for their end.
    """

    deployments: tuple[Computed, ...]
    days: dict[int, date]
    assessments: tuple[Assessment, ...]
    judgement: ZoneJudgement

    @property
    def exposures(self) -> list[Exposure]:
        """Of all deployments."""
        return [exposure for computed in self.deployments for exposure in computed.exposures]

    @property
    def exceedances(self) -> list[Exceedance]:
        """Of all deployments."""
        return [episode for computed in self.deployments for episode in computed.exceedances]

    @property
    def marks(self) -> list[QualityMark]:
        """Of all deployments."""
        return [mark for computed in self.deployments for mark in computed.marks]


def answer_for(
    readings: ColumnSource,
    registry: Registry,
    packs: Sequence[Pack],
    zone: Zone,
    now: int,
    version: int,
    progress: Callable[[int, int, Deployment], None] | None = None,
    wanted: WantedWindows | None = None,
) -> ZoneAnswer:
    """The answer for a zone: a function of what is named here and of nothing else, so that it can be had again.

    Parameters
    ----------
    now : int
        Milliseconds UTC; windows that end later are not closed.
    version : int
        Delta version of the readings.
    progress : callable, optional
        Called with (deployments done, in all, the one under way).
    wanted : mapping, optional
        Kinds of windows to tell of each quantity; all of them by default. What the rules ask about must be among them.
    """
    deployments = registry.deployments_of(zone)
    computed = []
    for done, lent in enumerate(deployments):
        if progress:
            progress(done, len(deployments), lent)
        computed.append(compute_deployment(readings, registry, packs, lent, now, version, wanted))
    days: dict[int, date] = {}
    for result in computed:
        days |= result.days
    exposures = [exposure for result in computed for exposure in result.exposures]
    acute = acute_assessments(readings, registry, packs, zone, now, version)
    days = {**acute.days, **days}
    closed = assess(packs, zone, exposures, days)
    until = None if any(lent.end is None or lent.end > now for lent in deployments) else _last_end(deployments)
    judgement = judge(packs, zone, closed, exposures, days, now, until, acute.assessments)
    return ZoneAnswer(tuple(computed), days, (*closed, *acute.assessments), judgement)


def _last_end(deployments: Sequence[Deployment]) -> int | None:
    return max((lent.end for lent in deployments if lent.end is not None), default=None)
