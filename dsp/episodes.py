"""Exceedance episodes: when a signal went beyond a limit, for how long, how far."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.batch import WindowError, lay_out, readings_after, sign_of
from dsp.kernels import episodes as kernels
from dsp.levels import energy, level_of
from dsp.series import Series
from dsp.subject import Threshold


@dataclass(frozen=True, slots=True)
class Delays:
    """When an episode counts, and when it is over.

    Attributes
    ----------
    hysteresis : float
        How far the signal must come back behind the limit, in the quantity's unit (dB for levels).
    on_delay_s : float
        Episodes shorter than this do not count [s].
    off_delay_s : float
        How long the signal must have come back [s]; missing time longer than this ends an episode too.
    """

    hysteresis: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode (start, end], milliseconds UTC.

    Attributes
    ----------
    peak, mean : float
        Most extreme and mean value over its valid time, in the quantity's unit.
    dose : float
        ∫ excess dt [unit·s]; for levels excess energy, as seconds at the limit [s].
    cut : bool
        True when missing time ended it.
    """

    start: int
    end: int
    peak: float
    mean: float
    dose: float
    cut: bool

    @property
    def duration(self) -> float:
        """Seconds from start to end, short gaps included."""
        return (self.end - self.start) / 1000.0


def episodes(series: Series, threshold: Threshold, delays: Delays, pieces: Sequence[Interval]) -> list[Episode]:
    """Episodes during which a signal is above (or below) a limit.

    Parameters
    ----------
    series : Series
    threshold : Threshold
        The limit, and which side of it is the wrong one.
    delays : Delays
    pieces : sequence of Interval
        Stretches of time people are in the zone, in order and apart; each is looked at on its own, so an episode
        begins no earlier than its piece and ends no later.

    Returns
    -------
    list of Episode
        In order of time.

    Raises
    ------
    WindowError
        A hysteresis or delay is negative or not finite, or the pieces overlap.

    Notes
    -----
    An episode begins where the signal goes above the limit (a signal *at* the limit is not above). It is over when
    the signal has been under limit − hysteresis for the off-delay, counted in valid time; its end is the instant it
    went there, so that the off-delay confirms the end without making the episode longer, and the on-delay is compared
    with the exceedance itself. If the signal comes back sooner, the time in between belongs to the episode. Missing
    time up to the off-delay is bridged (it counts in the duration, not in mean or dose); longer missing time ends the
    episode where it began and marks it *cut*, as does missing time that lasts until the end of the piece. For a limit
    below, everything is mirrored.

    dose = ∫ max(0, v − limit) dt. Decibels above a limit do not add up to anything, so for levels it is
    ∫ max(0, 10^((v − limit)/10) − 1) dt: the seconds at the limit that carry the excess energy.

    References
    ----------
    exposure-semantics, section 3.

    Examples
    --------
    >>> from dsp.series import build
    >>> minutes = [60_000 * (i + 1) for i in range(5)]
    >>> series = build(minutes, [900.0, 1100.0, 1300.0, 900.0, 900.0], [1] * 5, 60, 180, Averaging.ARITHMETIC)
    >>> episodes(series, Threshold(1000.0, "above"), Delays(off_delay_s=60), [Interval(0, 300_000)])
    [Episode(start=60000, end=180000, peak=1300.0, mean=1200.0, dose=24000.0, cut=False)]
    """
    for name in ("hysteresis", "on_delay_s", "off_delay_s"):
        if not 0.0 <= getattr(delays, name) < 1e12:
            raise WindowError(f"{name} is {getattr(delays, name)}; expected zero or more")
    laid = lay_out([tuple(pieces)])
    room = len(series) + laid.pieces
    begins, finishes, valid = (np.empty(room, np.int64) for _ in range(3))
    peaks, integrals, excesses = (np.empty(room) for _ in range(3))
    cuts = np.empty(room, np.bool_)
    levels = series.averaging is Averaging.ENERGETIC
    limit = float(threshold.value)
    reference = energy(limit) if levels else limit
    count = kernels.find_episodes(
        series.instants,
        series.weights,
        series.values,
        series.signal,
        readings_after(series, laid.starts),
        laid.starts,
        laid.ends,
        sign_of(threshold.direction),
        limit,
        reference,
        float(delays.hysteresis),
        round(delays.on_delay_s * 1000.0),
        round(delays.off_delay_s * 1000.0),
        begins,
        finishes,
        peaks,
        integrals,
        valid,
        excesses,
        cuts,
    )
    found = []
    for k in range(count):
        signal = integrals[k].item() / valid[k].item()
        excess = excesses[k].item() / 1000.0
        found.append(
            Episode(
                start=begins[k].item(),
                end=finishes[k].item(),
                peak=peaks[k].item(),
                mean=level_of(signal) if levels else signal,
                dose=excess / reference if levels else excess,
                cut=cuts[k].item(),
            )
        )
    return found
