"""Live measures of 100 000 series, batch after batch, against Polars recomputing far less of the same batches.

``python -m pytest -q bench/test_stream.py``. A batch is a million readings in order of arrival: ten of each series,
10 s apart with jitter. Both are given in readings a second of their own processor time. The peer keeps a running sum,
count and number above each limit (``group_by`` on the batch, joined to what it had): no gaps, no late data, no rolling
maxima, no episodes.
"""

import math
import time

import numpy as np
import polars as pl
import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.episodes import Delays
from dsp.live_shift import Track, Watch
from dsp.stream import LiveState
from dsp.subject import Threshold

SERIES = 100_000
EACH = 10
BATCHES = 42
"""Seven hours of ten-second readings in all would be 252; past the 37th the 1-hour window is full and slides."""
WARM = 37
LIMITS = (800.0, 1000.0)
AT_LEAST = 1.5e6
"""Readings a second on a busy machine; the promise is 3 million."""
MOST_BYTES = 8_192


def batch(number: int, rng: np.random.Generator) -> pl.DataFrame:
    """Ten rounds of all series, each round in another order."""
    rounds = np.arange(number * EACH, (number + 1) * EACH)
    rows = np.concatenate([rng.permutation(SERIES) for _ in rounds])
    instants = np.repeat(rounds, SERIES) * 10_000 + 10_000 + rng.integers(-500, 500, rows.size)
    return pl.DataFrame({"row": rows, "instant": instants, "value": rng.gamma(2.0, 400.0, rows.size)})


@pytest.fixture(scope="module")
def rates() -> dict[str, float]:
    """Readings a second, the best of the batches after the window is full; and bytes a series."""
    shift = Interval(0, 28_800_000)
    watches = tuple(Watch(Threshold(limit, "above"), Delays(20.0, 60.0, 300.0)) for limit in LIMITS)
    state = LiveState([Track(10_000, 30_000, Averaging.ARITHMETIC, shift, (shift,), watches)] * SERIES)
    rng = np.random.default_rng(20_261_122)
    flags = np.ones(SERIES * EACH, np.int8)
    peer = peer_step(None, batch(0, rng))
    ours = theirs = math.inf
    for number in range(BATCHES):
        frame = batch(number, rng)
        columns = [frame[name].to_numpy() for name in ("row", "instant", "value")]
        begin = time.thread_time()
        state.update(*columns, flags)
        spent = time.thread_time() - begin
        if number < WARM:
            continue
        ours = min(ours, spent)
        begin = time.process_time()
        peer = peer_step(peer, frame)
        theirs = min(theirs, time.process_time() - begin)
    assert state.behind.size == 0
    assert all(state.measures(row).max_1h is not None for row in (0, SERIES - 1))
    readings = SERIES * EACH
    return {"ours": readings / ours, "polars": readings / theirs, "bytes": state.bytes_per_row}


def peer_step(had: pl.DataFrame | None, frame: pl.DataFrame) -> pl.DataFrame:
    """Running sums of the peer."""
    above = [(pl.col("value") > limit).sum().alias(f"above {limit:g}") for limit in LIMITS]
    value = pl.col("value")
    new = frame.group_by("row").agg(value.sum().alias("sum"), value.len().cast(pl.Int64).alias("count"), *above)
    if had is None:
        return new
    return pl.concat([had.cast(new.schema), new]).group_by("row").sum()  # type: ignore[arg-type]


def test_live_measures_of_many_series(rates: dict[str, float]) -> None:
    print(
        f"\nlive measures: {rates['ours'] / 1e6:.1f} M readings/s on one core, {rates['bytes']:.0f} bytes a series; "
        f"Polars, running sums and counts alone, a second of processor time: {rates['polars'] / 1e6:.1f} M readings/s"
    )
    assert rates["ours"] > AT_LEAST
    assert rates["bytes"] <= MOST_BYTES
