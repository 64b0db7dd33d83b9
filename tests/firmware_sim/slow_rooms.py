"""Twins of the simulator's kernels that anybody can check by eye: one step and one room after the other."""

import math

import numpy as np
from scipy.linalg import expm

from firmware_sim.rooms import Floats


def concentrations(initial: Floats, inflow: Floats, removal: Floats, exchange: Floats, step: float) -> Floats:
    """exp of the whole system for every step: [[A, I], [0, 0]] holds both what is left and what comes in."""
    substances, steps, size = inflow.shape
    ends = np.empty(inflow.shape)
    now = initial.copy()
    for k in range(steps):
        system = np.zeros((2 * size, 2 * size))
        system[:size, size:] = np.eye(size)
        for i in range(size):
            for j in range(size):
                if i != j:
                    system[i, j] += exchange[k, i, j]
                    system[i, i] -= exchange[k, i, j]
            system[i, i] -= removal[k, i]
        found = expm(system * step)
        for s in range(substances):
            now[s] = found[:size, :size] @ now[s] + found[:size, size:] @ inflow[s, k]
        ends[:, k] = now
    return ends


def one_room(initial: float, inflow: Floats, removal: Floats, step: float) -> Floats:
    """C(t) = C∞ + (C₀ − C∞)·e^(−λt), step by step."""
    now, ends = initial, []
    for source, rate in zip(inflow.tolist(), removal.tolist(), strict=True):
        goal = source / rate
        now = goal + (now - goal) * math.exp(-rate * step)
        ends.append(now)
    return np.array(ends)


def temperature(
    initial: float, outdoor: Floats, gains: Floats, conductance: Floats, capacity: float, setpoint: float,
    heating_power: float, step: float, parts: int,
) -> Floats:  # fmt: skip
    """Euler's method with ``parts`` small parts to a step."""
    now, ends = initial, []
    for out, gain, loss in zip(outdoor.tolist(), gains.tolist(), conductance.tolist(), strict=True):
        for _ in range(parts):
            heating = min(max((setpoint - now) * heating_power, 0.0), heating_power)
            now += (gain + heating - loss * (now - out)) * step / parts / capacity
        ends.append(now)
    return np.array(ends)
