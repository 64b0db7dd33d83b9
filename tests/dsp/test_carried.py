"""Calibrations of temperature and humidity, carried to what is computed from both, against the propagation itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import DeploymentId, KitId, ZoneId
from catalog.quantities import Uncertainty, quantity
from catalog.schedule import Interval
from dsp.batch import lay_out
from dsp.calibration import CalibrationStep
from dsp.carried import carried, carried_calibrations
from dsp.derived import DERIVATIONS, propagated
from dsp.subject import Subject
from dsp.uncertainty import of_instrument
from tests.dsp.situations import examples

DAY = 86_400_000
HORIZON = 3000

drifts = st.none() | st.builds(Uncertainty, st.just(0.0), st.floats(0.0, 0.02))


@st.composite
def histories(draw: st.DrawFn) -> tuple[CalibrationStep, ...]:
    drift = draw(drifts)
    days = sorted(draw(st.sets(st.integers(0, 1500), max_size=3)))
    return tuple(
        CalibrationStep(
            day * DAY,
            (day + draw(st.integers(0, 500))) * DAY,
            1.0,
            0.0,
            Uncertainty(draw(st.floats(0.0, 0.02)), draw(st.floats(0.05, 3.0))),
            drift,
        )
        for day in days
    )


def subject(name: str, calibrations: tuple[CalibrationStep, ...]) -> Subject:
    known = quantity(name)
    none = Uncertainty(0.0, 0.0)
    where = (ZoneId("z"), KitId("k"), DeploymentId("d"))
    return Subject(*where, known, known.instrument, none, none, Interval(0, HORIZON * DAY), False, calibrations)


def computed(name: str, warm: Subject, damp: Subject) -> Subject:
    method = quantity(name).instrument
    known = carried(DERIVATIONS[name], method, warm.instrument, damp.instrument)
    steps = carried_calibrations(DERIVATIONS[name], method, warm, damp, HORIZON * DAY)
    none = Uncertainty(0.0, 0.0)
    return Subject(warm.zone, warm.kit, warm.deployment, quantity(name), known, none, none, warm.deployed, False, steps)


@examples(60)
@given(st.sampled_from(sorted(DERIVATIONS)), histories(), histories(), st.floats(0.01, HORIZON - 1))
def test_never_less_than_both_sensors_propagated_and_hardly_more(
    name: str, of_warm: tuple[CalibrationStep, ...], of_damp: tuple[CalibrationStep, ...], day: float
) -> None:
    """At an instant: a window of a second, so that it meets one step of each."""
    start = round(day * DAY)
    window = lay_out([(Interval(start, start + 1000),)])
    warm, damp = subject("temperature", of_warm), subject("humidity", of_damp)
    derivation, method = DERIVATIONS[name], quantity(name).instrument
    sure = computed(name, warm, damp)
    for t, h in ((15.0, 30.0), (20.0, 70.0), (25.0, 50.0), (35.0, 70.0)):
        value = float(derivation.formula(t, h))
        u_t = of_instrument(warm, window, np.array([t])).item()
        u_h = of_instrument(damp, window, np.array([h])).item()
        by_t = float(derivation.formula(t + 0.01, h) - derivation.formula(t - 0.01, h)) / 0.02
        by_h = float(derivation.formula(t, h + 0.01) - derivation.formula(t, h - 0.01)) / 0.02
        exact = float(np.sqrt(method.at(value) ** 2 + (by_t * u_t) ** 2 + (by_h * u_h) ** 2))
        assert of_instrument(sure, window, np.array([value])).item() >= exact * (1 - 1e-9)


@pytest.mark.parametrize("days", [1.0, 29.0, 400.0, 2500.0])
def test_growth_past_due_is_that_of_the_sensors(days: float) -> None:
    """Both due on day 10, drifting 0.1 °C and 1 % a year; within 3 % of the propagation of what they grew to."""
    past = (
        CalibrationStep(0, 10 * DAY, 1.0, 0.0, Uncertainty(0.0, 0.1), Uncertainty(0.0, 0.1 / 365)),
        CalibrationStep(0, 10 * DAY, 1.0, 0.0, Uncertainty(0.0, 1.0), Uncertainty(0.0, 1.0 / 365)),
    )
    warm, damp = subject("temperature", past[:1]), subject("humidity", past[1:])
    window = lay_out([(Interval(round((10 + days) * DAY) - 1000, round((10 + days) * DAY)),)])
    for name, derivation in DERIVATIONS.items():
        found = of_instrument(computed(name, warm, damp), window, np.array([20.0])).item()
        grown = Uncertainty(0.0, 0.1 + 0.1 * days / 365), Uncertainty(0.0, 1.0 + days / 365)
        exact = carried(derivation, quantity(name).instrument, *grown).at(20.0)
        assert exact <= found * (1 + 1e-6)
        assert found <= 1.03 * exact


def test_without_calibrations_there_are_no_steps() -> None:
    plain = carried_calibrations(
        DERIVATIONS["dew_point"], Uncertainty(0.0, 0.0), subject("temperature", ()), subject("humidity", ()), DAY
    )
    assert plain == ()
    assert propagated(DERIVATIONS["dew_point"], Uncertainty(0.0, 0.0), Uncertainty(0.0, 0.0)).at(10.0) == 0.0


def test_one_sensor_in_date_the_other_late_for_no_known_drift() -> None:
    """The late one counts as the worse of default and certificate, the other as its certificate says."""
    warm = subject("temperature", (CalibrationStep(0, 2000 * DAY, 1.0, 0.0, Uncertainty(0.0, 0.05), None),))
    damp = subject("humidity", (CalibrationStep(0, 10 * DAY, 1.0, 0.0, Uncertainty(0.0, 9.0), None),))
    window = lay_out([(Interval(100 * DAY, 101 * DAY),), (Interval(5 * DAY, 6 * DAY),)])
    method = quantity("dew_point").instrument
    late, in_date = of_instrument(computed("dew_point", warm, damp), window, np.array([15.0, 15.0])).tolist()
    derivation = DERIVATIONS["dew_point"]
    fresh = Uncertainty(0.0, 0.05)
    assert late == pytest.approx(carried(derivation, method, fresh, Uncertainty(0.0, 9.0)).at(15.0))
    assert in_date == pytest.approx(carried(derivation, method, fresh, quantity("humidity").instrument).at(15.0))
