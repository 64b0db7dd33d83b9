"""Warming up compiles what a campaign uses, and only that: a second version of a kernel costs seconds at start."""

import os

import pytest

from catalog.quantities import Averaging
from catalog.schedule import local_days, shifts
from dsp.campaign import exceedances, exposures
from dsp.kernels import episodes, rolling, signal, warm, windows
from tests.dsp.campaigns import LIMITS, NIGHT, PARIS, campaign

KERNELS = (
    signal.standing_time,
    signal.energies,
    windows.summarise,
    windows.spans,
    windows.percentiles,
    windows.block_variance,
    windows.time_beyond,
    windows.side_variance,
    rolling.extremes,
    episodes.find_episodes,
)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
def test_campaign_needs_no_kernel_that_was_not_warmed() -> None:
    warm.compile_all()
    assert warm.is_cached()
    for averaging in Averaging:
        who, series, deployed = campaign(1, averaging)
        days = local_days("Europe/Paris", deployed.start, deployed.end)
        work = shifts(NIGHT, PARIS, days[0][0], days[-1][0])
        exposures(who, series, work, days, LIMITS)
        exceedances(who, series, work, LIMITS[0], 1, 60, 60)
    assert [len(kernel.signatures) for kernel in KERNELS] == [1] * len(KERNELS)
