"""Parameters of the quality tests: what a quantity may do, and what a kit model knows better of its own sensor."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from types import MappingProxyType

from catalog.data_files import Table, load_toml
from catalog.errors import CatalogError
from catalog.identifiers import QuantityId
from catalog.quantities import measured_quantities, quantity


class FlatClock(Enum):
    """Which time counts towards a flat line."""

    ALWAYS = "always"
    OCCUPIED = "occupied"


@dataclass(frozen=True, slots=True)
class Span:
    """Values from low to high, both included [unit]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SpikeTest:
    """How far one reading may stand alone.

    Attributes
    ----------
    threshold : float
        Least distance from the median of the neighbours that is a spike [unit].
    relative : float
        And least distance as a share of that median [1].
    deviations : float
        And least distance in median absolute deviations of the neighbours [1].
    """

    threshold: float
    relative: float = 0.0
    deviations: float = 0.0


@dataclass(frozen=True, slots=True)
class RateTest:
    """How fast a value may change.

    Attributes
    ----------
    per_minute : float
        [unit/min]
    over : float
        Readings nearer in time than this are not compared: the noise of a fast sensor is no change [s].
    """

    per_minute: float
    over: float


@dataclass(frozen=True, slots=True)
class FlatLineTest:
    """How long a value may stay.

    Attributes
    ----------
    tolerance, relative : float
        A value that moves by no more than tolerance + relative × value stays [unit, 1].
    floor, ceiling : float
        Values at or below, at or above may stay for ever: clean air, a quiet night; saturated air [unit].
    suspect_after, fail_after : float
        [s]; infinite where there is no such severity.
    clock : FlatClock
    """

    tolerance: float
    relative: float
    floor: float
    ceiling: float
    suspect_after: float
    fail_after: float
    clock: FlatClock


@dataclass(frozen=True, slots=True)
class Allowance:
    """A difference that is nothing to speak of: absolute [unit] + relative × value."""

    relative: float
    absolute: float


@dataclass(frozen=True, slots=True)
class BaselineTest:
    """Where the lowest percent of some days must lie.

    Attributes
    ----------
    low, high : float
        [unit]
    days : float
        [d]
    """

    low: float
    high: float
    days: float


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Parameters of every quality test of one channel; None where a test does not apply.

    Attributes
    ----------
    fail : Span
        Outside no sensor works; the quantity's physical range unless the model says otherwise.
    warm_up : float
        Time after power-on during which readings are no measurement [s]; 0 without.
    saturation : float or None
        From here on the sensor is near the end of its range [unit].
    humidity : Span or None
        Relative humidity in which the sensor works [%].
    order : Allowance or None
        By how much it may be above the next larger quantity of its kind.
    neighbour : Allowance or None
        Difference from another kit of the zone.
    """

    fail: Span
    suspect: Span | None = None
    spike: SpikeTest | None = None
    rate: RateTest | None = None
    flat_line: FlatLineTest | None = None
    warm_up: float = 0.0
    saturation: float | None = None
    humidity: Span | None = None
    order: Allowance | None = None
    neighbour: Allowance | None = None
    baseline: BaselineTest | None = None


@dataclass(frozen=True, slots=True)
class QualityDefaults:
    """The whole data file: parameters by quantity, and the warm-up [s] a word of a sensor's name asks for."""

    limits: Mapping[QuantityId, QualityLimits]
    warm_up: Mapping[str, float]


def quality_limits(name: QuantityId, sensor: str = "") -> QualityLimits:
    """The catalog's parameters for a quantity, as measured by a kind of sensor.

    Parameters
    ----------
    sensor : str
        Sensing principle or part as the kit model says it; a word of it may ask for a warm-up.

    Examples
    --------
    >>> quality_limits(QuantityId("tvoc"), "CCS811 MOX").warm_up / 3600
    48.0
    """
    defaults = _defaults()
    words = sensor.replace(",", " ").split()
    warm_up = max((time for word, time in defaults.warm_up.items() if word in words), default=0.0)
    return replace(defaults.limits[name], warm_up=warm_up)


