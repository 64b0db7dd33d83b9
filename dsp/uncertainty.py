"""Standard uncertainties of a window's value, each part apart (exposure-semantics, section 4)."""

import math
from dataclasses import dataclass

import numpy as np

from catalog.quantities import Averaging, Uncertainty
from dsp.batch import Summaries, Windows, block_variances
from dsp.calibration import CalibrationStep
from dsp.exposure import UncertaintyParts
from dsp.levels import DECIBELS_PER_NEPER_OF_ENERGY
from dsp.series import Instants, Series, Values
from dsp.subject import Subject

BLOCK = 900_000
"""Blocks whose scatter stands for what missing time may hide [ms]."""
_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Parts:
    """Uncertainty parts of many values, arrays of shape (windows,) in the unit of the values."""

    instrument: Values
    repeatability: Values
    missing: Values
    place: Values

    def scaled(self, factor: Values) -> "Parts":
        """The parts of values multiplied by ``factor``."""
        return Parts(self.instrument * factor, self.repeatability * factor, self.missing * factor, self.place * factor)

    def rows(self) -> list[UncertaintyParts]:
        """One result per value."""
        columns = (self.instrument.tolist(), self.repeatability.tolist(), self.missing.tolist(), self.place.tolist())
        return [UncertaintyParts(*row) for row in zip(*columns, strict=True)]


def at(uncertainty: Uncertainty, values: Values) -> Values:
    """Standard uncertainty at each value: √((relative·value)² + absolute²)."""
    relative = uncertainty.relative * values
    return np.sqrt(relative * relative + uncertainty.absolute * uncertainty.absolute)


def of_instrument(subject: Subject, windows: Windows, values: Values) -> Values:
    """Standard uncertainty of the instrument at the value of each window, as the calibrations of its time leave it.

    Parameters
    ----------
    subject : Subject
        Carries the instrument's default and the calibrations.
    windows : Windows
    values : float64 array, shape (windows,)
        In the quantity's unit (dB for levels); NaN where there is none.

    Returns
    -------
    float64 array, shape (windows,)
        In the quantity's unit, dB for levels; NaN where ``values`` is.

    Notes
    -----
    - Until the first calibration: u_d, the kit model's or the catalog's default at the value.
    - From a calibration on, until it is due: the smaller of u_d and the calibration's u_c at the value.
    - *n* days past due: the smaller of the two still, after each has grown by the kit model's drift:
      u = √(((u_rel + n·d_rel)·v)² + (u_abs + n·d_abs)²), *n* any real number. The growth has no ceiling: u_d speaks of
      a sensor in its first life, and nobody vouches for one that has missed its calibration. So u only grows between
      two calibrations. Where the model tells no drift, the calibration no longer helps past due: the larger of u_d and
      u_c.
    - A computed quantity has steps of its own, with their default grown to their start
      (:func:`dsp.carried.carried_calibrations`).
    - A window takes the largest u of its time, which is that at its end unless a calibration lies inside it. Time in
      breaks between its pieces counts as its time.
    - After a transfer factor the uncertainty is still taken at the value where people are.

    References
    ----------
    exposure-semantics, section 4.
    """
    alone = at(subject.instrument, values)
    if not subject.calibrations:
        return alone
    begins, finishes = windows.begins, windows.finishes
    worst = np.where(begins < subject.calibrations[0].since, alone, np.where(np.isnan(values), np.nan, 0.0))
    ends = [*(step.since for step in subject.calibrations[1:]), None]
    for step, until in zip(subject.calibrations, ends, strict=True):
        last = finishes if until is None else np.minimum(finishes, until)
        met = np.maximum(begins, step.since) < last
        late = np.maximum(last - step.due, 0) / _DAY
        default = step.otherwise or subject.instrument
        worst = np.where(met, np.maximum(worst, _after(step, default, late, values)), worst)
    return worst


def _after(step: CalibrationStep, default: Uncertainty, late: Values, values: Values) -> Values:
    """Instrument uncertainty so many days past due of a calibration (0: in date)."""
    if step.drift is None:
        known, certified = at(default, values), at(step.uncertainty, values)
        return np.where(late > 0, np.maximum(known, certified), np.minimum(known, certified))
    return np.minimum(_grown(default, step.drift, late, values), _grown(step.uncertainty, step.drift, late, values))


def _grown(uncertainty: Uncertainty, drift: Uncertainty, late: Values, values: Values) -> Values:
    relative = (uncertainty.relative + drift.relative * late) * values
    absolute = uncertainty.absolute + drift.absolute * late
    return np.sqrt(relative * relative + absolute * absolute)


