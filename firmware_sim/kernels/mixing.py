"""Kernel of the mass balance of rooms that exchange air: exact for rates that are constant within a step."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Values = npt.NDArray[np.float64]

SMALL = 1e-18
"""A term of the series that is smaller than this share of its sum adds nothing to a double."""

RATE_OF_A_PART = 8.0
"""A step is cut into parts in which nothing is renewed more often than this: the series then stays short."""


@njit(cache=True, nogil=True, error_model="numpy")
def _next_term(rates: Values, fastest: float, time: float, power: Values, term: Values) -> None:
    """Multiply ``power`` by (q·I + [[A, I], [0, 0]])·t, of which it is the upper half; no factor is negative."""
    size = rates.shape[0]
    for i in range(size):
        for j in range(size):
            sum_ = (fastest + rates[j, j]) * power[i, j]
            for k in range(size):
                if k != j:
                    sum_ += power[i, k] * rates[k, j]
            term[i, j] = sum_ * time
            term[i, size + j] = (fastest * power[i, size + j] + power[i, j]) * time
    power[:] = term


@njit(cache=True, nogil=True, error_model="numpy")
def _propagate(rates: Values, part: float, left: Values, gained: Values, power: Values, term: Values) -> None:
    """Fill ``left`` = exp(A·t) and ``gained`` = ∫₀ᵗ exp(A·s) ds of a part t of a step, A being ``rates``.

    Both are blocks of exp(t·[[A, I], [0, 0]]). A + qI has no negative element when q is the largest rate of removal,
    so that every term of exp(t·(A + qI)) is a sum of positive ones: no amount can come out negative.
    """
    size = rates.shape[0]
    fastest = 0.0
    for i in range(size):
        fastest = max(fastest, -rates[i, i])
    shrink = math.exp(-fastest * part)
    power[:] = 0.0
    for i in range(size):
        power[i, i] = 1.0
        for j in range(size):
            left[i, j] = shrink if i == j else 0.0
            gained[i, j] = 0.0
    # power is the upper half [(A+qI)^k·t^k/k! | what the integral has of it]
    count, largest = 0, 1.0
    while count <= fastest * part or largest >= SMALL:
        count += 1
        largest = 0.0
        _next_term(rates, fastest, part / count, power, term)
        for i in range(size):
            for j in range(size):
                left[i, j] += shrink * power[i, j]
                gained[i, j] += shrink * power[i, size + j]
                largest = max(largest, shrink * power[i, j], shrink * power[i, size + j] / part)


@njit(cache=True, nogil=True, error_model="numpy")
def _renew(removal: Values, exchange: Values, rates: Values) -> bool:
    """Fill ``rates``, the matrix A of dC/dt = A·C + s, and return whether it is another one than before."""
    size = rates.shape[0]
    changed = False
    for i in range(size):
        out = removal[i]
        for j in range(size):
            if j != i:
                out += exchange[i, j]
                changed = changed or rates[i, j] != exchange[i, j]
                rates[i, j] = exchange[i, j]
        changed = changed or rates[i, i] != -out
        rates[i, i] = -out
    return changed


@njit(cache=True, nogil=True, error_model="numpy")
def _advance(left: Values, gained: Values, inflow: Values, now: Values, then: Values) -> None:
    """Move the concentrations ``now`` on by a part of a step."""
    size = now.size
    for i in range(size):
        then[i] = 0.0
        for j in range(size):
            then[i] += left[i, j] * now[j] + gained[i, j] * inflow[j]
    for i in range(size):
        now[i] = then[i]


@njit(cache=True, nogil=True, error_model="numpy")
def mix(
    initial: Values, inflow: Values, removal: Values, exchange: Values, step: float, rates: Values, left: Values,
    gained: Values, power: Values, term: Values, now: Values, ends: Values,
) -> None:  # fmt: skip
    """Fill ``ends`` (substances × steps × rooms): concentrations at the end of each step.

    ``inflow`` has the shape of ``ends`` [any/s], ``removal`` is steps × rooms [1/s] and ``exchange`` steps × rooms ×
    rooms: air that comes from another room, in volumes of the one it comes into [1/s]. The rest is scratch.
    """
    substances, steps, size = ends.shape
    for s in range(substances):
        for i in range(size):
            now[s, i] = initial[s, i]
    parts = 1
    for k in range(steps):
        if _renew(removal[k], exchange[k], rates) or k == 0:
            fastest = 0.0
            for i in range(size):
                fastest = max(fastest, -rates[i, i])
            parts = max(1, math.ceil(fastest * step / RATE_OF_A_PART))
            _propagate(rates, step / parts, left, gained, power, term)
        for s in range(substances):
            for _ in range(parts):
                _advance(left, gained, inflow[s, k], now[s], term[0])
            for i in range(size):
                ends[s, k, i] = now[s, i]


@njit(cache=True, nogil=True, error_model="numpy")
def mix_one(initial: Values, inflow: Values, removal: Values, step: float, ends: Values) -> None:
    """Fill ``ends`` (substances × steps) of a room that exchanges air with no other.

    ``inflow`` has the shape of ``ends`` [any/s], ``removal`` is of the steps [1/s].
    """
    substances, steps = ends.shape
    rate, left, gained = 0.0, 1.0, step
    for k in range(steps):
        if removal[k] != rate:  # most steps are like the one before
            rate = removal[k]
            lost = -math.expm1(-rate * step)
            left, gained = 1.0 - lost, lost / rate if rate > 0.0 else step
        for s in range(substances):
            before = ends[s, k - 1] if k > 0 else initial[s]
            ends[s, k] = left * before + gained * inflow[s, k]
