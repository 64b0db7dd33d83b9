"""Water vapour in air."""

import numpy as np
import numpy.typing as npt

from firmware_sim.rooms import Floats

GAS_CONSTANT_OF_WATER = 461.5
"""[J/(kg·K)]"""


def saturation_pressure(celsius: npt.ArrayLike) -> Floats:
    """Pressure of saturated water vapour over water [Pa], Magnus formula (Sonntag 1990, −45…60 °C)."""
    t = np.asarray(celsius, dtype=float)
    return np.asarray(611.2 * np.exp(17.62 * t / (243.12 + t)))


def vapour_density(humidity: npt.ArrayLike, celsius: npt.ArrayLike) -> Floats:
    """Water in the air [g/m³] at a relative humidity [%] and a temperature [°C]."""
    t = np.asarray(celsius, dtype=float)
    pressure = np.asarray(humidity, dtype=float) / 100.0 * saturation_pressure(t)
    return np.asarray(1000.0 * pressure / (GAS_CONSTANT_OF_WATER * (t + 273.15)))


def relative_humidity(density: npt.ArrayLike, celsius: npt.ArrayLike) -> Floats:
    """Relative humidity [%] of air that holds ``density`` [g/m³] of water at a temperature [°C]; at most 100."""
    t = np.asarray(celsius, dtype=float)
    pressure = np.asarray(density, dtype=float) / 1000.0 * GAS_CONSTANT_OF_WATER * (t + 273.15)
    return np.minimum(100.0, 100.0 * pressure / saturation_pressure(t))
