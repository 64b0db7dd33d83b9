"""Small honest physics of a room: what its air, sound, light and warmth do when people work in it.

Everything here is the truth a kit then measures with its own errors. Arrays have one element per step of the grid.
"""

from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0

GAS_CONSTANT_OF_WATER = 461.5
"""[J/(kg·K)]"""

LUMINOUS_NOON = 100_000.0
"""Horizontal illuminance outdoors under a clear sky with the sun overhead, order of magnitude [lx]."""


def mass_balance(initial: float, source: Floats, removal: Floats, supply: Floats | float, step: float) -> Floats:
    """Concentration in a well-mixed room at the end of each step.

    Parameters
    ----------
    initial : float
        Concentration at the start [any].
    source : array
        Emission divided by the room's volume [any/s].
    removal : array
        Everything that takes it away, ventilation and deposition [1/s]; above 0.
    supply : array or float
        Concentration the removal leads to without a source: for ventilation alone, that of the air outdoors [any].
    step : float
        [s]

    Returns
    -------
    array
        Exact for sources and removals that are constant within a step, whatever its length.

    Notes
    -----
    dC/dt = s − λ·(C − C_out), so C(t) = C∞ + (C₀ − C∞)·e^(−λt) with C∞ = C_out + s/λ.

    References
    ----------
    methods.md section 4, "Transient"; ASTM D6245.
    """
    limit = supply + source / removal
    decay = np.exp(-removal * step)
    concentration = initial
    ends = []
    for goal, left in zip(limit.tolist(), decay.tolist(), strict=True):
        concentration = goal + (concentration - goal) * left
        ends.append(concentration)
    return np.array(ends)


def level_sum(levels: npt.ArrayLike, shares: npt.ArrayLike = 1.0) -> Floats:
    """Level of several sources together, each present for a share of the time.

    Parameters
    ----------
    levels : array
        [dB], sources along the first axis.
    shares : array
        Share of the step each source sounds [1].

    Returns
    -------
    array
        10·log₁₀ Σ share·10^(L/10) [dB].

    Example
    -------
    >>> round(float(level_sum([60.0, 60.0])), 2)
    63.01
    """
    energy = np.sum(np.asarray(shares, dtype=float) * 10.0 ** (np.asarray(levels, dtype=float) / 10.0), axis=0)
    return np.asarray(10.0 * np.log10(energy))


def temperature(
    initial: float,
    outdoor: Floats,
    gains: Floats,
    conductance: Floats,
    capacity: float,
    setpoint: float,
    heating_power: float,
    step: float,
) -> Floats:
    """Air temperature at the end of each step, of a room that loses heat, gains heat and has a thermostat.

    Parameters
    ----------
    initial, outdoor : float, array
        [°C]
    gains : array
        People, machines, lamps [W].
    conductance : array
        Walls and ventilation together [W/K].
    capacity : float
        Heat capacity of air, furniture and the walls' surface [J/K].
    setpoint : float
        Heating is in proportion below it, off above [°C].
    heating_power : float
        Most the heating can give [W].
    step : float
        [s], well under capacity/conductance.
    """
    # the thermostat reaches full power one kelvin below its setpoint
    now = initial
    ends = []
    for out, gain, loss in zip(outdoor.tolist(), gains.tolist(), conductance.tolist(), strict=True):
        heating = min(max((setpoint - now) * heating_power, 0.0), heating_power)
        now += (gain + heating - loss * (now - out)) * step / capacity
        ends.append(now)
    return np.array(ends)


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


def daylight(instants: npt.NDArray[np.int64], latitude: float, longitude: float, clearness: float) -> Floats:
    """Horizontal illuminance outdoors [lx] at instants [ms UTC].

    Parameters
    ----------
    latitude, longitude : float
        [°], north and east positive.
    clearness : float
        Share of the clear sky's light that comes through the clouds [1].

    References
    ----------
    Cooper (1969) for the sun's declination; the equation of time (at most 16 minutes) is left out.
    """
    seconds = instants / 1000.0
    first = date(1970, 1, 1).toordinal()
    day_of_year = np.array([date.fromordinal(first + int(day)).timetuple().tm_yday for day in (seconds // 86_400)])
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day_of_year) / 365)
    hour_angle = 2 * np.pi * ((seconds % 86_400) / 86_400 - 0.5) + np.radians(longitude)
    phi = np.radians(latitude)
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(LUMINOUS_NOON * clearness * np.clip(height, 0.0, None) ** 1.2)


def voc_index(tvoc: npt.ArrayLike, usual: float) -> Floats:
    """A relative index as metal-oxide sensors give it: 100 in the room's usual air, never above 500.

    Parameters
    ----------
    tvoc : array
        [ppb]
    usual : float
        What the sensor has learned to take for normal [ppb].

    Notes
    -----
    500·x/(x + 4) with x = tvoc/usual: the scale of such indices (1…500, 100 = usual), not any maker's algorithm.
    """
    x = np.asarray(tvoc, dtype=float) / usual
    return np.clip(500.0 * x / (x + 4.0), 1.0, 500.0)
