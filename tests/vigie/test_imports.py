"""What commands that compute nothing may import: the numerical libraries take longer than all they do."""

import subprocess
import sys

import pytest

HEAVY = ("numba", "scipy", "holidays", "altair", "duckdb", "dsp.kernels", "rules.pack", "litestar")


@pytest.mark.parametrize("module", ["vigie.compute", "vigie.listing", "vigie.health"])
def test_what_computes_nothing_imports_nothing_to_compute_with(module: str) -> None:
    probe = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
