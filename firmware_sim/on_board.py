"""What a kit makes of its samples before anything leaves it: a mean, an energy mean or a maximum for each report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.identifiers import QuantityId
from catalog.quantities import Averaging, quantity
from firmware_sim.rooms import Floats
from firmware_sim.zones import Instants, Span

MAXIMA = frozenset({QuantityId("lafmax"), QuantityId("lcpeak")})
"""Quantities of which a longer time has the maximum of its parts."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Values of several quantities at the same, equally spaced instants.

    Attributes
    ----------
    instants : array
        Ends of the steps [ms UTC].
    step : int
        [ms]
    values : mapping of QuantityId to array
        Levels and maxima over the step, all else at its end; NaN where nothing was measured.
    """

    instants: Instants
    step: int
    values: Mapping[QuantityId, Floats]


def at_sampling(truth: Samples, sampling: int) -> Samples:
    """What there is to measure at another sampling period.

    Parameters
    ----------
    truth : Samples
    sampling : int
        A whole fraction or a multiple of the step of ``truth`` [ms].

    Notes
    -----
    Between two instants of the truth everything goes straight, but for levels and maxima, which stay: their energy
    mean and maximum over a step of the truth are what they were. A microphone listens all the time, so at longer
    periods a level is the energy mean since the last sampling, whereas another channel is looked at only then.
    """
    if sampling == truth.step:
        return truth
    if sampling > truth.step:
        parts = sampling // truth.step
        shorter = _cut(truth, parts)
        return Samples(
            shorter.instants[parts - 1 :: parts],
            sampling,
            {
                name: _gathered(name, values, parts) if _lasts(name) else values[parts - 1 :: parts]
                for name, values in shorter.values.items()
            },
        )
    parts = truth.step // sampling
    ends = truth.instants[:, np.newaxis] - sampling * np.arange(parts - 1, -1, -1)
    instants = ends.reshape(-1).astype(np.int64)
    return Samples(
        instants,
        sampling,
        {
            name: np.repeat(values, parts) if _lasts(name) else np.interp(instants, truth.instants, values)
            for name, values in truth.values.items()
        },
    )


def reported(samples: Samples, report: int, off: Sequence[Span] = ()) -> Samples:
    """What the kit reports.

    Parameters
    ----------
    samples : Samples
        What its sensors say.
    report : int
        Report period, a multiple of the sampling period [ms].
    off : sequence of Span
        When the kit was restarting or without power: it has no samples of then, and forgot those since the last report.

    Returns
    -------
    Samples
        Stamped at the end of each period; of samples that are missing or silent nothing is made up: the mean is that of
        the others, NaN when there are none.
    """
    if report == samples.step:
        return samples
    parts = report // samples.step
    cut = _cut(samples, parts)
    missed = np.zeros(cut.instants.size, dtype=bool)
    for span in off:
        first, end = np.searchsorted(cut.instants, (span.start, span.end), side="right")
        missed[first // parts * parts : end] = True
    return Samples(
        cut.instants[parts - 1 :: parts],
        report,
        {name: _gathered(name, np.where(missed, np.nan, values), parts) for name, values in cut.values.items()},
    )


def _lasts(name: QuantityId) -> bool:
    """Whether a value is of a whole step rather than of its end."""
    return name in MAXIMA or quantity(name).averaging is Averaging.ENERGETIC


def _cut(samples: Samples, parts: int) -> Samples:
    """Whole groups only."""
    count = samples.instants.size // parts * parts
    return Samples(
        samples.instants[:count], samples.step, {name: values[:count] for name, values in samples.values.items()}
    )


def _gathered(name: QuantityId, values: Floats, parts: int) -> Floats:
    """One value for each group of so many."""
    groups = values.reshape(-1, parts)
    there = ~np.isnan(groups)
    count = there.sum(axis=1)
    if name in MAXIMA:
        gathered = np.where(there, groups, -np.inf).max(axis=1)
    elif quantity(name).averaging is Averaging.ENERGETIC:
        energy = np.where(there, 10.0 ** (groups / 10.0), 0.0).sum(axis=1)
        gathered = 10.0 * np.log10(np.maximum(energy, np.finfo(float).tiny) / np.maximum(count, 1))
    else:
        gathered = np.where(there, groups, 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, gathered, np.nan)
