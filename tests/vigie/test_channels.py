"""Channels nobody described."""

import numpy as np

from catalog.identifiers import QuantityId
from dsp.series import median_step
from vigie.channels import _fallback


def test_period_of_an_unknown_channel_is_what_a_single_measure_takes_from_a_file() -> None:
    """Of two middle steps the lower one: half a step between them gave imported readings another weight."""
    instants = np.array([0, 60_000, 121_000])
    channel = _fallback(QuantityId("co2"), instants)
    assert channel.period == median_step(instants) == 60.0
    assert channel.hold == 180.0
