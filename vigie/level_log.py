"""A log of a sound level meter: what its levels come to over the whole file, by the arithmetic of the exposures."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from catalog.identifiers import KitId
from catalog.quantities import Averaging, quantity
from catalog.schedule import Interval
from dsp.measures import PEAK_LEVELS
from dsp.percentiles import exceeded_level
from dsp.series import Series, build, median_step
from dsp.windows import coverage, mean, peak
from ingest.files import read_file, read_mapping
from ingest.mapping import Hints
from vigie.errors import UsageError
from vigie.times import now

_HOLD_PERIODS = 3
_SHARES = (1, 5, 10, 50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class LevelSummary:
    """One quantity of a log over its whole length.

    Attributes
    ----------
    readings, left_out : int
        Those that count, and those that do not: outside the physical range of the quantity.
    period : float
        Median step of the log [s].
    duration : float
        From the start of the first step to the last instant [s].
    coverage : float
        Share of the duration that readings stand for [1].
    leq : float or None
        Energy mean [dB]; None for a quantity that is a maximum itself.
    highest : float
        [dB]
    exceeded : dict of int to float
        L_n, the level exceeded n % of the time [dB]; of the logged levels, not of Fast levels. Empty for maxima.
    """

    quantity: str
    unit: str
    readings: int
    left_out: int
    period: float
    duration: float
    coverage: float
    leq: float | None
    highest: float
    exceeded: dict[int, float]


def summarise_log(path: Path, mapping: Path | None, hints: Hints) -> list[LevelSummary]:
    """Every level a file has columns of, in order of name.

    Raises
    ------
    UsageError
        No column of the file is a level.
    FileImportError
        As :func:`ingest.files.read_file`.
    """
    rules = read_mapping(mapping) if mapping is not None else None
    reading = read_file(path, rules, KitId("log"), received=now(), hints=hints)
    frame = pl.concat(chunk.frame for chunk in reading)
    found = []
    for (name,), rows in frame.partition_by("quantity", as_dict=True).items():
        if quantity(str(name)).averaging is Averaging.ENERGETIC:
            found.append(_summary(str(name), rows.unique("instant", keep="last").sort("instant")))
    if not found:
        raise UsageError(
            f"{path.name}: no column is a sound level; expected laeq, lafmax or lcpeak (--mapping says which is what)"
        )
    return sorted(found, key=lambda summary: summary.quantity)


def _summary(name: str, rows: pl.DataFrame) -> LevelSummary:
    instants = rows["instant"].to_numpy()
    period = median_step(instants) if len(instants) > 1 else 1.0
    what = quantity(name)
    series = build(instants, rows["value"], rows["flag"], period, _HOLD_PERIODS * period, what.averaging)
    if not len(series):
        raise UsageError(f"{name}: every level is outside {what.physical_low:g} to {what.physical_high:g} {what.unit}")
    window = Interval(int(series.instants[0] - series.weights[0]), int(series.instants[-1]))
    averages = name not in PEAK_LEVELS
    return LevelSummary(
        quantity=name,
        unit=what.unit,
        readings=len(series),
        left_out=len(rows) - len(series),
        period=period,
        duration=window.length / 1000.0,
        coverage=coverage(series, window),
        leq=mean(series, window) if averages else None,
        highest=peak(series, window),
        exceeded=_exceeded(series, window) if averages else {},
    )


def _exceeded(series: Series, window: Interval) -> dict[int, float]:
    return {share: exceeded_level(series, share, window) for share in _SHARES}
