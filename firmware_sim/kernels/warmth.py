"""Kernel of the heat balance of rooms with a thermostat each, that exchange air."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Values = npt.NDArray[np.float64]

BAND = 1.0
"""The thermostat gives full power this far below its setpoint, and less in proportion above that [K]."""


@njit(cache=True, nogil=True, error_model="numpy")
def _after(now: float, drive: float, loss: float, capacity: float, setpoint: float, power: float, step: float) -> float:
    """Temperature a step later: capacity·T' = drive − loss·T + heating(T), exact.

    Between the ends of the thermostat's band the equation is linear, and T moves one way all the time: the step is
    followed from one end to the next.
    """
    left = step
    for _ in range(4):
        # within each stretch: rate·(goal − T) [K/s], until ``edge``
        if now > setpoint or (now == setpoint and drive >= loss * setpoint):
            pull, push, lower, upper = loss, drive, setpoint, math.inf
        elif now < setpoint - BAND or (now == setpoint - BAND and drive + power < loss * now):
            pull, push, lower, upper = loss, drive + power, -math.inf, setpoint - BAND
        else:
            pull, push = loss + power / BAND, drive + power / BAND * setpoint
            lower, upper = setpoint - BAND, setpoint
        if pull <= 0.0:
            return now + push * left / capacity
        rate, goal = pull / capacity, push / pull
        edge = upper if goal > now else lower
        if math.isinf(edge) or (goal - edge) * (now - edge) >= 0.0:
            return goal + (now - goal) * math.exp(-rate * left)
        reach = math.log((now - goal) / (edge - goal)) / rate
        if reach >= left:
            return goal + (now - goal) * math.exp(-rate * left)
        now, left = edge, left - reach
    return now


@njit(cache=True, nogil=True, error_model="numpy")
def warm(
    initial: Values, outdoor: Values, gains: Values, conductance: Values, exchange: Values, capacity: Values,
    setpoint: Values, heating_power: Values, step: float, ends: Values,
) -> None:  # fmt: skip
    """Fill ``ends`` (steps × rooms) with temperatures [°C].

    ``exchange`` is steps × rooms × rooms [W/K]. Within a step a room sees its neighbours as they were at its start:
    rooms take hours to warm up, a step is a minute.
    """
    steps, size = ends.shape
    for k in range(steps):
        for i in range(size):
            drive = gains[k, i] + conductance[k, i] * outdoor[k, i]
            loss = conductance[k, i]
            for j in range(size):
                before = ends[k - 1, j] if k > 0 else initial[j]
                drive += exchange[k, i, j] * before
                loss += exchange[k, i, j]
            before = ends[k - 1, i] if k > 0 else initial[i]
            ends[k, i] = _after(before, drive, loss, capacity[i], setpoint[i], heating_power[i], step)
