"""Quantities computed from two channels of a kit, as the pipeline sees them."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.identifiers import DeploymentId, KitId, ZoneId
from catalog.quantities import Uncertainty, quantity
from catalog.schedule import Interval
from dsp.batch import lay_out
from dsp.calibration import CalibrationStep
from dsp.series import build
from dsp.subject import Subject
from dsp.uncertainty import of_instrument
from vigie.channels import ChannelSeries
from vigie.derived_channels import derived_channels

MINUTE = 60_000
DAY = 1440 * MINUTE
SPAN = Interval(0, 600 * MINUTE)


def channel(name: str, value: float, *, simulated: bool = False) -> ChannelSeries:
    known = quantity(name)
    instants = np.arange(1, 601) * MINUTE
    subject = Subject(
        ZoneId("z"),
        KitId("k"),
        DeploymentId("d"),
        known,
        known.instrument,
        known.repeatability,
        known.place,
        SPAN,
        simulated,
    )
    series = build(instants, np.full(600, value), np.ones(600), 60, 180, known.averaging)
    return ChannelSeries(subject, series, Interval(MINUTE, 600 * MINUTE))


def test_temperature_and_humidity_of_a_kit_make_three_more_channels() -> None:
    found = derived_channels([channel("humidity", 50.0), channel("temperature", 30.0)], SPAN)

    assert [c.subject.quantity.id for c in found] == ["wbgt_indoor", "absolute_humidity", "dew_point"]
    assert [round(float(c.series.values[0]), 2) for c in found] == [24.67, 15.13, 18.44]
    assert all(c.series.weights.sum() == SPAN.length for c in found)
    assert {c.heard for c in found} == {Interval(MINUTE, 600 * MINUTE)}


def test_one_of_the_two_makes_none() -> None:
    assert derived_channels([channel("temperature", 30.0)], SPAN) == []
    assert derived_channels([channel("humidity", 50.0), channel("co2", 500.0)], SPAN) == []


def test_wbgt_is_never_surer_than_its_method() -> None:
    wbgt = derived_channels([channel("humidity", 50.0), channel("temperature", 30.0)], SPAN)[0].subject
    assert wbgt.instrument.at(24.67) > 1.5
    assert wbgt.place.at(24.67) == pytest.approx(0.6, abs=0.2)


def test_simulated_where_either_is() -> None:
    found = derived_channels([channel("humidity", 50.0, simulated=True), channel("temperature", 30.0)], SPAN)
    assert all(c.subject.simulated for c in found)


def test_where_a_formula_does_not_hold_the_time_is_missing_and_the_reason_is_told() -> None:
    found = derived_channels([channel("humidity", 0.0), channel("temperature", 30.0)], SPAN)
    told = {c.subject.quantity.id: (len(c.series), [run.parameters for run in c.marked]) for c in found}
    assert told == {
        "wbgt_indoor": (0, ["relative humidity outside 1 to 100 % (drier air has no dew point a sensor can tell)"]),
        "absolute_humidity": (600, []),
        "dew_point": (0, ["relative humidity outside 1 to 100 % (drier air has no dew point a sensor can tell)"]),
    }
    assert {c.heard for c in found} == {Interval(MINUTE, 600 * MINUTE)}


def test_a_sensor_past_due_makes_what_is_computed_from_it_less_sure() -> None:
    """A humidity sensor good to 1 % on a day long past, drifting by 1 % in fifty days; due at the 100th minute."""
    step = CalibrationStep(-DAY, 100 * MINUTE, 1.0, 0.0, Uncertainty(0.0, 1.0), Uncertainty(0.0, 0.02))
    plain = [channel("humidity", 50.0), channel("temperature", 30.0)]
    fresh = replace(plain[0], subject=replace(plain[0].subject, calibrations=(step,)))
    found = {c.subject.quantity.id: c.subject for c in derived_channels([fresh, plain[1]], SPAN)}
    for before in (c.subject for c in derived_channels(plain, SPAN)):
        subject = found[before.quantity.id]
        windows = lay_out([(Interval(m * MINUTE, (m + 10) * MINUTE),) for m in (10, 90, 91, 590)])
        at_once, due, late, later = of_instrument(subject, windows, np.full(4, 20.0)).tolist()
        assert at_once == due < before.instrument.at(20.0)
        assert due < late < later
