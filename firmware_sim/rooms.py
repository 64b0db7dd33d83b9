"""Rooms whose air is well mixed and that exchange air: what is in it, and how warm it is.

Everything here is the truth a kit then measures with its own errors. Arrays have one element per step of the grid along
the axis that is called steps.
"""

import numpy as np
import numpy.typing as npt

from firmware_sim.kernels import mixing, warmth

Floats = npt.NDArray[np.float64]

SECONDS_PER_HOUR = 3600.0


def concentrations(initial: Floats, inflow: Floats, removal: Floats, exchange: Floats, step: float) -> Floats:
    """Concentrations in well-mixed rooms at the end of each step.

    Parameters
    ----------
    initial : array, substances × rooms
        At the start [any].
    inflow : array, substances × steps × rooms
        Emission and what the outdoor air brings, divided by the room's volume [any/s].
    removal : array, steps × rooms
        Everything that takes it away for good, ventilation and deposition [1/s].
    exchange : array, steps × rooms × rooms
        Air that comes into the first room from the second, in volumes of the first [1/s]; as much goes back. Nothing
        on the diagonal.
    step : float
        [s]

    Returns
    -------
    array, substances × steps × rooms
        Exact for rates that are constant within a step, whatever its length; never negative. A room that exchanges air
        with no other is reckoned alone, to the bit.

    Notes
    -----
    dCᵢ/dt = sᵢ − λᵢ·Cᵢ + Σⱼ xᵢⱼ·(Cⱼ − Cᵢ). For a room alone C(t) = C∞ + (C₀ − C∞)·e^(−λt) with C∞ = s/λ; for rooms
    together the same with the exponential of a matrix.

    References
    ----------
    methods.md section 4, "Transient"; ASTM D6245. Moler and Van Loan, SIAM Review 45 (2003), for the series.
    """
    ends = np.empty(inflow.shape)
    for group in _groups(exchange):
        if len(group) == 1:
            ends[:, :, group[0]] = _alone(initial[:, group[0]], inflow[:, :, group[0]], removal[:, group[0]], step)
        else:
            between = exchange[:, group][:, :, group]
            ends[:, :, group] = _together(initial[:, group], inflow[:, :, group], removal[:, group], between, step)
    return ends


def _alone(initial: Floats, inflow: Floats, removal: Floats, step: float) -> Floats:
    """Substances × steps of one room."""
    ends = np.empty(inflow.shape)
    contiguous = np.ascontiguousarray
    mixing.mix_one(contiguous(initial), contiguous(inflow), contiguous(removal), step, ends)
    return ends


def _together(initial: Floats, inflow: Floats, removal: Floats, exchange: Floats, step: float) -> Floats:
    """Substances × steps × rooms of rooms that exchange air."""
    substances, _, size = inflow.shape
    ends = np.empty(inflow.shape)
    contiguous = np.ascontiguousarray
    mixing.mix(
        contiguous(initial), contiguous(inflow), contiguous(removal), contiguous(exchange), step,
        np.zeros((size, size)), np.empty((size, size)), np.empty((size, size)), np.empty((size, 2 * size)),
        np.empty((size, 2 * size)), np.empty((substances, size)), ends,
    )  # fmt: skip
    return ends


def temperatures(
    initial: Floats,
    outdoor: Floats,
    gains: Floats,
    conductance: Floats,
    exchange: Floats,
    capacity: Floats,
    setpoint: Floats,
    heating_power: Floats,
    step: float,
) -> Floats:
    """Air temperatures at the end of each step, of rooms that lose heat, gain heat and have a thermostat each.

    Parameters
    ----------
    initial : array, rooms
        [°C]
    outdoor : array, steps × rooms
        [°C]
    gains : array, steps × rooms
        People, machines, lamps, sun [W].
    conductance : array, steps × rooms
        Walls and ventilation together [W/K].
    exchange : array, steps × rooms × rooms
        Heat that the air from the second room carries into the first [W/K].
    capacity : array, rooms
        Heat capacity of air, furniture and the walls' surface [J/K].
    setpoint : array, rooms
        Full heating a kelvin below it, in proportion up to it, none above [°C].
    heating_power : array, rooms
        Most the heating can give [W].
    step : float
        [s]

    Returns
    -------
    array, steps × rooms
        [°C]; exact for a room alone. Of its neighbours a room sees the temperature at the start of the step.

    Notes
    -----
    C·dT/dt = gains + heating(T) − (UA + ρc·Q)·(T − T_out) + Σⱼ ρc·Qᵢⱼ·(Tⱼ − Tᵢ).
    """
    ends = np.empty(outdoor.shape)
    contiguous = np.ascontiguousarray
    warmth.warm(
        contiguous(initial), contiguous(outdoor), contiguous(gains), contiguous(conductance), contiguous(exchange),
        contiguous(capacity), contiguous(setpoint), contiguous(heating_power), step, ends,
    )  # fmt: skip
    return ends


def _groups(exchange: Floats) -> list[list[int]]:
    """Rooms that exchange air at any time, directly or through others, each group in order."""
    open_ = np.any(exchange != 0.0, axis=0)
    left = list(range(open_.shape[0]))
    groups = []
    while left:
        group = [left.pop(0)]
        for room in group:
            reached = [other for other in left if open_[room, other] or open_[other, room]]
            group += reached
            left = [other for other in left if other not in reached]
        groups.append(sorted(group))
    return groups
