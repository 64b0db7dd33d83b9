"""Shifts, days and series of made-up campaigns, for the tests of exposures."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import numpy as np

from catalog.identifiers import EmployerId, EstablishmentId
from catalog.places import Establishment, ShiftPattern, WorkSchedule
from catalog.quantities import Averaging, Uncertainty
from catalog.schedule import Interval, Shift
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.series import Series, build
from dsp.subject import Subject, Threshold
from tests.dsp.situations import quantity, subject

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CO2 = quantity()
NOISE = replace(
    quantity("laeq", Averaging.ENERGETIC, "dB(A)"),
    instrument=Uncertainty(0, 1.0),
    repeatability=Uncertainty(0, 0.2),
    place=Uncertainty(0, 2.5),
)


def shift(start: int, end: int, *pieces: tuple[int, int]) -> Shift:
    parts = tuple(Interval(*piece) for piece in pieces) or (Interval(start, end),)
    return Shift("day", date(2026, 1, 5), start, end, parts)


def minutes(values: list[float | None], averaging: Averaging = Averaging.ARITHMETIC, start: int = 0) -> Series:
    """One-minute readings from ``start`` on; None is one that never came."""
    said = [(start + MINUTE * (i + 1), v) for i, v in enumerate(values) if v is not None]
    return build([t for t, _ in said], [v for _, v in said], [1] * len(said), 60, 60, averaging)


def of(found: list[Exposure], measure: Measure, kind: WindowKind = WindowKind.SHIFT) -> Exposure:
    (only,) = [e for e in found if e.measure is measure and e.window_kind is kind]
    return only


PARIS = Establishment(EstablishmentId("e"), EmployerId("f"), "Atelier", "Europe/Paris", "FR", None)
NIGHT = WorkSchedule((ShiftPattern("night", frozenset(range(1, 8)), time(22), time(6)),), works_on_holidays=True)


def campaign(seed: int, averaging: Averaging) -> tuple[Subject, Series, Interval]:
    """Nine days over the change of clocks in March: jitter, gaps, suspect readings, a quiet to loud range."""
    rng = np.random.default_rng(seed)
    start = int(datetime(2026, 3, 25, 7, 13, tzinfo=UTC).timestamp() * 1000)
    strides = rng.integers(50_000, 70_000, 12_000)
    strides[rng.integers(0, strides.size, 60)] = rng.integers(200_000, 9_000_000, 60)
    instants = start + np.cumsum(strides)
    flags = rng.choice([1, 1, 1, 1, 1, 1, 3, 4], strides.size)
    values = rng.normal(70, 15, strides.size) if averaging is Averaging.ENERGETIC else rng.gamma(2, 400, strides.size)
    series = build(instants, values, flags, 60, 180, averaging)
    deployed = Interval(start + 5 * HOUR, int(instants[-1]) - 3 * HOUR)
    return subject(NOISE if averaging is Averaging.ENERGETIC else CO2, deployed), series, deployed


LIMITS = [Threshold(75.0, "above"), Threshold(60.0, "below")]
