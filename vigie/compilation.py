"""Compiling the kernels: once per machine, and said so."""

import sys
import time
from collections.abc import Iterable
from types import ModuleType


def announce_compilation() -> None:
    """Compile the kernels if no compiled code is on disk yet, and say what the wait is for."""
    from dsp.kernels.warm import compile_all, is_cached

    if is_cached():
        return
    sys.stderr.write("Compiling the numerical kernels, once on this machine (about half a minute)… ")
    sys.stderr.flush()
    began = time.monotonic()
    compile_all()
    sys.stderr.write(f"done in {time.monotonic() - began:.0f} s\n")


def announce_first_simulation() -> None:
    """Say that a simulation compiles its kernels as it calls them, if no code of them is on disk yet."""
    from dsp.kernels import signal, windows
    from firmware_sim.kernels import lag, mixing, warmth

    _announce_first_use((lag, mixing, warmth, signal, windows))


def announce_first_evaluation() -> None:
    """The same of an evaluation, which simulates, tests the readings' quality and judges them."""
    from dsp.kernels import episodes, quality, rolling, signal, windows
    from firmware_sim.kernels import lag, mixing, warmth

    _announce_first_use((lag, mixing, warmth, signal, windows, rolling, episodes, quality))


def _announce_first_use(modules: Iterable[ModuleType]) -> None:
    """Only the kernels every run calls may be asked about, or it would be said each time."""
    from dsp.kernels.warm import have_code

    if not have_code(modules):
        sys.stderr.write("Compiling the numerical kernels, once on this machine: this takes some seconds longer\n")
        sys.stderr.flush()