def blocks_of(lengths: Instants) -> Instants:
    """Length of a block for windows of these lengths [ms]: 15 min, or a third of a window shorter than three."""
    return np.maximum(np.minimum(BLOCK, lengths // 3), 1)


def of_means(
    subject: Subject, series: Series, windows: Windows, summaries: Summaries, blocks: Instants, values: Values
) -> Parts:
    """Parts of the mean of each window.

    Parameters
    ----------
    subject : Subject
        Carries the uncertainties of instrument, single reading and place, and the calibrations.
    series : Series
    windows : Windows
        The windows the means are of; their blocks run from the start of their first piece.
    summaries : Summaries
        Of the same windows.
    blocks : int64 array, shape (windows,)
        Length of the blocks that missing time is judged by [ms]: :func:`blocks_of`, or a third of a rolling window.
    values : float64 array, shape (windows,)
        The means, in the quantity's unit (dB for levels); NaN where there is none.

    Returns
    -------
    Parts
        In the quantity's unit, dB for levels; NaN where ``values`` is.

    Notes
    -----
    - instrument and place: √((u_rel·v)² + u_abs²) at the mean v; both stay whole however long the window. What the
      calibrations make of the instrument's: :func:`of_instrument`.
    - repeatability: u_r² = Σ σᵢ²wᵢ² / (Σ wᵢ)², σᵢ that of reading *i* at its own value; for a σ_r that does not
      depend on the value this is σ_r²·Σwᵢ²/(Σwᵢ)². For levels σᵢ is the energy Eᵢ·σ_r/4.343, so that a mean which
      stands on one loud reading is no surer than that reading.
    - missing time: u_m² = (1 − coverage)·s_b²/n_b over the means of blocks of 15 min, for a rolling window of a
      third of it (so too for any window under 45 min, where one block would have no scatter); levels as energies.
    - energies are turned into dB by 4.343·u_E/E.

    References
    ----------
    exposure-semantics, section 4.
    """
    return Parts(
        instrument=of_instrument(subject, windows, values),
        repeatability=_repeatability(subject.repeatability, series.averaging, summaries, values),
        missing=_missing(series, windows, summaries, blocks),
        place=at(subject.place, values),
    )


def of_readings(subject: Subject, windows: Windows, values: Values) -> Parts:
    """Parts of values that are single readings: extremes and percentiles.

    Instrument, place and the repeatability of one reading at the value. Missing time has no part: what a gap may hide
    from an extreme has no spread to speak of; coverage and bounds say it.
    """
    return Parts(
        instrument=of_instrument(subject, windows, values),
        repeatability=at(subject.repeatability, values),
        missing=np.where(np.isnan(values), np.nan, 0.0),
        place=at(subject.place, values),
    )


def of_differences(subject: Subject, values: Values) -> Parts:
    """Parts of a difference of two readings of one level series: only what scatters between them, √2·σ_r."""
    zero = np.where(np.isnan(values), np.nan, 0.0)
    return Parts(zero, at(subject.repeatability, zero) * math.sqrt(2.0), zero, zero)


def of_times(instrument: Values, place: Values, side_variance: Values, missing: Values) -> Parts:
    """Parts of the time beyond a threshold [s].

    Parameters
    ----------
    instrument, place : float64 array
        Time beyond threshold − u less time beyond threshold + u [s], for u of the instrument and of the place at the
        threshold: both move all readings together, so half of it is their effect.
    side_variance : float64 array
        Σ wᵢ²·pᵢ·(1 − pᵢ) [s²], pᵢ the probability that reading *i* is beyond, given its repeatability.
    missing : float64 array
        Missing time [s]: none or all of it may have been beyond, a rectangle of that width, u = width/√12.
    """
    return Parts(
        instrument=np.abs(instrument) / 2.0,
        repeatability=np.sqrt(side_variance),
        missing=missing / math.sqrt(12.0),
        place=np.abs(place) / 2.0,
    )


def _repeatability(single: Uncertainty, averaging: Averaging, summaries: Summaries, values: Values) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        if averaging is Averaging.ENERGETIC:
            return at(single, values) * np.sqrt(summaries.squared_signal) / summaries.integral
        relative = single.relative * single.relative * summaries.squared_signal
        absolute = single.absolute * single.absolute * summaries.squared_time
        return np.sqrt(relative + absolute) / summaries.valid


def _missing(series: Series, windows: Windows, summaries: Summaries, blocks: Instants) -> Values:
    gappy = summaries.valid < windows.lengths
    variances = block_variances(series, windows, blocks, gappy)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((1.0 - summaries.valid / windows.lengths) * variances)
        if series.averaging is Averaging.ENERGETIC:
            return DECIBELS_PER_NEPER_OF_ENERGY * spread / (summaries.integral / summaries.valid)
    return np.where(summaries.valid > 0, spread, np.nan)
