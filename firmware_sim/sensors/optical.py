"""Particle mass by light scattered from single particles: what humidity, the dust itself and crowding do to it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from catalog.identifiers import QuantityId
from dsp.air.particles import mass_factor
from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import Cause, Surroundings
from firmware_sim.sensors.tolerance import SPREAD_LIMIT, Piece, Tolerance, to_digits

SIZES = ("pm1", "pm2_5", "pm4", "pm10")

PER_MICROGRAM: Mapping[str, float] = {"pm1": 9.3, "pm2_5": 0.28, "pm4": 0.035, "pm10": 0.0046}
"""Particles in a cm³ per µg/m³ between a size and the next smaller one [1/cm³ per µg/m³]: spheres of 0.5, 1.6, 3.2 and
6.3 µm and 1.65 g/cm³."""

DRY, WET = 65.0, 75.0
"""Humidity under which particles are dry and above which they hold the water κ-Köhler gives them [%]; in between the
salts of a mixture dissolve one after the other. Engineering estimate around the 70 % or so of mixed salts: Seinfeld and
Pandis, Atmospheric Chemistry and Physics, 3rd edition (2016), section 10.2."""

KAPPA_LOW, KAPPA_HIGH = 0.3, 0.6
"""Hygroscopicity of what is outdoors and comes in [1]: Petters and Kreidenweis 2007; drawn per deployment."""

DRIEST_AIR, WETTEST_AIR = 0.0, 99.0
"""Humidity is taken within [%]: at 100 % κ-Köhler has no end."""


@dataclass(frozen=True, slots=True)
class Optical:
    """One type of optical particle counter.

    Attributes
    ----------
    tolerance : Tolerance
        Of the mass of all sizes.
    dust : float
        Standard deviation of ln(reading / mass) from one workplace's dust to another's: density, refractive index and
        shape differ from those of the dust it was adjusted with [1].
    slice_gain : float
        The same of each slice of sizes by itself [1].
    dead_time : float
        Volume in which two particles are counted as one [cm³].
    """

    tolerance: Tolerance
    dust: float
    slice_gain: float
    dead_time: float


OPTICAL: Mapping[Grade, Optical] = {
    # ± 10 µg/m³: Plantower PMS5003, which sees sizes it was not made for badly: Kuula et al., Atmos. Meas. Tech. 13
    # (2020) 2413; dust: engineering estimate
    Grade.BASIC: Optical(
        Tolerance(0.12, 3.5, 0.06, 0.4, 30.0, 0, 0.0, 10_000.0, gain_drift=0.0006), 0.26, 0.08, 1.0e-4
    ),
    # ± 10 %, ± 5 µg/m³ from one to another: Sensirion SPS30; dust: engineering estimate; drift: the catalog's
    Grade.STANDARD: Optical(
        Tolerance(0.08, 2.0, 0.04, 0.2, 10.0, 1, 0.0, 10_000.0, gain_drift=0.0003), 0.15, 0.05, 2.0e-5
    ),
    # an aerosol spectrometer with sheath air, adjusted on site against a filter: engineering estimate after EN 16450
    Grade.REFERENCE: Optical(
        Tolerance(0.05, 1.2, 0.02, 0.1, 6.0, 1, 0.0, 10_000.0, gain_drift=0.0001), 0.08, 0.02, 5.0e-6
    ),
}

HIGHEST_PM10 = 20_000.0
"""End of the range of the largest size, twice that of the others [µg/m³]."""


def read(around: Surroundings, grade: Grade, rng: np.random.Generator) -> Mapping[str, Floats]:
    """Readings of the sizes [µg/m³] of one counter; sizes nobody simulated are left out.

    Notes
    -----
    Each slice of sizes (PM2.5 less PM1, and so on) is multiplied by its own factor, all of them by those of the dust,
    of the water and of crowding; sizes are sums of slices, so that a larger one never reads less. Noise is that of the
    air drawn in, and the same for all sizes.
    """
    kind = OPTICAL[grade]
    piece = Piece.made(kind.tolerance, rng)
    dust = float(np.exp(kind.dust * around.cause(Cause.DUST)))
    slices = np.exp(kind.slice_gain * np.clip(rng.normal(size=len(SIZES)), -SPREAD_LIMIT, SPREAD_LIMIT))
    kappa = KAPPA_LOW + (KAPPA_HIGH - KAPPA_LOW) * float(ndtr(around.cause(Cause.WATER)))
    noise = rng.normal(size=around.hydrogen.size)
    water = growth(around.of("humidity"), kappa)
    smaller, mass, number = (np.zeros(noise.size) for _ in range(3))
    masses: dict[str, Floats] = {}
    for size, factor in zip(SIZES, slices.tolist(), strict=True):
        known = around.signals.get(QuantityId(size))
        if known is None:
            continue
        held = known - smaller
        mass = mass + held * (factor * dust)
        number = number + held * PER_MICROGRAM[size]
        smaller, masses[size] = known, mass
    crowding = water * counted(number, kind.dead_time)
    return {
        size: _reported(size, piece, piece.seen(mass * crowding, around.step), noise) for size, mass in masses.items()
    }


def growth(humidity: Floats, kappa: float) -> Floats:
    """What an optical reading is to the dry mass, for the water the particles hold [1].

    Parameters
    ----------
    humidity : array
        [%]
    kappa : float
        Hygroscopicity [1].

    Notes
    -----
    1 up to :data:`DRY`, :func:`dsp.air.particles.mass_factor` from :data:`WET` on, linear in humidity in between.
    """
    if float(humidity.max(initial=0.0)) <= DRY:
        return np.ones(humidity.size)
    wetness = np.clip((humidity - DRY) / (WET - DRY), 0.0, 1.0)
    wet = mass_factor(np.clip(humidity, DRIEST_AIR, WETTEST_AIR), kappa)
    return np.asarray(1.0 + wetness * (wet - 1.0))


def counted(number: Floats, dead_time: float) -> Floats:
    """Share of particles a counter counts [1]: those that cross the beam together are taken for one.

    Parameters
    ----------
    number : array
        [1/cm³]
    dead_time : float
        Volume in which two are one [cm³].

    References
    ----------
    Hinds, Aerosol Technology, 2nd edition (1999), section 16.5: coincidence in optical counters.
    """
    return np.asarray(1.0 / (1.0 + number * dead_time))


def _reported(size: str, piece: Piece, seen: Floats, noise: Floats) -> Floats:
    of = piece.tolerance
    values = seen + noise * np.hypot(of.noise_relative * seen, of.noise_absolute)
    ends = of if size != "pm10" else Tolerance(0.0, 0.0, 0.0, 0.0, 0.0, of.decimals, of.low, HIGHEST_PM10)
    return to_digits(values, ends)
