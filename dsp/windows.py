"""Measures over one window: coverage, means, extremes, time above and below."""

import math

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.batch import Summaries, WindowError, lay_out, summarise, times_beyond
from dsp.levels import level_of
from dsp.series import Series
from dsp.subject import Direction

EIGHT_HOURS = 28_800_000
"""Reference duration of TWA and L_EX [ms]."""


def coverage(series: Series, window: Interval) -> float:
    """Share of a window that readings stand for.

    Parameters
    ----------
    series : Series
    window : Interval
        (start, end], milliseconds UTC.

    Returns
    -------
    float
        Valid time over the window's length [1].

    References
    ----------
    exposure-semantics, section 2.

    Examples
    --------
    >>> from dsp.series import build
    >>> series = build([60_000, 120_000], [5.0, 7.0], [1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> coverage(series, Interval(0, 240_000))
    0.5
    """
    return _summary(series, window).valid.item() / _length(window)


def mean(series: Series, window: Interval) -> float:
    """Mean of a series over the valid time of a window: arithmetic, or for levels the energetic L_eq.

    Parameters
    ----------
    series : Series
    window : Interval
        (start, end], milliseconds UTC.

    Returns
    -------
    float
        In the quantity's unit (dB for levels); NaN where nothing was measured.

    Notes
    -----
    (1/V)·∫ v dt, or 10·log₁₀((1/V)·∫ 10^(v/10) dt), with V the valid time inside the window. Missing time counts
    neither way; see :func:`coverage`.

    References
    ----------
    exposure-semantics, section 2; for levels IEC 61672-1:2013, 3.9 (time-averaged level).

    Examples
    --------
    >>> from dsp.series import build
    >>> series = build([60_000, 120_000], [80.0, 90.0], [1, 1], 60, 180, Averaging.ENERGETIC)
    >>> round(mean(series, Interval(0, 120_000)), 2)
    87.4
    """
    summary = _summary(series, window)
    if summary.valid[0] == 0:
        return math.nan
    signal = summary.integral.item() / summary.valid.item()
    return signal if series.averaging is Averaging.ARITHMETIC else level_of(signal)


def twa_8h(series: Series, window: Interval) -> float:
    """Eight-hour time-weighted average of a shift: its mean, as if nothing were in the air outside it.

    Parameters
    ----------
    series : Series
        Of an arithmetic quantity.
    window : Interval
        The shift (start, end], milliseconds UTC.

    Returns
    -------
    float
        mean × (shift length / 8 h), in the quantity's unit; NaN where nothing was measured.

    Raises
    ------
    WindowError
        The series is one of levels: they have L_EX,8h.

    References
    ----------
    exposure-semantics, section 3; arrêté du 15 décembre 2009, annexe 1, § 4.1.

    Examples
    --------
    Three hours at 50 mg/m³ (arrêté of 2009, § 4.1):

    >>> from dsp.series import build
    >>> minutes = [60_000 * (i + 1) for i in range(180)]
    >>> series = build(minutes, [50.0] * 180, [1] * 180, 60, 180, Averaging.ARITHMETIC)
    >>> twa_8h(series, Interval(0, 10_800_000))
    18.75
    """
    if series.averaging is not Averaging.ARITHMETIC:
        raise WindowError("twa_8h of a series of levels; expected an arithmetic quantity (levels have lex_8h)")
    return mean(series, window) * (_length(window) / EIGHT_HOURS)


def lex_8h(series: Series, window: Interval) -> float:
    """Daily noise exposure level L_EX,8h of a shift.

    Parameters
    ----------
    series : Series
        Of L_Aeq readings.
    window : Interval
        The shift (start, end], milliseconds UTC.

    Returns
    -------
    float
        L_eq,shift + 10·log₁₀(shift length / 8 h) [dB]; NaN where nothing was measured.

    Raises
    ------
    WindowError
        The series is not one of levels.

    References
    ----------
    exposure-semantics, section 3; ISO 9612:2009, 3.3; arrêté du 19 juillet 2006, article 1.

    Examples
    --------
    >>> from dsp.series import build
    >>> series = build([7_200_000], [95.0], [1], 7200, 7200, Averaging.ENERGETIC)
    >>> round(lex_8h(series, Interval(0, 7_200_000)), 2)
    88.98
    """
    if series.averaging is not Averaging.ENERGETIC:
        raise WindowError("lex_8h of an arithmetic series; expected levels")
    return mean(series, window) + level_of(_length(window) / EIGHT_HOURS)


def time_above(series: Series, limit: float, window: Interval) -> float:
    """Time a quantity spends above a limit inside a window.

    Parameters
    ----------
    series : Series
    limit : float
        In the quantity's unit; time *at* the limit does not count.
    window : Interval
        (start, end], milliseconds UTC.

    Returns
    -------
    float
        Duration [s]. Missing time counts neither way; see :func:`coverage`.

    References
    ----------
    exposure-semantics, section 2.

    Examples
    --------
    >>> from dsp.series import build
    >>> series = build([60_000, 120_000], [900.0, 1100.0], [1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> time_above(series, 1000.0, Interval(0, 90_000))
    30.0
    """
    return _time_beyond(series, limit, "above", window)


def time_below(series: Series, limit: float, window: Interval) -> float:
    """Time [s] a quantity spends below a limit inside a window; the mirror of :func:`time_above`.

    Examples
    --------
    >>> from dsp.series import build
    >>> series = build([60_000, 120_000], [180.0, 220.0], [1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> time_below(series, 200.0, Interval(0, 120_000))
    60.0
    """
    return _time_beyond(series, limit, "below", window)


def peak(series: Series, window: Interval) -> float:
    """Highest value that stands inside a window, in the quantity's unit; NaN where nothing was measured.

    For L_Cpeak readings this is the shift's peak sound pressure level (arrêté du 19 juillet 2006, article 1).
    """
    return _summary(series, window).highest.item()


def minimum(series: Series, window: Interval) -> float:
    """Lowest value that stands inside a window, in the quantity's unit; NaN where nothing was measured."""
    return _summary(series, window).lowest.item()


def _time_beyond(series: Series, limit: float, direction: Direction, window: Interval) -> float:
    _length(window)
    return times_beyond(series, lay_out([(window,)]), direction, (limit,)).item() / 1000.0


def _summary(series: Series, window: Interval) -> Summaries:
    _length(window)
    return summarise(series, lay_out([(window,)]))


def _length(window: Interval) -> int:
    if window.length <= 0:
        raise WindowError(f"window ({window.start}, {window.end}] has no length; expected an end after the start")
    return window.length
