"""Formaldehyde and carbon monoxide by electrochemical cells: what else they react to, and their zero."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import HYDROGEN, USUAL, Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance, drawn


@dataclass(frozen=True, slots=True)
class Cell:
    """One type of cell.

    Attributes
    ----------
    other_gas : float
        What it reads of one unit of the gas that disturbs it, on average; half of that is its standard deviation from
        one cell to the next. Formaldehyde: alcohols and other vapours [ppb/ppb]; CO: hydrogen [ppm/ppm].
    temperature_share : float
        Spread of what is left of its answer to temperature after correction [1/K].
    """

    tolerance: Tolerance
    other_gas: float
    temperature_share: float


FORMALDEHYDE: Mapping[Grade, Cell] = {
    # two-electrode cells without a filter answer to alcohols (Dart WZ-S class); figures: engineering estimate
    Grade.BASIC: Cell(
        Tolerance(0.15, 14.0, 0.0, 5.0, 120.0, 0, 0.0, 5_000.0, gain_drift=0.001, offset_drift=0.05), 0.010, 0.003
    ),
    # ± 20 ppb or ± 20 %: Sensirion SFA30; other vapours: engineering estimate; drift: the catalog's 0.05 % a day
    Grade.STANDARD: Cell(
        Tolerance(0.07, 6.6, 0.0, 2.0, 120.0, 0, 0.0, 10_000.0, gain_drift=0.0005, offset_drift=0.02), 0.003, 0.002
    ),
    # a cell behind a filter for alcohols, adjusted against cartridges on site: engineering estimate
    Grade.REFERENCE: Cell(
        Tolerance(0.055, 4.0, 0.0, 1.5, 90.0, 0, 0.0, 10_000.0, gain_drift=0.0003, offset_drift=0.01), 0.001, 0.001
    ),
}

CARBON_MONOXIDE: Mapping[Grade, Cell] = {
    # hydrogen counts up to 60 % of CO: Alphasense CO-B4; zero: engineering estimate
    Grade.BASIC: Cell(
        Tolerance(0.07, 1.6, 0.0, 0.5, 60.0, 1, 0.0, 1_000.0, gain_drift=0.0005, offset_drift=0.01), 0.5, 0.004
    ),
    # drift: the catalog's 0.02 % a day
    Grade.STANDARD: Cell(
        Tolerance(0.038, 0.75, 0.0, 0.2, 60.0, 1, 0.0, 1_000.0, gain_drift=0.0002, offset_drift=0.003), 0.3, 0.003
    ),
    # three electrodes and a fourth for what disturbs: 0.1 of hydrogen is left
    Grade.REFERENCE: Cell(
        Tolerance(0.022, 0.3, 0.0, 0.1, 40.0, 1, 0.0, 1_000.0, gain_drift=0.0001, offset_drift=0.001), 0.1, 0.001
    ),
}


def read_formaldehyde(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of formaldehyde [ppb] of one cell; other vapours read as a little of it.

    Parameters
    ----------
    true : array
        Formaldehyde where the kit hangs [ppb].
    """
    return _read(FORMALDEHYDE[grade], around, true, around.of("tvoc"), rng)


def read_carbon_monoxide(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of CO [ppm] of one cell; hydrogen beyond the usual reads as a part of it.

    Parameters
    ----------
    true : array
        CO where the kit hangs [ppm].
    """
    # its zero was set in ordinary air
    return _read(CARBON_MONOXIDE[grade], around, true, around.hydrogen - HYDROGEN, rng)


def _read(cell: Cell, around: Surroundings, true: Floats, other: Floats, rng: np.random.Generator) -> Floats:
    piece = Piece.made(cell.tolerance, rng)
    cross = cell.other_gas * (1.0 + 0.5 * drawn(rng))
    warm = cell.temperature_share * drawn(rng)
    answer = (true + cross * other) * (1.0 + warm * (around.of("temperature") - USUAL["temperature"]))
    return piece.reported(piece.seen(answer, around.step), rng.normal(size=true.size))
