"""What the worker was really exposed to, and what the rules say of that: the same windows, measures and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.identifiers import DeploymentId, KitId, QuantityId
from catalog.kits import Deployment
from catalog.places import Establishment, Zone
from catalog.quantities import Quantity, Uncertainty, quantities, quantity
from catalog.schedule import Interval, Shift
from dsp.derived import DERIVATIONS, derive
from dsp.exposure import Exposure
from dsp.series import Series, build
from dsp.subject import Subject
from firmware_sim.zones import STEP, Truth
from rules.decision import Assessment
from rules.engine import ZoneJudgement, assess, judge
from rules.rule import Pack
from vigie.pipeline import closed_windows, days_of, exposures_in, watches_in

_NONE = Uncertainty(0.0, 0.0)
_STEP_S = STEP / 1000.0
_NOBODY = KitId("the worker")


@dataclass(frozen=True, slots=True)
class TrueAnswer:
    """The truth about a zone, in the words of an answer.

    Attributes
    ----------
    worked : tuple of Shift
        The shifts of the campaign.
    assessments : tuple of Assessment
        Each probability is 0 or 1.
    """

    worked: tuple[Shift, ...]
    exposures: tuple[Exposure, ...]
    assessments: tuple[Assessment, ...]
    judgement: ZoneJudgement


def true_answer(
    packs: Sequence[Pack],
    zone: Zone,
    establishment: Establishment,
    lent: Deployment,
    first: date,
    last: date,
    truth: Truth,
) -> TrueAnswer:
    """What the rules propose of the worker's own signals, seen whole and without any uncertainty.

    Parameters
    ----------
    lent : Deployment
        One of those in the zone: its windows are told; it must have ended.
    first, last : datetime.date
        Local days of the deployment.
    truth : Truth
        Of the zone; nothing of any kit is looked at but its worker.

    Notes
    -----
    A quantity that the rules speak of and no kit of the zone measures is in the truth all the same: what a grade of kit
    cannot see, it misses.
    """
    end = lent.start if lent.end is None else lent.end
    deployed = Interval(lent.start, end)
    windows = closed_windows(zone, establishment, deployed, first, last, end)
    watches = watches_in(packs, zone, windows.worked)
    exposures: list[Exposure] = []
    for name, series in _series(truth, deployed).items():
        subject = _subject(zone, lent.id, quantity(name), deployed)
        exposures += exposures_in(windows, subject, series, watches.get(name, ()))
    days = days_of(windows, first, exposures)
    assessments = assess(packs, zone, exposures, days)
    judgement = judge(packs, zone, assessments, exposures, days, end, end)
    return TrueAnswer(tuple(windows.worked), tuple(exposures), tuple(assessments), judgement)


def _series(truth: Truth, deployed: Interval) -> Mapping[QuantityId, Series]:
    """The worker's signals, and what is computed from his temperature and humidity."""
    flags = [1] * truth.instants.size
    found = {
        name: build(truth.instants, values, flags, _STEP_S, _STEP_S, quantity(name).averaging)
        for name, values in truth.worker.items()
    }
    warm, damp = found.get(QuantityId("temperature")), found.get(QuantityId("humidity"))
    if warm is not None and damp is not None:
        computed = [known.id for known in quantities().values() if known.id in DERIVATIONS]
        derived = derive([DERIVATIONS[name] for name in computed], warm.during(deployed), damp.during(deployed))
        found |= {name: each.series for name, each in zip(computed, derived, strict=True)}
    return found


def _subject(zone: Zone, deployment: DeploymentId, measured: Quantity, deployed: Interval) -> Subject:
    return Subject(zone.id, _NOBODY, deployment, measured, _NONE, _NONE, _NONE, deployed, simulated=True)
