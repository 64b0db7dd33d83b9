"""What the worker was really exposed to, and what the rules say of that: the same windows, measures and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from catalog.identifiers import DeploymentId, KitId, QuantityId
from catalog.kits import Deployment
from catalog.places import Zone
from catalog.quantities import Quantity, Uncertainty, quantities, quantity
from catalog.readings import Flag
from catalog.registry import Registry
from catalog.schedule import Interval, Shift
from dsp.derived import DERIVATIONS, derive
from dsp.exposure import Exposure, WindowKind
from dsp.series import Series, build
from dsp.subject import Subject
from firmware_sim.zones import STEP, Truth
from rules.decision import Assessment
from rules.engine import ZoneJudgement, assess, judge
from rules.rule import Pack
from vigie.pipeline import ClosedWindows, closed_windows, days_of, exposures_in, watches_in

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
    exposures : tuple of Exposure
        Of every quantity the rules of the zone ask about, and of all quantities in the shift that was kept.
    assessments : tuple of Assessment
        Each probability is 0 or 1.
    """

    worked: tuple[Shift, ...]
    exposures: tuple[Exposure, ...]
    assessments: tuple[Assessment, ...]
    judgement: ZoneJudgement


@dataclass(frozen=True, slots=True)
class TrueWindows:
    """The windows of a campaign in a zone.

    Attributes
    ----------
    lent : Deployment
        One of those in the zone; it has ended.
    deployed : Interval
        [ms UTC]
    first : datetime.date
        Local day it began on.
    windows : ClosedWindows
    kept : Shift or None
        The shift whose values are wanted of every quantity.
    """

    lent: Deployment
    deployed: Interval
    first: date
    windows: ClosedWindows
    kept: Shift | None

    @classmethod
    def of(
        cls, registry: Registry, lent: Deployment, first: date, last: date, kept: Shift | None = None
    ) -> "TrueWindows":
        """All windows of a deployment that began with one local day and ended with another."""
        zone = registry.zone_of(lent)
        end = lent.start if lent.end is None else lent.end
        deployed = Interval(lent.start, end)
        windows = closed_windows(zone, registry.establishment_of(zone), deployed, first, last, end)
        return cls(lent, deployed, first, windows, kept)


def true_answer(packs: Sequence[Pack], zone: Zone, told: TrueWindows, truth: Truth) -> TrueAnswer:
    """What the rules propose of the worker's own signals, seen whole and without any uncertainty.

    Parameters
    ----------
    truth : Truth
        Of the zone; nothing of any kit is looked at but its worker.

    Notes
    -----
    A quantity that the rules speak of and no kit of the zone measures is in the truth all the same: what a grade of kit
    cannot see, it misses.
    """
    windows = told.windows
    asked = asked_windows(packs, zone)
    kept = replace(windows, worked=[] if told.kept is None else [told.kept])
    watches = watches_in(packs, zone, windows.worked)
    found: list[Exposure] = []
    for name, series in _series(truth, told.deployed).items():
        subject = _subject(zone, told.lent.id, quantity(name), told.deployed)
        limits = [watch.threshold for watch in watches.get(name, ())]
        if name in asked:
            found += exposures_in(windows, subject, series, limits, asked[name])
        else:
            found += exposures_in(kept, subject, series, limits, {WindowKind.SHIFT})
    days = days_of(windows, told.first, found)
    assessments = assess(packs, zone, found, days)
    end = told.deployed.end
    judgement = judge(packs, zone, assessments, found, days, end, end)
    return TrueAnswer(tuple(windows.worked), tuple(found), tuple(assessments), judgement)


def asked_windows(packs: Sequence[Pack], zone: Zone) -> dict[QuantityId, set[WindowKind]]:
    """Which windows of which quantities the rules of a zone look at; shifts always: a share of their time may count."""
    found: dict[QuantityId, set[WindowKind]] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.applies_to(zone):
                found.setdefault(rule.quantity, {WindowKind.SHIFT}).add(rule.window_kind)
    return found


def _series(truth: Truth, deployed: Interval) -> Mapping[QuantityId, Series]:
    """The worker's signals, and what is computed from his temperature and humidity."""
    flags = np.full(truth.instants.size, Flag.GOOD, dtype=np.int8)
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
