"""The parameters of a quality test in words, as they are stored beside what the test found."""

from math import isfinite

from catalog.quality import BaselineTest, FlatLineTest, QualityLimits, RateTest, SpikeTest


def range_words(limits: QualityLimits, unit: str) -> str:
    """The two spans."""
    words = f"bad outside {_number(limits.fail.low)} to {_of(limits.fail.high, unit)}"
    inner = limits.suspect
    return words if inner is None else f"{words}, suspect outside {_number(inner.low)} to {_of(inner.high, unit)}"


def spike_words(test: SpikeTest, reach: int, unit: str) -> str:
    """The distance and the neighbourhood."""
    relative = f", {100 * test.relative:g} %" if test.relative else ""
    deviations = f" and {test.deviations:g} MAD" if test.deviations else ""
    return f"{_of(test.threshold, unit)}{relative}{deviations} from the median within {reach / 1000:g} s on both sides"


def flat_line_words(test: FlatLineTest, unit: str) -> str:
    """How near, how long."""
    near = [_of(test.tolerance, unit)] if test.tolerance or not test.relative else []
    near += [f"{100 * test.relative:g} %"] if test.relative else []
    above = f" above {_of(test.floor, unit)}" if isfinite(test.floor) else ""
    above += f" below {_of(test.ceiling, unit)}" if isfinite(test.ceiling) else ""
    bad = f", bad after {_hours(test.fail_after)}" if isfinite(test.fail_after) else ""
    return f"within {' + '.join(near)}{above}: suspect after {_hours(test.suspect_after)}{bad} ({test.clock.value})"


def rate_words(test: RateTest, unit: str) -> str:
    """The fastest change."""
    return f"faster than {_of(test.per_minute, unit)} per minute, over at least {test.over:g} s"


def warm_up_words(seconds: float) -> str:
    """How long."""
    return f"{_hours(seconds)} after power-on"


def saturation_words(level: float, unit: str) -> str:
    """From where on."""
    return f"{_of(level, unit)} and above"


def baseline_words(test: BaselineTest, unit: str) -> str:
    """Where the lowest percent lies."""
    return f"lowest 1 % of {test.days:g} days outside {_number(test.low)} to {_of(test.high, unit)}"


def _of(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}" if unit not in ("", "1") else _number(value)


def _number(value: float) -> str:
    return f"{value:.10g}"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"
