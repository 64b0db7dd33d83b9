"""A sound level meter: samples of sound in, levels out, in one pass and in constant memory."""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from dsp.kernels import sound
from dsp.levels import level_of
from dsp.sound.bands import NOMINAL_OCTAVES, NOMINAL_THIRDS, Bank, forget_traces
from dsp.sound.weighting import SoundError, check_rate, weightings

Samples = npt.NDArray[np.float64]

REFERENCE_PRESSURE = 20e-6
"""0 dB [Pa]."""
FAST, SLOW = 0.125, 1.0
"""Time constants F and S [s]."""
PERCENTILES = (1, 5, 10, 50, 90, 95, 99)
"""N of LN: the A-weighted Fast level exceeded in N % of the time."""
SAMPLING = 0.01
"""The Fast level is looked at that often for percentiles [s]; IEC and ISO texts ask for 0.125 s or less."""
SHORTEST = 1.0
"""A shorter recording has no level [s]."""

_BLOCKS_A_SECOND = 2
_RISE = 0.63
"""Fast starts at nothing; after five time constants it is 0.03 dB low. Percentiles leave this out [s]."""
_BIN = 0.01
_LOWEST, _HIGHEST = -240.0, 40.0
_CLIPPED_RUN = 3
FULL = 1.0 - 2.0**-15
"""Largest sample of 16 bits; an 8-bit converter ends at 1 - 2⁻⁷ [share of full scale]."""
_INTERPOLATED = 16
_SEEN = _INTERPOLATED // 2


class Range(Enum):
    """Whether a level can be trusted."""

    INSIDE = "inside"
    OVER = "over"
    """The recording was clipped: levels are too low by an unknown amount, the peak most of all. Samples beyond ±1 (only
    floating-point numbers can be) show that nothing ended there."""
    UNDER = "under"
    """LAeq is not above the noise of the instrument itself: the true level is at most what is told."""


@dataclass(frozen=True, slots=True)
class SoundLevels:
    """What a recording says, levels in dB re 20 µPa.

    Attributes
    ----------
    duration : float
        [s]
    laeq, lceq, lzeq : float
        Equivalent continuous levels, weighted A, C, Z; −∞ for digital silence.
    lae : float
        A-weighted sound exposure level re 1 s.
    lafmax, lasmax : float
        Largest A-weighted Fast and Slow level.
    lcpeak : float
        C-weighted peak, between samples, too.
    percentiles : tuple of float
        LN of ``PERCENTILES``, from the A-weighted Fast level every 10 ms.
    laeq_per_second, lafmax_per_second, lcpeak_per_second : ndarray
        Of every whole second, shape (seconds,).
    thirds, octaves : tuple of float
        LZeq of the bands of ``NOMINAL_THIRDS`` and ``NOMINAL_OCTAVES``; NaN where the sample rate ends inside the band.
    over_range, under_range : bool
        See ``Range``.
    clipped_runs : int
        How often three samples or more in a row were at full scale.
    largest_sample : float
        Share of full scale.
    """

    duration: float
    laeq: float
    lceq: float
    lzeq: float
    lae: float
    lafmax: float
    lasmax: float
    lcpeak: float
    percentiles: tuple[float, ...]
    laeq_per_second: Samples
    lafmax_per_second: Samples
    lcpeak_per_second: Samples
    thirds: tuple[float, ...]
    octaves: tuple[float, ...]
    clipped_runs: int
    largest_sample: float
    range: Range

    @property
    def over_range(self) -> bool:
        """Whether the recording was clipped."""
        return self.range is Range.OVER

    @property
    def under_range(self) -> bool:
        """Whether LAeq is not above the given noise floor."""
        return self.range is Range.UNDER

    def exceeded(self, share: int) -> float:
        """LN: the A-weighted Fast level exceeded in ``share`` % of the time [dB]."""
        return self.percentiles[PERCENTILES.index(share)]

    def third(self, nominal: str) -> float:
        """Level of one third octave [dB]."""
        return self.thirds[NOMINAL_THIRDS.index(nominal)]

    def octave(self, nominal: str) -> float:
        """Level of one octave [dB]."""
        return self.octaves[NOMINAL_OCTAVES.index(nominal)]


