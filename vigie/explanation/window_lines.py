"""One window on one screen: the value, why it decides, and what it was made of."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from catalog.kits import Calibration
from catalog.limits import Verification
from catalog.quantities import Averaging, Uncertainty, quantity
from dsp.exposure import Measure
from dsp.measures import ROLLING
from rules.language import UNVERIFIED
from rules.sentences import MEASURES
from vigie.explanation.lines import line, lines, local, told_difference
from vigie.explanation.told import CalibrationTold, FoundationTold, LimitTold, SourceTold, WindowTold
from vigie.output import counted, with_minus, with_spread

_NEARLY = 0.9999
_MEANS = frozenset({Measure.MEAN, Measure.LEQ, *ROLLING})


def window_lines(window: WindowTold, of: int, foundation: FoundationTold | None, zone: ZoneInfo) -> Iterator[str]:
    """The lines about one of ``of`` windows."""
    measure = MEASURES.get(Measure(window.measure))
    what = f"{window.measure} of {window.quantity}" + (f" ({measure.en})" if measure else "")
    span = f"{local(window.start, zone, '%a %Y-%m-%d %H:%M')} to {local(window.end, zone, '%H:%M')}"
    yield f"WINDOW {window.number} of {of}: {what}, {window.window_kind} of {span}"
    yield line("value", _value(window))
    if window.reached_from and window.reached_to:
        reached = f"{local(window.reached_from, zone, '%H:%M:%S')} to {local(window.reached_to, zone, '%H:%M:%S')}"
        yield line("reached", f"from {reached}")
    if window.parts is not None and window.uncertainty is not None:
        parts = window.parts
        yield line(
            "uncertainty",
            f"instrument {_digits(parts.instrument)}, repeatability {_digits(parts.repeatability)}, missing time "
            f"{_digits(parts.missing)}, place {_digits(parts.place)}: together {_digits(window.uncertainty)} "
            f"{window.unit} (k = 1, root of the sum of squares)",
        )
    yield line("coverage", _coverage(window))
    yield from lines("limit", list(_limit(window.limit, window.unit)))
    yield line("decision", _decision(window))
    if window.repeated and not window.sources:
        yield line("readings", f"none of {window.quantity} from kit {window.kit}")
    for source in window.sources:
        yield from _source(source, foundation, zone)
        if Measure(window.measure) in _MEANS and source.quantity == window.quantity and source.mean is not None:
            told = f"{counted(source.making, 'reading')} weighted by the time each stands for"
            yield line("made of", with_minus(f"{told}: {source.mean:.6g} {source.unit}"))
    yield from lines("computed again", _again(window))


def _value(window: WindowTold) -> str:
    if window.value is None:
        shown = "none: too little of the window was seen"
    else:
        exact = f"{window.value:.6g}, U {_digits(2 * (window.uncertainty or 0.0))}"
        shown = with_minus(f"{with_spread(window.value, 2 * (window.uncertainty or 0.0))} {window.unit} ({exact})")
    if window.low is None or window.high is None:
        return shown
    bounds = f"{window.low:.4g} if nothing was there in the gaps, {window.high:.4g} if they were like its highest 5 %"
    return shown if window.low == window.value == window.high else f"{shown}; {bounds}"


def _coverage(window: WindowTold) -> str:
    asked = "" if window.minimum_coverage is None else f" (at least {100 * window.minimum_coverage:g} % asked for)"
    doubtful = f"; {100 * window.suspect:.2g} % of it stands on suspect readings" if window.suspect else ""
    revision = "" if window.exposure_revision is None else f"; exposure revision {window.exposure_revision}"
    what = "the window" if window.reached_from is None else "the time it was reached in"
    whole = "" if window.seen is None else f", {100 * window.seen:.1f} % of the whole {window.window_kind}"
    return f"{100 * window.coverage:.1f} % of {what} was seen{whole}{asked}{doubtful}{revision}"


def _limit(limit: LimitTold, unit: str) -> Iterator[str]:
    dated = limit.dated
    comparator = "" if dated is None else f"{dated.comparator.value} "
    yield f"{comparator}{limit.value:g} {unit}, level {limit.level}: {limit.source or 'no source'}"
    if dated is not None:
        since = "no first day" if dated.first is None else f"in force since {dated.first}"
        until = "" if dated.last is None else f" until {dated.last}"
        checked = {
            Verification.YES: "verified against its source",
            Verification.PARTIAL: f"verified in part ({UNVERIFIED})",
            Verification.NO: f"not verified against its source ({UNVERIFIED})",
        }[dated.verification]
        table = f"{dated.id} of the limits table" if dated.id else "a value of the pack's own"
        yield f"{table}, {dated.status.value}, {since}{until}, {checked}"


def _decision(window: WindowTold) -> str:
    if window.probability is None:
        return f"{window.decision}: by the bounds of the gaps" if window.low is not None else window.decision
    rule = ""
    if window.exceedance_from is not None and window.none_up_to is not None:
        rule = f" (exceedance from {100 * window.exceedance_from:g} %, none up to {100 * window.none_up_to:g} %)"
    return f"{window.decision}: the true value is beyond the limit with {_percent(window.probability)}{rule}"


def _percent(probability: float) -> str:
    """A probability that is never told as certain."""
    if probability > _NEARLY:
        return f"more than {100 * _NEARLY:g} %"
    return f"less than {100 * (1 - _NEARLY):.2g} %" if probability < 1 - _NEARLY else f"{100 * probability:.4g} %"


def _digits(spread: float) -> str:
    """Three digits that matter, so that parts can be added up by hand."""
    return f"{spread:.3g}" if spread < 1000 else f"{spread:.0f}"


def _source(source: SourceTold, foundation: FoundationTold | None, zone: ZoneInfo) -> Iterator[str]:
    yield line("readings", _readings(source, foundation, zone))
    flagged = [f"{test.test}: {test.readings} {test.flag}{_parameters(test.parameters)}" for test in source.tests]
    yield from lines("tests", flagged or ["flagged none"])
    yield from lines("calibration", [_calibration(each, source) for each in source.calibrations] or ["none: as read"])
    sensor = f"u {_uncertainty(source.instrument, source.unit)} ({source.instrument_from}) unless calibrated"
    single = f"one reading {_uncertainty(source.repeatability, source.unit)} ({source.repeatability_from})"
    yield line("instrument", f"{sensor}; {single}")
    if source.correction is not None:
        yield line("correction", source.correction)
    yield line("at the person", _at_the_person(source))


def _readings(source: SourceTold, foundation: FoundationTold | None, zone: ZoneInfo) -> str:
    if source.first is None or source.last is None:
        return f"{source.quantity} of kit {source.kit}: none"
    span = f"{local(source.first, zone, '%m-%d %H:%M:%S')} to {local(source.last, zone, '%m-%d %H:%M:%S')}"
    step = "" if source.step is None else f", one each {source.step:g} s"
    extent = "" if source.lowest is None else f", {source.lowest:g} to {source.highest:g} {source.unit} as read"
    doubt = f" ({source.suspect} suspect)" if source.suspect else ""
    count = f"{source.usable} count{doubt}, {source.dropped} do not"
    version = "" if foundation is None else f"; version {foundation.readings_version} of the readings table"
    held = f"; each stands for up to {source.hold:g} s, a lone one for {source.period:g} s"
    told = counted(source.readings, "reading")
    return (
        f"{source.quantity} of kit {source.kit}: {told} from {span}{step}{with_minus(extent)}; {count}{held}{version}"
    )


def _parameters(parameters: str) -> str:
    return f" ({parameters})" if parameters else ""


def _calibration(told: CalibrationTold, source: SourceTold) -> str:
    done = told.calibration
    date = f"OVERDUE, was due {done.due}" if told.overdue else f"in date, due {done.due}"
    spread = _uncertainty(done.uncertainty, source.unit)
    return with_minus(f"{done.performed}, {date}: {_curve(done, source)}, u {spread}; {done.reference}")


def _curve(done: Calibration, source: SourceTold) -> str:
    sign = "+" if done.offset >= 0 else "−"
    return f"true = {done.gain:g} × read {sign} {abs(done.offset):g} {source.unit}"


def _at_the_person(source: SourceTold) -> str:
    place = f"u {_uncertainty(source.place, source.unit)} ({source.place_from})"
    transfer = source.transfer
    if transfer is None:
        return f"no transfer factor was measured: {place}"
    level = quantity(source.quantity).averaging is Averaging.ENERGETIC
    factor = f"{transfer.factor:+g} dB" if level else f"× {transfer.factor:g}"
    return with_minus(f"{factor}, {transfer.source}: {place}")


def _uncertainty(known: Uncertainty, unit: str) -> str:
    parts = [f"{100 * known.relative:g} %"] if known.relative else []
    parts += [f"{known.absolute:g} {unit}"] if known.absolute or not parts else []
    return " and ".join(parts)


def _again(window: WindowTold) -> list[str]:
    if not window.repeated:
        return ["not possible"]
    if not window.differences:
        return ["the same to the last bit: value, uncertainty, coverage, limit, probability, decision"]
    return [told_difference(difference) for difference in window.differences]
