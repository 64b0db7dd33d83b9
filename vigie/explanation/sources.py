"""The readings behind a window, summed up: how many, from when to when, what tests and calibrations made of them."""

from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from catalog.identifiers import KitId, QuantityId
from catalog.kits import Channel
from catalog.places import Zone
from catalog.quantities import Averaging, quantity
from catalog.readings import Flag
from catalog.schedule import Interval
from dsp.calibration import calibration_steps
from dsp.quality.runs import MarkedRuns
from store.snapshots import ZoneSnapshot
from vigie.explanation.behind import Behind
from vigie.explanation.told import CalibrationTold, SourceTold, TestTold
from vigie.times import as_datetime, local_day


def source_told(known: ZoneSnapshot, behind: Behind, window: Interval) -> SourceTold:
    """One quantity's readings behind a window, and what was made of them.

    Parameters
    ----------
    known : ZoneSnapshot
        Places, kits and calibrations as they were.
    """
    subject, column = behind.channel.subject, behind.column
    instants = column.instants
    usable = behind.stands > 0
    read = column.values[usable]
    measured, model = subject.quantity, _channel(known, subject.kit, subject.quantity.id)
    transfer = next((t for t in known.zone.transfer_factors if t.quantity == measured.id), None)
    return SourceTold(
        kit=subject.kit,
        quantity=measured.id,
        unit=measured.unit,
        readings=int(instants.size),
        first=as_datetime(int(instants[0])) if instants.size else None,
        last=as_datetime(int(instants[-1])) if instants.size else None,
        lowest=float(read.min()) if read.size else None,
        highest=float(read.max()) if read.size else None,
        usable=int(usable.sum()),
        suspect=int(behind.suspect.sum()),
        dropped=int((~usable).sum()),
        making=int((behind.counts > 0).sum()),
        mean=_mean(behind),
        step=float(np.median(np.diff(instants))) / 1000 if instants.size > 1 else None,
        period=behind.channel.series.period / 1000,
        hold=behind.channel.series.hold / 1000,
        tests=_tests(behind),
        calibrations=_calibrations(known, subject.kit, measured.id, window),
        correction=_correction(known.zone, measured.id),
        transfer=transfer,
        instrument=subject.instrument,
        instrument_from=_from_model(known, subject.kit, model is not None and model.instrument is not None),
        repeatability=subject.repeatability,
        repeatability_from=_from_model(known, subject.kit, model is not None and model.repeatability is not None),
        place=subject.place,
        place_from=_place_from(known.zone, measured.id),
    )


def _mean(behind: Behind) -> float | None:
    """Mean of what the value is made of, by another way than the measure's own."""
    counts = behind.counts > 0
    if not counts.any():
        return None
    used, weights = behind.used[counts], behind.counts[counts]
    if behind.channel.series.averaging is Averaging.ENERGETIC:
        return float(10 * np.log10(np.average(10 ** (used / 10), weights=weights)))
    return float(np.average(used, weights=weights))


def failed_tests(runs: MarkedRuns, instants: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """The flag a test gave each reading; 0 where it gave none."""
    flags = np.zeros(instants.size, np.int8)
    for flag, first, last in zip(runs.flags, runs.first, runs.last, strict=True):
        flags[(instants >= first) & (instants <= last)] = flag
    return flags


def _tests(behind: Behind) -> tuple[TestTold, ...]:
    """Flags readings came with, then those each test gave."""
    found = [
        TestTold("as received", Flag(flag).name.lower(), int((behind.column.flags == flag).sum()), "")
        for flag in (Flag.SUSPECT, Flag.BAD, Flag.MISSING)
    ]
    for runs in behind.channel.marked:
        given = failed_tests(runs, behind.column.instants)
        found += [
            TestTold(runs.test.value, Flag(flag).name.lower(), int((given == flag).sum()), runs.parameters)
            for flag in sorted(set(runs.flags.tolist()))
        ]
    return tuple(test for test in found if test.readings)


def _calibrations(known: ZoneSnapshot, kit: KitId, name: QuantityId, window: Interval) -> tuple[CalibrationTold, ...]:
    """Those that speak of readings of the window: the last before it, and any performed in it."""
    timezone = known.registry.establishment_of(known.zone).timezone
    own = [done for done in known.registry.calibrations if (done.kit, done.quantity) == (kit, name)]
    ordered = sorted(own, key=lambda done: done.performed)
    steps = calibration_steps(ordered, timezone, None)
    day = local_day(window.end - 1, timezone)
    return tuple(
        CalibrationTold(done, done.is_overdue(day))
        for done, step, following in zip_longest(ordered, steps, steps[1:])
        if step.since < window.end and (following is None or following.since > window.start)
    )


def _correction(zone: Zone, name: QuantityId) -> str | None:
    found = next((each for each in zone.corrections if each.quantity == name), None)
    if found is None:
        return None
    kappa = "" if found.kappa is None else f", kappa {found.kappa:g}"
    return f"{found.method.value}{kappa}, with the kit's own humidity"


def _channel(known: ZoneSnapshot, kit: KitId, name: QuantityId) -> Channel | None:
    lent = known.registry.kits.get(kit)
    model = next((model for model in known.models if lent is not None and model.id == lent.model), None)
    return None if model is None else model.channel(name)


def _from_model(known: ZoneSnapshot, kit: KitId, own: bool) -> str:
    return f"kit model {known.registry.kits[kit].model}" if own else "catalog"


def _place_from(zone: Zone, name: QuantityId) -> str:
    if any(transfer.quantity == name for transfer in zone.transfer_factors):
        return "the measured transfer factor"
    if name in zone.place_uncertainty:
        return "the zone"
    return f"catalog: {quantity(name).uncertainty_source}"
