"""What the calibrations of two sensors make of the uncertainty of a quantity computed from both, over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.quantities import Uncertainty
from dsp.calibration import CalibrationStep
from dsp.derived import Derivation, propagated
from dsp.subject import Subject

_DAY = 86_400_000
_REVIEW = 30 * _DAY
"""How often the growth past due is propagated anew; in between it is bounded by a straight line."""
_TYPICAL_TEMPERATURE, _TYPICAL_HUMIDITY = 25.0, 50.0
_NONE = Uncertainty(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Uncertainty of a sensor at an instant, and what it grows by a day from there on."""

    uncertainty: Uncertainty
    drift: Uncertainty


def carried(
    derivation: Derivation, method: Uncertainty, temperature: Uncertainty, humidity: Uncertainty
) -> Uncertainty:
    """Instrument uncertainty of a computed quantity: that of both sensors propagated, with the method's own.

    Examples
    --------
    >>> from dsp.derived import DERIVATIONS
    >>> wbgt = DERIVATIONS["wbgt_indoor"]
    >>> round(carried(wbgt, Uncertainty(0.0, 1.5), Uncertainty(0.0, 0.25), Uncertainty(0.0, 2.0)).at(25.0), 2)
    1.55
    """
    both = propagated(derivation, temperature, humidity)
    return Uncertainty(float(np.hypot(method.relative, both.relative)), float(np.hypot(method.absolute, both.absolute)))


def carried_calibrations(
    derivation: Derivation, method: Uncertainty, temperature: Subject, humidity: Subject, until: int
) -> tuple[CalibrationStep, ...]:
    """Calibrations of both sensors as steps of the computed quantity, for :func:`dsp.uncertainty.of_instrument`.

    Parameters
    ----------
    derivation : Derivation
    method : Uncertainty
        The method's own.
    temperature, humidity : Subject
        With their calibrations.
    until : int
        How far steps are wanted [ms UTC]; one that begins before does not depend on it.

    Returns
    -------
    tuple of CalibrationStep
        In order of time; they correct nothing. Empty where neither sensor was calibrated.

    Notes
    -----
    A step begins whenever one of the two is calibrated or comes due, and every 30 days past due. It starts from the
    uncertainties :func:`dsp.uncertainty.of_instrument` gives the two at that instant, propagated, and grows by
    u·max(|d|/|u|) a day, u and d the propagated uncertainties and drifts at typical values: never less than both
    sensors' growth propagated, and after 30 days a few per cent more. Where of_instrument takes the smaller of default
    and calibration value by value, the one smaller at 25 °C and 50 % is taken whole.

    References
    ----------
    exposure-semantics, section 4; JCGM 100:2008, 5.1.2.
    """
    since = sorted({*_changes(temperature.calibrations, until), *_changes(humidity.calibrations, until)})
    return tuple(_step(derivation, method, temperature, humidity, start) for start in since)


def _changes(history: Sequence[CalibrationStep], until: int) -> Iterator[int]:
    for place, step in enumerate(history):
        end = history[place + 1].since if place + 1 < len(history) else until
        yield step.since
        if step.drift is not None:
            yield from range(max(step.due, step.since), min(end, until), _REVIEW)
        elif step.since < step.due < min(end, until):
            yield step.due


def _step(
    derivation: Derivation, method: Uncertainty, temperature: Subject, humidity: Subject, start: int
) -> CalibrationStep:
    warm, damp = _standing(temperature, start, _TYPICAL_TEMPERATURE), _standing(humidity, start, _TYPICAL_HUMIDITY)
    now = carried(derivation, method, warm.uncertainty, damp.uncertainty)
    drift = _parallel(derivation, now, propagated(derivation, warm.drift, damp.drift))
    return CalibrationStep(start, start, 1.0, 0.0, now, drift, now)


def _standing(subject: Subject, at: int, typical: float) -> _Standing:
    """As of_instrument has it just after an instant."""
    step = next((step for step in reversed(subject.calibrations) if step.since <= at), None)
    default = subject.instrument
    if step is None:
        return _Standing(default, _NONE)
    smaller = min(default, step.uncertainty, key=lambda u: u.at(typical))
    if at < step.due:
        return _Standing(smaller, _NONE)
    if step.drift is None:
        larger = Uncertainty(
            max(default.relative, step.uncertainty.relative), max(default.absolute, step.uncertainty.absolute)
        )
        return _Standing(larger, _NONE)
    late = (at - step.due) / _DAY
    grown = Uncertainty(smaller.relative + late * step.drift.relative, smaller.absolute + late * step.drift.absolute)
    return _Standing(grown, step.drift)


def _parallel(derivation: Derivation, uncertainty: Uncertainty, drift: Uncertainty) -> Uncertainty:
    """The drift of the same shape as the uncertainty that is nowhere smaller than the one given."""
    values = derivation.typical
    known = np.array([uncertainty.at(value) for value in values])
    share = float(max(drift.at(value) / u for value, u in zip(values, known.tolist(), strict=True)))
    return Uncertainty(share * uncertainty.relative, share * uncertainty.absolute)
