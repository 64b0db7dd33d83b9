"""What a kit model states of its sensors' uncertainty is what its error models do, over two thousand drawn sensors."""

import math

import numpy as np
import pytest

from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import kit_models
from catalog.quantities import Averaging, quantity
from firmware_sim.rooms import Floats
from firmware_sim.sensing import sense

SENSORS, STEP, SHIFT = 2000, 600.0, 48
"""Drawn sensors; ten-minute steps of an eight-hour shift [s, steps]."""

WARM = 12
"""Steps before it: a metal oxide is warm, a housing has its own temperature."""

LOWEST, HIGHEST = 0.6, 1.05
"""Of the stated instrument uncertainty: the spread of what sensors err by, which with what is common to all of them
(a bias) is no more than the highest either."""

USUAL = {"temperature": 21.0, "humidity": 45.0, "pressure": 1013.0}

LEVELS = {
    "co2": (450.0, 1000.0, 2500.0),
    "tvoc": (100.0, 500.0, 3000.0),
    "voc_index": (100.0, 200.0, 350.0),
    "formaldehyde": (15.0, 50.0, 300.0),
    "co": (2.0, 10.0, 60.0),
    "pm1": (5.0, 30.0, 200.0),
    "pm2_5": (10.0, 50.0, 400.0),
    "pm4": (15.0, 70.0, 800.0),
    "pm10": (20.0, 100.0, 2500.0),
    "laeq": (45.0, 70.0, 92.0),
    "lafmax": (55.0, 80.0, 100.0),
    "lcpeak": (75.0, 100.0, 118.0),
    "illuminance": (50.0, 500.0, 3000.0),
}
"""From a quiet office to a workshop."""

CLIMATES = {"temperature": (18.0, 24.0, 32.0), "humidity": (25.0, 45.0, 60.0), "pressure": (950.0, 1013.0, 1030.0)}


def shift_mean(name: str, readings: Floats) -> float:
    of_shift = readings[WARM:]
    if quantity(QuantityId(name)).averaging is Averaging.ENERGETIC:
        return float(10.0 * np.log10(np.mean(10.0 ** (of_shift / 10.0))))
    return float(of_shift.mean())


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("name", ["vigie-sim-chem", "vigie-sim-basic", "vigie-sim-reference"])
def test_sensors_err_by_what_their_kit_model_states(name: str, number: int) -> None:
    model = kit_models()[KitModelId(name)]
    told = {
        **{quantity: levels[number] for quantity, levels in LEVELS.items()},
        **{quantity: levels[number] for quantity, levels in CLIMATES.items()},
    }
    errors: dict[str, list[float]] = {channel.quantity: [] for channel in model.channels}
    for signals in (told | USUAL, {known: told[known] for known in CLIMATES}):
        true = {QuantityId(known): np.full(WARM + SHIFT, level) for known, level in signals.items()}
        for seed in range(SENSORS):
            for known, readings in sense(model, true, STEP, seed, "k").items():
                if len(signals) == len(CLIMATES) or known not in CLIMATES:
                    errors[known].append(shift_mean(known, readings) - signals[known])
    wrong = []
    for channel in model.channels:
        stated = channel.instrument or quantity(channel.quantity).instrument
        level = told[channel.quantity]
        u = math.hypot(stated.relative * level, stated.absolute)
        spread, bias = float(np.std(errors[channel.quantity])) / u, float(np.mean(errors[channel.quantity])) / u
        if not LOWEST <= spread <= HIGHEST or math.hypot(spread, bias) > HIGHEST:
            wrong.append(f"{channel.quantity} at {level:g}: spread {spread:.2f} u, bias {bias:+.2f} u")
    assert not wrong


@pytest.mark.parametrize("name", ["vigie-sim-chem", "vigie-sim-basic", "vigie-sim-reference"])
def test_readings_repeat_within_what_their_kit_model_states(name: str) -> None:
    """In air that does not change, at the middle level, from one reading to the next."""
    model = kit_models()[KitModelId(name)]
    true = {QuantityId(known): np.full(2000, levels[1]) for known, levels in (LEVELS | CLIMATES).items()}
    readings = sense(model, true, 1e-3, 5, "k")  # within two seconds nothing drifts or wanders
    for channel in model.channels:
        stated = channel.repeatability or quantity(channel.quantity).repeatability
        level = float(readings[channel.quantity].mean())
        sigma = math.hypot(stated.relative * level, stated.absolute)
        assert 0.2 * sigma <= readings[channel.quantity].std() <= 1.05 * sigma, channel.quantity


def test_the_kit_without_gas_cells_has_the_channels_of_the_one_with_them() -> None:
    plain, with_cells = (kit_models()[KitModelId(name)] for name in ("vigie-sim", "vigie-sim-chem"))
    assert set(plain.channels) < set(with_cells.channels)
