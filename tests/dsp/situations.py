"""Readings and windows that hypothesis makes up: short, gappy, with bad and suspect readings, in milliseconds."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from catalog.identifiers import DeploymentId, KitId, QuantityId, ZoneId
from catalog.quantities import Averaging, Quantity, Uncertainty
from catalog.schedule import Interval
from dsp.series import Series, build
from dsp.subject import Subject
from tests.dsp import naive

PERIOD, HOLD = 3, 9
EPOCH = 1_767_225_600_000
ULP = 2.0**-53

Test = TypeVar("Test", bound=Callable[..., None])


def examples(count: int) -> Callable[[Test], Test]:
    """So many examples of a property, the same ones each time.

    A few where VIGIE_FEW_EXAMPLES is set (kernels interpreted, not compiled); VIGIE_MANY_EXAMPLES=20 is for a night:
    twenty times as many, others each time.
    """
    many = int(os.environ.get("VIGIE_MANY_EXAMPLES", "1"))
    return settings(
        max_examples=min(count, 15) if "VIGIE_FEW_EXAMPLES" in os.environ else count * many,
        deadline=None,
        derandomize=many == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


@dataclass(frozen=True)
class Readings:
    """Columns as a codec would give them, sorted."""

    instants: list[int]
    values: list[float]
    flags: list[int]

    def series(self, averaging: Averaging = Averaging.ARITHMETIC) -> Series:
        return build(self.instants, self.values, self.flags, PERIOD / 1000, HOLD / 1000, averaging)

    def steps(self) -> list[naive.Step]:
        return naive.steps(self.instants, self.values, self.flags, PERIOD, HOLD)


finite = st.floats(min_value=-1e6, max_value=1e6, allow_subnormal=False).map(lambda x: 0.0 if abs(x) < 1e-9 else x)
coarse = st.integers(0, 4).map(float)
anything = st.one_of(finite, coarse)


@st.composite
def readings(draw: st.DrawFn, values: st.SearchStrategy[float] = anything, most: int = 22) -> Readings:
    n = draw(st.integers(0, most))
    # some series without a gap or with a single one, so that windows are whole; some that are mostly gaps
    gaps = draw(st.sampled_from([[], [10], [9, 10, 17], [17, 30, 30, 10, 17]]))
    usual = [1, 2, 3, 3, 4, 5, 3, 1]
    strides = draw(st.lists(st.sampled_from(usual + gaps), min_size=n, max_size=n))
    bad = draw(st.sampled_from([[], [4, 9]]))
    flags = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 3, *bad]), min_size=n, max_size=n))
    said = draw(st.lists(values, min_size=n, max_size=n))
    return Readings((np.cumsum(np.array(strides, np.int64)) if n else np.array([], np.int64)).tolist(), said, flags)


@st.composite
def pieces(draw: st.DrawFn, most: int = 3) -> list[tuple[int, int]]:
    edges = draw(st.lists(st.integers(-5, 90), min_size=2, max_size=2 * most, unique=True).map(sorted))
    return list(zip(edges[0::2], edges[1::2], strict=False))


def intervals(of: Sequence[tuple[int, int]]) -> tuple[Interval, ...]:
    return tuple(Interval(*piece) for piece in of)


def quantity(name: str = "co2", averaging: Averaging = Averaging.ARITHMETIC, unit: str = "ppm") -> Quantity:
    """A quantity of the tests' own, so that a change of the catalog's defaults moves no expected number."""
    return Quantity(
        id=QuantityId(name),
        agent=name,
        name_fr=name,
        name_en=name,
        symbol=name,
        unit=unit,
        averaging=averaging,
        physical_low=-1e9,
        physical_high=1e9,
        instrument=Uncertainty(0.025, 25.0),
        repeatability=Uncertainty(0.0, 10.0),
        place=Uncertainty(0.10, 0.0),
        uncertainty_source="test",
        decimals=0,
    )


def subject(of: Quantity, deployed: Interval) -> Subject:
    return Subject(
        zone=ZoneId("z"),
        kit=KitId("k"),
        deployment=DeploymentId("d"),
        quantity=of,
        instrument=of.instrument,
        repeatability=of.repeatability,
        place=of.place,
        deployed=deployed,
        simulated=False,
    )
