"""Quantities computed from two channels of a kit, as the pipeline sees them."""

import numpy as np
import pytest

from catalog.identifiers import DeploymentId, KitId, ZoneId
from catalog.quantities import quantity
from catalog.schedule import Interval
from dsp.series import build
from dsp.subject import Subject
from vigie.channels import ChannelSeries
from vigie.derived_channels import derived_channels

MINUTE = 60_000
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


def test_where_no_formula_holds_there_is_no_channel() -> None:
    found = derived_channels([channel("humidity", 0.0), channel("temperature", 30.0)], SPAN)
    assert [c.subject.quantity.id for c in found] == ["absolute_humidity"]
