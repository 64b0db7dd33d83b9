"""The twins once more with the kernels interpreted: what is tested is then the Python that a person reads.

By hand: ``NUMBA_DISABLE_JIT=1 VIGIE_FEW_EXAMPLES=1 python -m pytest tests/dsp/test_twins.py``.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif("VIGIE_FEW_EXAMPLES" in os.environ, reason="already running without the JIT")
def test_twins_agree_with_interpreted_kernels() -> None:
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "VIGIE_FEW_EXAMPLES": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:benchmark", "tests/dsp/test_twins.py"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
