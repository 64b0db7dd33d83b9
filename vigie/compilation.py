"""Compiling the kernels: once per machine, and said so."""

import sys
import time


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
