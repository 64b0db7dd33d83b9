"""Kernels that sum a step function over windows: integrals, extremes, time beyond limits, spread of blocks."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from dsp.kernels.percentiles import order_statistics
from dsp.kernels.signal import first_after

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Switches = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True, error_model="numpy")
def summarise(
    instants: Instants,
    weights: Instants,
    values: Values,
    signal: Values,
    suspect: Switches,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    above_percent: Instants,
    scratch_values: Values,
    scratch_weights: Instants,
    valid: Instants,
    suspected: Instants,
    integral: Values,
    squared_time: Values,
    squared_signal: Values,
    lowest: Values,
    highest: Values,
    percentiles: Values,
) -> None:
    """Everything a window's mean, extremes and percentiles need, in one pass over its steps.

    Window *w* has the pieces offsets[w] … offsets[w+1] − 1 of (starts, ends]. Filled: valid and suspected time [ms],
    ∫ signal dt [·ms] by error-free addition, Σ wᵢ² and Σ (wᵢ·signalᵢ)², extremes of the values (NaN: no valid time),
    and for each of ``above_percent`` the smallest value the signal is above for at most that share of the valid time.
    """
    for window in range(offsets.size - 1):
        covered = 0
        doubted = 0
        total = 0.0
        rest = 0.0
        squares = 0.0
        signal_squares = 0.0
        least = math.inf
        largest = -math.inf
        size = 0
        for piece in range(offsets[window], offsets[window + 1]):
            start = starts[piece]
            end = ends[piece]
            i = first_after(instants, start)
            while i < instants.size:
                since = max(instants[i] - weights[i], start)
                if since >= end:
                    break
                time = min(instants[i], end) - since
                covered += time
                if suspect[i]:
                    doubted += time
                x = signal[i] * time
                z = total + x
                y = z - total
                rest += (total - (z - y)) + (x - y)
                total = z
                squares += np.float64(time) * time
                signal_squares += x * x
                least = min(least, values[i])
                largest = max(largest, values[i])
                if above_percent.size > 0:
                    scratch_values[size] = values[i]
                    scratch_weights[size] = time
                    size += 1
                i += 1
        valid[window] = covered
        suspected[window] = doubted
        integral[window] = total + rest
        squared_time[window] = squares
        squared_signal[window] = signal_squares
        lowest[window] = least if covered > 0 else math.nan
        highest[window] = largest if covered > 0 else math.nan
        if above_percent.size > 0:
            order_statistics(scratch_values, scratch_weights, size, covered, above_percent, percentiles[window])


@njit(cache=True, nogil=True, error_model="numpy")
def block_variance(
    instants: Instants,
    weights: Instants,
    signal: Values,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    width: Instants,
    gappy: Switches,
    out: Values,
) -> None:
    """Variance of the mean of the block means, s_b²/n_b, for windows with gaps; 0 for the others.

    Blocks of ``width[w]`` ms are laid from the start of the window's first piece, by the clock, through breaks.
    """
    for window in range(offsets.size - 1):
        out[window] = 0.0
        if not gappy[window]:
            continue
        block_end = starts[offsets[window]] + width[window]
        blocks = 0
        centre = 0.0
        spread = 0.0
        total = 0.0
        time = 0
        for piece in range(offsets[window], offsets[window + 1]):
            i = first_after(instants, starts[piece])
            while i < instants.size:
                since = max(instants[i] - weights[i], starts[piece])
                if since >= ends[piece]:
                    break
                until = min(instants[i], ends[piece])
                while since < until:
                    if since >= block_end:
                        if time > 0:
                            blocks += 1
                            step = total / time - centre
                            centre += step / blocks
                            spread += step * (total / time - centre)
                        total = 0.0
                        time = 0
                        block_end += ((since - block_end) // width[window] + 1) * width[window]
                    cut = min(until, block_end)
                    total += signal[i] * (cut - since)
                    time += cut - since
                    since = cut
                i += 1
        if time > 0:
            blocks += 1
            step = total / time - centre
            centre += step / blocks
            spread += step * (total / time - centre)
        if blocks > 1:
            out[window] = spread / (blocks - 1) / blocks


@njit(cache=True, nogil=True, error_model="numpy")
def time_beyond(
    instants: Instants,
    weights: Instants,
    values: Values,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    sign: float,
    limits: Values,
    out: Instants,
) -> None:
    """Time [ms] the values are above (sign 1) or below (sign −1) each limit; ``out`` has shape (windows, limits)."""
    for window in range(offsets.size - 1):
        for k in range(limits.size):
            out[window, k] = 0
        for piece in range(offsets[window], offsets[window + 1]):
            i = first_after(instants, starts[piece])
            while i < instants.size:
                since = max(instants[i] - weights[i], starts[piece])
                if since >= ends[piece]:
                    break
                time = min(instants[i], ends[piece]) - since
                for k in range(limits.size):
                    if sign * values[i] > sign * limits[k]:
                        out[window, k] += time
                i += 1


@njit(cache=True, nogil=True, error_model="numpy")
def side_variance(
    instants: Instants,
    weights: Instants,
    values: Values,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    limit: float,
    spread: float,
    out: Values,
) -> None:
    """Variance [ms²] of the time beyond ``limit`` when each reading scatters by ``spread``: Σ wᵢ²·pᵢ·(1 − pᵢ)."""
    for window in range(offsets.size - 1):
        out[window] = 0.0
        if spread <= 0.0:
            continue
        for piece in range(offsets[window], offsets[window + 1]):
            i = first_after(instants, starts[piece])
            while i < instants.size:
                since = max(instants[i] - weights[i], starts[piece])
                if since >= ends[piece]:
                    break
                away = (values[i] - limit) / spread
                # further than 6 the product is under 1e-9
                if abs(away) < 6.0:
                    beyond = 0.5 * math.erfc(-away / math.sqrt(2.0))
                    time = np.float64(min(instants[i], ends[piece]) - since)
                    out[window] += time * time * beyond * (1.0 - beyond)
                i += 1