@dataclass(frozen=True, slots=True)
class _Seconds:
    """Whole seconds so far: sums of A-weighted squares, largest Fast mean squares, C-weighted peaks.

    The peak of a second is known 8 samples after its end only.
    """

    energies: list[float]
    fast_tops: list[float]
    peaks: list[float]


class SoundLevelMeter:
    """A sound level meter for samples that come in pieces of any size.

    Parameters
    ----------
    sample_rate : int
        One of ``dsp.sound.weighting.SAMPLE_RATES`` [Hz].
    full_scale_pressure : float
        Sound pressure of the sample value 1.0 [Pa] (a peak value, not an effective one);
        ``dsp.sound.calibrator.calibrate`` finds it from the recording of a calibrator.
    noise_floor : float
        A-weighted level of the instrument's own noise [dB]; LAeq at or below it is told as under range.
    full_sample : float
        Sample value where the converter ends, see ``FULL``; three in a row are over range.

    Raises
    ------
    SoundError
        Sample rate not supported; pressure not above 0; a sample that is no number.

    Notes
    -----
    A and C weighting: ``dsp.sound.weighting``. Time weighting: first-order low-pass on the squared A-weighted pressure,
    from 0 at the first sample, τ = 0.125 s and 1 s. LCpeak: the C-weighted signal between samples is computed by a
    16-point windowed sinc at thirds of a sample, then a parabola; without it a tone at 8 kHz sampled at 48 kHz may read
    1.2 dB low. All filters start at rest, at the mean of the first 0.5 s, so that an offset of the converter is no
    step; a recording that begins inside a loud sound does begin with one, which the 20 Hz high-pass of A and C forgets
    within 0.1 s. Percentiles leave out the first 0.63 s. LAFmax of a second is the largest Fast level in it, whatever
    raised it before. Samples are worked on in blocks of 0.5 s, whatever pieces they come in, so that results do not
    depend on the pieces, to the bit.

    References
    ----------
    IEC 61672-1:2013, 3.8 to 3.13, 5.5, 5.8, 5.13; IEC 61260-1:2014.

    Examples
    --------
    A sine of 1 kHz whose amplitude is 1 Pa is 90.97 dB:

    >>> import numpy as np
    >>> meter = SoundLevelMeter(48_000, full_scale_pressure=2.0)
    >>> meter.feed(0.5 * np.sin(2 * np.pi * 1000 * np.arange(96_000) / 48_000))
    >>> print(f"{meter.result().laeq:.2f}")
    90.97
    """

    def __init__(
        self,
        sample_rate: int,
        full_scale_pressure: float,
        noise_floor: float = -math.inf,
        full_sample: float = FULL,
    ) -> None:
        check_rate(sample_rate)
        if not 0 < full_scale_pressure < math.inf:
            raise SoundError(f"full-scale pressure {full_scale_pressure:g} Pa; expected a number above 0")
        self._rate = sample_rate
        self._offset = 20 * math.log10(full_scale_pressure / REFERENCE_PRESSURE)
        self._noise_floor = noise_floor
        self._full_sample = full_sample
        size = sample_rate // _BLOCKS_A_SECOND
        self._step = size * _BLOCKS_A_SECOND // round(1 / SAMPLING)
        filters = weightings(sample_rate)
        self._sections = np.vstack([filters.z, filters.a])[:, [0, 1, 2, 4, 5]].copy()
        self._taps = peak_taps()
        self._memory = np.zeros((4, 2))
        self._ballistics = np.zeros(6)
        self._ballistics[:2] = -np.expm1(-1 / (sample_rate * np.array([FAST, SLOW])))
        self._block_sums = np.zeros(3)
        self._sums = np.zeros(3)
        self._second = 0.0
        self._seconds = _Seconds([], [], [])
        self._rest = 0.0
        self._c = np.zeros(size + _INTERPOLATED)
        self._fast = np.zeros(size // self._step)
        self._levels = np.zeros(round((_HIGHEST - _LOWEST) / _BIN), np.int64)
        self._fast_top, self._slow_top, self._second_fast, self._largest = 0.0, 0.0, 0.0, 0.0
        self._peak = np.zeros(1)
        self._counts = np.zeros(3, np.int64)
        self._bank = Bank(sample_rate, size)
        self._waiting = np.empty(size)
        self._waits = 0
        self._blocks = 0

    def feed(self, samples: npt.ArrayLike) -> None:
        """Take the next samples.

        Parameters
        ----------
        samples : array_like
            Shares of full scale, one channel, shape (n,), n of any size.
        """
        fresh = np.require(samples, np.float64, ["C", "W"])  # read-only ones would be compiled for anew
        if fresh.ndim != 1:
            raise SoundError(f"samples of shape {fresh.shape}; expected one channel, e.g. samples[:, 0]")
        size, place = self._waiting.size, 0
        while place < fresh.size:
            if self._waits == 0 and fresh.size - place >= size:
                self._block(fresh[place : place + size])
                place += size
                continue
            taken = min(size - self._waits, fresh.size - place)
            self._waiting[self._waits : self._waits + taken] = fresh[place : place + taken]
            self._waits += taken
            place += taken
            if self._waits == size:
                self._waits = 0
                self._block(self._waiting)

    def result(self) -> SoundLevels:
        """Levels of everything fed so far; more may be fed afterwards.

        Raises
        ------
        SoundError
            Less than 1 s was fed.
        """
        count = self._blocks * self._waiting.size + self._waits
        duration = count / self._rate
        if duration < SHORTEST:
            raise SoundError(f"{duration:.3g} s of sound; a level needs at least {SHORTEST:g} s")
        whole = copy.deepcopy(self)
        if self._waits:
            whole._block(self._waiting[: self._waits])  # noqa: SLF001 - a copy of oneself
        return whole._levels_over(count, duration)  # noqa: SLF001

    def _block(self, samples: Samples) -> None:
        largest = sound.clipping(samples, self._full_sample, _CLIPPED_RUN, self._counts)
        if self._counts[0]:
            at = (self._blocks * self._waiting.size + int(np.argmin(np.isfinite(samples)))) / self._rate
            raise SoundError(f"a sample {at:.3f} s after the start is not a number; repair or cut the recording")
        self._largest = max(self._largest, largest)
        if self._blocks == 0:
            self._rest = float(samples.mean())
        heard = samples - self._rest
        self._ballistics[4:] = 0.0
        sound.weigh(
            heard, self._sections, self._memory, self._ballistics, self._step, self._block_sums, self._c, self._fast
        )
        self._follow_peak(samples.size)
        self._bank.feed(heard)
        forget_traces(self._memory)
        forget_traces(self._ballistics)
        self._sums += self._block_sums
        self._second += self._block_sums[0]
        fast, slow = float(self._ballistics[4]), float(self._ballistics[5])
        self._fast_top, self._slow_top = max(self._fast_top, fast), max(self._slow_top, slow)
        self._second_fast = max(self._second_fast, fast)
        self._count_levels(samples.size // self._step)
        self._blocks += 1
        if self._blocks % _BLOCKS_A_SECOND == 0 and samples.size == self._waiting.size:
            self._seconds.energies.append(self._second)
            self._seconds.fast_tops.append(self._second_fast)
            self._second, self._second_fast = 0.0, 0.0

    def _follow_peak(self, size: int) -> None:
        """Peak of the last samples of the block before and of this one, but for its own last ones."""
        sound.peak(self._c, _SEEN, min(_INTERPOLATED, _SEEN + size), self._taps, self._peak)
        if self._blocks and self._blocks % _BLOCKS_A_SECOND == 0:
            self._seconds.peaks.append(float(self._peak[0]))
            self._peak[0] = 0.0
        sound.peak(self._c, _INTERPOLATED, _SEEN + size, self._taps, self._peak)
        self._c[:_INTERPOLATED] = self._c[size : size + _INTERPOLATED].copy()

    def _count_levels(self, size: int) -> None:
        skipped = round(_RISE / SAMPLING) - self._blocks * self._fast.size
        heard = self._fast[max(skipped, 0) : size]
        levels = 10 * np.log10(np.maximum(heard, 1e-300))
        places = ((levels - _LOWEST) / _BIN).astype(np.int64)
        np.add.at(self._levels, np.clip(places, 0, self._levels.size - 1), 1)

    def _levels_over(self, count: int, duration: float) -> SoundLevels:
        self._peak[0] = max(self._peak[0], float(np.abs(self._c[_SEEN:_INTERPOLATED]).max()))
        peaks = [*self._seconds.peaks, float(self._peak[0])]
        sums = self._sums / count
        laeq, lceq, lzeq = (self._level(mean) for mean in sums)
        bands = self._bank
        whole = len(self._seconds.energies)
        return SoundLevels(
            duration=duration,
            laeq=laeq,
            lceq=lceq,
            lzeq=lzeq,
            lae=laeq + 10 * math.log10(duration),
            lafmax=self._level(self._fast_top),
            lasmax=self._level(self._slow_top),
            lcpeak=self._level(max(peaks) ** 2),
            percentiles=tuple(self._percentile(share) for share in PERCENTILES),
            laeq_per_second=np.array([self._level(total / self._rate) for total in self._seconds.energies]),
            lafmax_per_second=np.array([self._level(top) for top in self._seconds.fast_tops]),
            lcpeak_per_second=np.array([self._level(top**2) for top in peaks[:whole]]),
            thirds=self._all(bands.thirds()),
            octaves=self._all(bands.octaves()),
            clipped_runs=int(self._counts[2]),
            largest_sample=self._largest,
            range=self._trusted(laeq),
        )

    def _trusted(self, laeq: float) -> Range:
        if self._counts[2] and self._largest <= 1.0:
            return Range.OVER
        return Range.UNDER if -math.inf < self._noise_floor and laeq <= self._noise_floor else Range.INSIDE

    def _level(self, mean_square: float) -> float:
        # what filters still remember in digital silence is no sound
        return -math.inf if mean_square < 10 ** (_LOWEST / 10) else level_of(float(mean_square)) + self._offset

    def _all(self, mean_squares: Samples) -> tuple[float, ...]:
        return tuple(self._level(mean) for mean in mean_squares)

    def _percentile(self, share: int) -> float:
        """Level exceeded in ``share`` % of the time, linear between the middles of the 0.01 dB bins."""
        total = int(self._levels.sum())
        place = (total - 1) * (1 - share / 100)
        running = np.cumsum(self._levels)
        below, above = math.floor(place), math.ceil(place)
        low, high = (int(np.searchsorted(running, rank, side="right")) for rank in (below, above))
        if low == 0:
            return -math.inf
        middle = low + (high - low) * (place - below) + 0.5
        return _LOWEST + _BIN * middle + self._offset


def peak_taps() -> npt.NDArray[np.float64]:
    """Windowed sinc for the signal at −2/3, −1/3, +1/3 and +2/3 of a sample from the eighth or ninth of 16."""
    rows = []
    for first, shift in ((8, -2 / 3), (8, -1 / 3), (7, 1 / 3), (7, 2 / 3)):
        distance = np.arange(_INTERPOLATED) - first - shift
        window = np.i0(7.0 * np.sqrt(np.maximum(0.0, 1 - (distance / 8.5) ** 2))) / np.i0(7.0)
        taps = np.sinc(distance) * window
        rows.append(taps / taps.sum())
    return np.array(rows)


def measure(samples: Sequence[float] | Samples, sample_rate: int, full_scale_pressure: float) -> SoundLevels:
    """Levels of samples that are all at hand; see ``SoundLevelMeter``."""
    meter = SoundLevelMeter(sample_rate, full_scale_pressure)
    meter.feed(samples)
    return meter.result()
