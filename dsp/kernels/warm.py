"""Compile every kernel on tiny arrays, so that a command can say what it is waiting for."""

import os
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from dsp.kernels import episodes, quality, rolling, screening, signal, sound, sound_bands, stream, windows
from dsp.kernels.stream_rows import make_rows

_MODULES = (signal, windows, rolling, screening, episodes, quality, stream, sound, sound_bands)


def compile_all() -> None:
    """Call each kernel once; compiled code is cached on disk, so only the first call on a machine takes long (20 s)."""
    instants = np.array([60_000, 120_000, 180_000], np.int64)
    weights = np.empty(3, np.int64)
    signal.standing_time(instants, 60_000, 180_000, weights)
    values = np.array([1.0, 2.0, 3.0])
    energies = np.empty(3)
    signal.energies(values, energies)
    flags = np.zeros(3, np.bool_)
    firsts, lasts = np.array([0], np.int64), np.array([3], np.int64)
    starts, ends = np.array([0], np.int64), np.array([180_000], np.int64)
    offsets = np.array([0, 1], np.int64)
    whole, real = np.empty(3, np.int64), np.empty(3)
    shares, percent = np.array([50], np.int64), np.empty((1, 1))
    windows.summarise(
        instants, weights, values, energies, flags, firsts, lasts, starts, ends, offsets,
        whole.copy(), whole.copy(), real.copy(), real.copy(), real.copy(), real.copy(), real.copy(),
    )  # fmt: skip
    windows.spans(
        instants, weights, values, firsts, lasts, starts, ends, offsets, whole.copy(), real.copy(), real.copy()
    )
    windows.percentiles(
        instants, weights, values, firsts, lasts, starts, ends, offsets, ends, values[:1], values[2:], shares,
        np.empty(4, np.int32), np.empty(8), np.empty(8, np.int64), percent,
    )  # fmt: skip
    windows.block_variance(instants, weights, energies, firsts, starts, ends, offsets, ends, np.ones(1, np.bool_), real)
    windows.time_beyond(
        instants, weights, values, firsts, starts, ends, offsets, 1.0, np.array([1.5]), np.empty((1, 1), np.int64)
    )
    windows.side_variance(instants, weights, values, firsts, starts, ends, offsets, 1.5, 1.0, real)
    rolling.extremes(
        instants, weights, values, 1.0, 60_000, 45_000.0, firsts, lasts, starts, ends, offsets, flags, real.copy(),
        real.copy(), whole.copy(), whole.copy(), real.copy(), real.copy(), whole.copy(),
    )  # fmt: skip
    screening.may_hold_extremes(
        instants, weights, values, 1.0, 60_000, 45_000.0, 16, firsts, firsts, lasts, starts, ends, real.copy(), flags,
        real.copy(), real.copy(), real.copy(), whole.copy(), offsets, whole.copy(), whole.copy(), whole.copy(),
    )  # fmt: skip
    episodes.find_episodes(
        instants, weights, values, energies, firsts, starts, ends, 1.0, 1.5, 1.5, 0.0, 0, 0,
        whole.copy(), whole.copy(), real.copy(), real.copy(), whole.copy(), real.copy(), flags.copy(),
    )  # fmt: skip
    _compile_quality(instants, values)
    _compile_sound()


def _compile_quality(instants: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> None:
    """The kernels of the quality tests."""
    marks, scratch = np.zeros(3, np.uint8), np.empty(3)
    quality.span_flags(values, 0.0, 9.0, 0.0, 9.0, 9.0, marks, marks.copy())
    quality.gap_flags(instants, 180_000, marks)
    quality.rate_flags(instants, values, 180_000, 0, 1.0, marks)
    quality.spike_candidates(instants, values, 180_000, 1.0, marks)
    quality.confirm_spikes(instants, values, 180_000, 1.0, 0.0, 0.0, scratch, marks)
    quality.flat_line_flags(
        instants, instants, values, 180_000, 0.0, 0.0, 0.0, 9.0, 60_000.0, 60_000.0, scratch, scratch.copy(), marks
    )
    quality.baseline_flags(instants, values, 60_000, 180_000, 0.0, 9.0, 60_000, 0.01, 0.75, marks)
    quality.first_out_of_order(instants)
    quality.worst(marks, marks.copy())
    _compile_stream(instants, values)


def _compile_stream(instants: npt.NDArray[np.int64], values: npt.NDArray[np.float64]) -> None:
    rows, order, touched, offsets = np.zeros(3, np.int64), np.empty(3, np.int64), np.zeros(1, np.int64), instants.copy()
    runs = stream.group(rows, np.empty(2, np.int64), order, touched, offsets)
    made, one = make_rows(1, 1), np.zeros(1, np.int64)
    stream.update(
        np.zeros(2, np.int64), runs, order, touched, offsets, instants, values, np.full(3, stream.BAD, np.int8),
        made.memory.reshape(-1), made.rows, made.rolls, made.limits, np.zeros(3, np.int32), np.zeros(3), one,
        one.copy(), np.zeros((2, 6), np.int64), np.zeros((2, 3)),
    )  # fmt: skip


def _compile_sound() -> None:
    """The kernels of the sound level meter, on a block of silence."""
    block, taps, memory = np.zeros(4), np.zeros(8), np.zeros(12)
    c, fast, sums = np.zeros(20), np.zeros(1), np.zeros(3)
    sound.weigh(block, np.zeros((4, 5)), np.zeros((4, 2)), np.zeros(6), 4, sums, c, fast)
    sound.peak(c, 8, 12, np.zeros((4, 16)), fast)
    sound.clipping(block, 1.0, 3, np.zeros(3, np.int64))
    sound_bands.double(block, taps, memory, np.zeros(8))
    sound_bands.halve(block, 4, taps, memory, fast.repeat(2))
    sound_bands.band_squares(block, 4, np.zeros((9, 2)), np.zeros((9, 2)), sums)


def is_cached() -> bool:
    """Whether compiled code of every kernel module is on disk (True, too, where nothing is compiled at all)."""
    return have_code(_MODULES)


def have_code(modules: Iterable[ModuleType]) -> bool:
    """Whether compiled code of each of these kernel modules is on disk, or nothing is compiled at all."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return True
    return all(_has_code(Path(str(module.__file__))) for module in modules)


def _has_code(module: Path) -> bool:
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    place = Path(chosen) if chosen else module.parent / "__pycache__"
    changed = module.stat().st_mtime
    return any(code.stat().st_mtime >= changed for code in place.rglob(f"{module.stem}.*.nbc"))
