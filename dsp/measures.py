"""Which measures a quantity has over which kind of window."""

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.quantities import Averaging, Quantity
from dsp.exposure import Measure, WindowKind
from dsp.subject import Direction

PERCENTILES = (Measure.P5, Measure.P10, Measure.P50, Measure.P90, Measure.P95)
"""Time-weighted percentiles; pXX is the field's L_(100−XX)."""

ABOVE_PERCENT = (95, 90, 50, 10, 5)
"""For each of :data:`PERCENTILES`, the share of the valid time the signal may be above it [%]."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """A rolling window: its width [ms], and whether its highest or its lowest mean is wanted."""

    width: int
    direction: Direction


ROLLING = {
    Measure.MAX_15MIN: Rolling(900_000, "above"),
    Measure.MAX_30MIN: Rolling(1_800_000, "above"),
    Measure.MAX_1H: Rolling(3_600_000, "above"),
    Measure.MIN_1H: Rolling(3_600_000, "below"),
    Measure.MAX_8H: Rolling(28_800_000, "above"),
    Measure.MAX_24H: Rolling(86_400_000, "above"),
}
"""Measures that are extremes of a rolling mean."""

PEAK_LEVELS = frozenset({"lafmax", "lcpeak"})
"""Levels that are maxima themselves: an average of them means nothing."""

GUIDE_30MIN = frozenset({"co", "formaldehyde", "tvoc"})
"""Gases that guide values for half an hour speak of (VGAI, WHO)."""

_THRESHOLDS = (Measure.TIME_ABOVE, Measure.TIME_BELOW)
_ARITHMETIC_SHIFT = (
    Measure.MEAN,
    Measure.TWA_8H,
    Measure.MAX_15MIN,
    Measure.MAX_1H,
    Measure.MIN_1H,
    Measure.MINIMUM,
    *PERCENTILES,
    Measure.PEAK,
    *_THRESHOLDS,
)
_LEVEL_SHIFT = (
    Measure.LEQ,
    Measure.LEX_8H,
    Measure.MAX_15MIN,
    Measure.MAX_1H,
    *PERCENTILES,
    Measure.NOISE_CLIMATE,
    *_THRESHOLDS,
)
_PEAK_SHIFT = (Measure.PEAK, *_THRESHOLDS)
_ARITHMETIC_DAY = (Measure.MEAN, *PERCENTILES, Measure.MAX_8H, Measure.MAX_24H)
_LEVEL_DAY = (Measure.LEQ, *PERCENTILES, Measure.MAX_8H, Measure.MAX_24H)
_ARITHMETIC_CAMPAIGN = (Measure.MEAN, Measure.MINIMUM, *PERCENTILES, Measure.PEAK, *_THRESHOLDS)
_LEVEL_CAMPAIGN = (Measure.LEQ, *PERCENTILES, Measure.NOISE_CLIMATE, *_THRESHOLDS)
_LEVEL: Mapping[WindowKind, tuple[Measure, ...]] = {
    WindowKind.SHIFT: _LEVEL_SHIFT,
    WindowKind.DAY: _LEVEL_DAY,
    WindowKind.WEEK: (Measure.LEX_40H,),
    WindowKind.CAMPAIGN: _LEVEL_CAMPAIGN,
}
_ARITHMETIC: Mapping[WindowKind, tuple[Measure, ...]] = {
    WindowKind.SHIFT: _ARITHMETIC_SHIFT,
    WindowKind.DAY: _ARITHMETIC_DAY,
    WindowKind.WEEK: (),
    WindowKind.CAMPAIGN: _ARITHMETIC_CAMPAIGN,
}

_COMPUTED: Mapping[WindowKind, tuple[Measure, ...]] = {
    WindowKind.SHIFT: (
        Measure.MEAN,
        Measure.MAX_1H,
        Measure.MINIMUM,
        Measure.P10,
        Measure.P50,
        Measure.P90,
        Measure.PEAK,
        *_THRESHOLDS,
    ),
    WindowKind.DAY: (Measure.MEAN,),
    WindowKind.WEEK: (),
    WindowKind.CAMPAIGN: (Measure.MEAN, Measure.MINIMUM, Measure.P50, Measure.PEAK, *_THRESHOLDS),
}
"""Of temperature and humidity taken together: what is read of them, and no more rows than that."""

_OF_ONE_GAS = {
    ("co2", WindowKind.CAMPAIGN): (Measure.ICONE,),
    **{(gas, WindowKind.SHIFT): (Measure.MAX_30MIN,) for gas in sorted(GUIDE_30MIN)},
}
"""Measures only some quantities have, after those of every quantity."""


def measures_of(quantity: Quantity, kind: WindowKind) -> tuple[Measure, ...]:
    """Measures that are computed for a quantity over a kind of window, in the order they are reported.

    ``time_above`` and ``time_below`` come once per threshold asked for. Peak levels (L_AFmax, L_Cpeak) have their
    highest value and nothing that averages. A campaign has no TWA,
    L_EX,8h or rolling maximum: those are of a shift or a day. ICONE is of CO2 and a campaign; the highest half hour of
    the gases with a guide value for it.
    """
    if quantity.id in PEAK_LEVELS:
        return _PEAK_SHIFT if kind in (WindowKind.SHIFT, WindowKind.CAMPAIGN) else ()
    if quantity.is_computed:
        return _COMPUTED[kind]
    by_kind = _LEVEL if quantity.averaging is Averaging.ENERGETIC else _ARITHMETIC
    return (*by_kind[kind], *_OF_ONE_GAS.get((quantity.id, kind), ()))