def read_quality(table: Table, defaults: QualityLimits) -> QualityLimits:
    """Parameters from a table of tests; a test the table does not speak of keeps its default.

    Raises
    ------
    CatalogError
        A key is unknown or missing, or a number makes no sense; the message says where.
    """
    result = replace(
        defaults,
        fail=_span(table.table("fail")) if table.has("fail") else defaults.fail,
        suspect=_span(table.table("suspect")) if table.has("suspect") else defaults.suspect,
        spike=_spike(table.table("spike")) if table.has("spike") else defaults.spike,
        rate=_rate(table.table("rate")) if table.has("rate") else defaults.rate,
        flat_line=_flat_line(table.table("flat_line")) if table.has("flat_line") else defaults.flat_line,
        warm_up=_at_least_zero(table, "warm_up", defaults.warm_up),
        saturation=table.number("saturation") if table.has("saturation") else defaults.saturation,
        humidity=_span(table.table("humidity")) if table.has("humidity") else defaults.humidity,
        order=_allowance(table.table("order")) if table.has("order") else defaults.order,
        neighbour=_allowance(table.table("neighbour")) if table.has("neighbour") else defaults.neighbour,
        baseline=_baseline(table.table("baseline")) if table.has("baseline") else defaults.baseline,
    )
    table.close()
    outer, inner = result.fail, result.suspect
    if inner is not None and (inner.low < outer.low or inner.high > outer.high):
        raise table.error(
            "suspect",
            f"is {inner.low:g} to {inner.high:g}; expected it within {outer.low:g} to {outer.high:g}, the failing span",
        )
    return result


@cache
def _defaults() -> QualityDefaults:
    return read_defaults(load_toml("quality.toml"))


def read_defaults(root: Table) -> QualityDefaults:
    """The whole data file: every quantity of the catalog once, and the sensors that warm up."""
    root.has("sensor")
    root.has("quantity")
    limits: dict[QuantityId, QualityLimits] = {}
    for table in root.tables("quantity"):
        try:
            known = quantity(table.text("id"))
        except CatalogError as error:
            raise table.error("id", str(error)) from None
        if known.id in limits:
            raise table.error("id", f"is {known.id} again; a quantity has one table")
        limits[known.id] = read_quality(table, QualityLimits(Span(known.physical_low, known.physical_high)))
    for missing in measured_quantities().keys() - limits.keys():
        raise root.error("quantity", f"has no table for {missing}; add one, with its id alone when no test applies")
    warm_up = {}
    for table in root.tables("sensor"):
        warm_up[table.text("word")] = _at_least_zero(table, "warm_up", None)
        table.close()
    return QualityDefaults(MappingProxyType(limits), MappingProxyType(warm_up))


def _span(table: Table) -> Span:
    result = Span(table.number("low"), table.number("high"))
    table.close()
    if not result.low < result.high:
        raise table.error("high", f"is {result.high:g}; expected more than low, {result.low:g}")
    return result


def _spike(table: Table) -> SpikeTest:
    result = SpikeTest(
        _above_zero(table, "threshold"),
        _at_least_zero(table, "relative", 0.0),
        _at_least_zero(table, "deviations", 0.0),
    )
    table.close()
    return result


def _rate(table: Table) -> RateTest:
    result = RateTest(_above_zero(table, "per_minute"), _at_least_zero(table, "over", 20.0))
    table.close()
    return result


def _flat_line(table: Table) -> FlatLineTest:
    clock = table.text("clock", FlatClock.ALWAYS.value)
    if clock not in {known.value for known in FlatClock}:
        raise table.error("clock", f'is "{clock}"; expected always or occupied')
    result = FlatLineTest(
        tolerance=_at_least_zero(table, "tolerance", 0.0),
        relative=_at_least_zero(table, "relative", 0.0),
        floor=table.number("floor") if table.has("floor") else float("-inf"),
        ceiling=table.number("ceiling") if table.has("ceiling") else float("inf"),
        suspect_after=_above_zero(table, "suspect_after"),
        fail_after=_above_zero(table, "fail_after") if table.has("fail_after") else float("inf"),
        clock=FlatClock(clock),
    )
    table.close()
    if result.relative >= 1:
        raise table.error("relative", f"is {result.relative:g}; expected a share below 1")
    if result.fail_after < result.suspect_after:
        raise table.error(
            "fail_after", f"is {result.fail_after:g}; expected at least suspect_after, {result.suspect_after:g} s"
        )
    return result


def _allowance(table: Table) -> Allowance:
    """An absolute part may be negative: the other value must then be above by as much."""
    result = Allowance(_at_least_zero(table, "relative", 0.0), table.number("absolute", 0.0))
    table.close()
    return result


def _baseline(table: Table) -> BaselineTest:
    result = BaselineTest(table.number("low"), table.number("high"), _above_zero(table, "days"))
    table.close()
    if not result.low < result.high:
        raise table.error("high", f"is {result.high:g}; expected more than low, {result.low:g}")
    return result


def _above_zero(table: Table, key: str) -> float:
    value = table.number(key)
    if not value > 0:
        raise table.error(key, f"is {value:g}; expected a number above 0")
    return value


def _at_least_zero(table: Table, key: str, default: float | None) -> float:
    value = table.number(key, default)
    if value < 0:
        raise table.error(key, f"is {value:g}; expected 0 or more")
    return value
