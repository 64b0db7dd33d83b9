"""Live equals recomputed: any batches, any order of arrival, the state says what the whole shift says."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.quantities import Averaging
from catalog.schedule import Interval, Shift
from dsp.batch import WindowError
from dsp.campaign import exceedances, exposures
from dsp.episodes import Delays, Episode
from dsp.exposure import Exposure, Measure
from dsp.live_shift import LiveMeasures, Track, Watch
from dsp.rolling import RollingMean
from dsp.series import SeriesError, build
from dsp.stream import WIDTHS, LiveState
from dsp.subject import Threshold
from tests.dsp import naive
from tests.dsp.campaigns import CO2, MINUTE, NOISE, shift
from tests.dsp.situations import examples, subject

PERIOD, HOLD = 4 * MINUTE, 12 * MINUTE
RELATIVE, DECIBELS = 1e-9, 1e-6
LIMITS = (Threshold(60.0, "above"), Threshold(30.0, "below"))
DELAYS = Delays(5.0, 300.0, 600.0)


@dataclass(frozen=True)
class Story:
    """A shift, and what a kit sent: (instant, value, flag) as it was received, later ones counting."""

    averaging: Averaging
    deployed: Interval
    work: Shift
    received: list[tuple[int, float, int]]
    batches: list[int]

    def track(self) -> Track:
        watches = tuple(Watch(limit, DELAYS) for limit in LIMITS)
        return Track(PERIOD, HOLD, self.averaging, self.deployed, self.work.pieces, watches)

    def stored(self, count: int) -> list[tuple[int, float, int]]:
        """What the table holds after so many: one reading an instant, the one received last."""
        return sorted({t: (t, v, f) for t, v, f in self.received[:count]}.values())


@st.composite
def stories(draw: st.DrawFn) -> Story:
    averaging = draw(st.sampled_from(Averaging))
    seed = draw(st.integers(0, 2**31))
    rng = np.random.default_rng(seed)
    edges = np.sort(rng.choice(np.arange(-100, 400), 2 * draw(st.integers(1, 3)), replace=False)) * MINUTE
    if draw(st.booleans()):
        edges = edges + rng.integers(0, MINUTE, edges.size)  # pieces that begin between two readings
        edges.sort()
    pieces = tuple((int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))
    count = draw(st.integers(0, 120))
    usual = draw(st.sampled_from([[4], [3, 4, 5], [1, 4, 4, 12], [4, 4, 4, 4, 30, 90]]))
    strides = rng.choice(usual, count) * MINUTE
    if draw(st.booleans()):
        strides = strides + rng.integers(-20_000, 20_000, count)
    instants = int(rng.integers(-120, 60)) * MINUTE + np.cumsum(strides)
    kinds = draw(st.sampled_from([[1], [1, 1, 1, 3, 4], [1, 1, 1, 2, 9]]))
    flags = rng.choice(kinds, count)
    values = rng.choice([20.0, 40.0, 61.5, 90.0], count) + draw(st.sampled_from([0.0, 1.0])) * rng.normal(0, 10, count)
    received = [(int(t), float(v), int(f)) for t, v, f in zip(instants, values, flags, strict=True)]
    for _ in range(draw(st.integers(0, 4)) if received else 0):
        moved = draw(st.sampled_from(["late", "again", "otherwise", "bad"]))
        at, to = sorted(rng.integers(0, len(received), 2).tolist())
        t, v, f = received[at]
        if moved == "late":
            received.insert(to, received.pop(at))
        else:
            new = (t, v, f) if moved == "again" else (t, v + 7.0, f) if moved == "otherwise" else (t, v, 4)
            received.insert(to + 1, new)
    deployed = draw(st.sampled_from([(-10_000, 10_000), (7, 10_000), (30, 150), (-300, 100)]))
    cuts = sorted(draw(st.lists(st.integers(0, len(received)), max_size=6)))
    work = shift(pieces[0][0], pieces[-1][1], *pieces)
    return Story(
        averaging, Interval(deployed[0] * MINUTE, deployed[1] * MINUTE), work, received, [*cuts, len(received)]
    )


def catch_up(state: LiveState, row: int, stored: list[tuple[int, float, int]]) -> None:
    """What the roof does for a row that is behind: all readings of the open shift, from the store."""
    kept = [each for each in stored if each[0] > state.tracks[row].reach()]
    state.recompute(row, [t for t, _, _ in kept], [v for _, v, _ in kept], [f for _, _, f in kept])


def check(story: Story, said: LiveMeasures, stored: list[tuple[int, float, int]]) -> None:
    """Against the exposures of the shift cut at the newest usable reading of the deployment."""
    usable = [t for t, _, f in stored if f not in (4, 9) and t <= story.deployed.end]
    assert said.newest == max([t for t in usable if t > story.track().reach()], default=None)
    if said.newest is None or not any(piece.start < said.newest for piece in story.work.pieces):
        assert (said.mean, said.max_15min, said.max_1h, said.coverage) == (None, None, None, 0.0)
        return
    pieces = [(p.start, min(p.end, said.newest)) for p in story.work.pieces if p.start < said.newest]
    cut = replace(story.work, end=pieces[-1][1], pieces=tuple(Interval(*piece) for piece in pieces))
    columns = [[each[k] for each in stored if each[0] <= said.newest] for k in range(3)]
    series = build(*columns, PERIOD / 1000, HOLD / 1000, story.averaging)
    of = subject(NOISE if story.averaging is Averaging.ENERGETIC else CO2, story.deployed)
    found = exposures(of, series, [cut], [], LIMITS)
    if not found:  # the shift so far ended before the deployment began
        assert said.mean is None
        return
    mean = one(found, Measure.LEQ if story.averaging is Averaging.ENERGETIC else Measure.MEAN)
    near(story, said.mean, mean.value)
    assert said.coverage == pytest.approx(mean.coverage, rel=RELATIVE)
    assert said.suspect == pytest.approx(mean.suspect, rel=RELATIVE)
    rolled(story, said.max_15min, one(found, Measure.MAX_15MIN))
    rolled(story, said.max_1h, one(found, Measure.MAX_1H))
    if story.averaging is Averaging.ARITHMETIC:
        rolled(story, said.min_1h, one(found, Measure.MIN_1H))
        assert said.highest == one(found, Measure.PEAK).low
        assert said.lowest == one(found, Measure.MINIMUM).high
    for k, limit in enumerate(LIMITS):
        (time,) = [e for e in found if e.threshold == limit.value]
        if mean.coverage > 0:
            assert said.beyond[k] == time.low
        told = exceedances(of, series, [cut], limit, DELAYS.hysteresis, DELAYS.on_delay_s, DELAYS.off_delay_s)
        lived = [*said.finished[k], *([said.under_way[k]] if said.under_way[k] is not None else [])]
        assert [(e.start, e.end, e.peak, e.cut) for e in lived if e] == [(e.start, e.end, e.peak, e.cut) for e in told]
        for one_lived, one_told in zip(lived, told, strict=True):
            assert isinstance(one_lived, Episode)
            near(story, one_lived.mean, one_told.mean)
            assert one_lived.dose == pytest.approx(one_told.dose, rel=RELATIVE, abs=1e-6)


def one(found: list[Exposure], measure: Measure) -> Exposure:
    (only,) = [e for e in found if e.measure is measure]
    return only


def near(story: Story, live: float | None, recomputed: float | None) -> None:
    if recomputed is None or live is None:
        assert live is recomputed
    elif story.averaging is Averaging.ENERGETIC:
        assert live == pytest.approx(recomputed, rel=0, abs=DECIBELS)
    else:
        assert live == pytest.approx(recomputed, rel=RELATIVE)


def rolled(story: Story, live: RollingMean | None, recomputed: Exposure) -> None:
    near(story, live.value if live else None, recomputed.value)
    if live is None:
        return
    values = [v for _, v, f in story.received if f not in (4, 9)]
    long = live.end - live.start == WIDTHS[-1]
    if long and len(set(values)) == len(values):  # no two positions an hour wide with other readings in them are equal
        assert live.coverage == pytest.approx(recomputed.coverage, abs=1e-6)
    else:
        assert live.coverage == pytest.approx(recomputed.coverage, abs=0.26)  # ties may be at another position


@examples(600)
@given(stories())
def test_live_equals_recomputed_after_every_batch(story: Story) -> None:
    state = LiveState([story.track()])
    at = 0
    for until in story.batches:
        batch = story.received[at:until]
        state.update([0] * len(batch), [t for t, _, _ in batch], [v for _, v, _ in batch], [f for _, _, f in batch])
        if state.behind.size:
            catch_up(state, 0, story.stored(until))
        assert not state.behind.size
        check(story, state.measures(0), story.stored(until))
        at = until


@examples(100)
@given(st.lists(stories(), min_size=2, max_size=5), st.integers(0, 1000))
def test_many_series_in_one_mixed_batch_are_each_as_if_alone(told: list[Story], seed: int) -> None:
    mixed = [(row, *reading) for row, story in enumerate(told) for reading in story.received]
    order = np.argsort(np.random.default_rng(seed).random(len(mixed)), kind="stable")
    # any order between the series, the order of arrival within each
    turns = {row: iter(story.received) for row, story in enumerate(told)}
    batch = [(mixed[i][0], *next(turns[mixed[i][0]])) for i in order]
    state = LiveState([story.track() for story in told])
    state.update(*([each[k] for each in batch] for k in range(4)))
    for row in state.behind.tolist():
        catch_up(state, row, told[row].stored(len(told[row].received)))
    for row, story in enumerate(told):
        check(story, state.measures(row), story.stored(len(story.received)))


@examples(100)
@given(stories(), st.integers(0, 120))
def test_saved_and_restored_state_goes_on_as_if_nothing_had_happened(story: Story, at: int) -> None:
    columns = [np.array([each[k] for each in story.received]) for k in range(3)]
    whole, first = LiveState([story.track()]), LiveState([story.track()])
    size = len(story.received)
    whole.update(np.zeros(size), *columns)
    first.update(np.zeros(min(at, size)), *(column[:at] for column in columns))
    second = LiveState.restored([story.track()], first.saved())
    second.update(np.zeros(max(size - at, 0)), *(column[at:] for column in columns))
    assert second.behind.tolist() == whole.behind.tolist()
    assert second.measures(0) == whole.measures(0)


@examples(60)
@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 5, 12]), st.integers(0, 4)), min_size=1, max_size=14))
def test_slow_twin_agrees(said: list[tuple[int, int]]) -> None:
    """Milliseconds are minutes here, and the windows 15 and 60 of them: rational numbers, position by position."""
    instants = np.cumsum([stride for stride, _ in said]).tolist()
    values = [float(value) for _, value in said]
    flags = [1] * len(said)
    shift_ = Interval(0, 200)
    state = LiveState([Track(3, 9, Averaging.ARITHMETIC, shift_, (shift_,))])
    narrow(state, 0, (15, 60))
    state.update([0] * len(said), instants, values, flags)
    measures = state.measures(0)
    steps = naive.steps(instants, values, flags, 3, 9)
    end = instants[-1]
    inside = naive.cut(steps, 0, end)
    valid = sum(d for d, _ in inside)
    assert measures.coverage == float(valid / end)
    if measures.mean is not None:
        assert measures.mean == pytest.approx(float(sum(d * int(s.value) for d, s in inside) / valid), rel=1e-12)
    for which, sign in (("best", 1), ("least", -1)):
        for window, width in enumerate((15, 60)):
            expected = naive.rolled(steps, [(0, end)], width, Fraction(3, 4), Fraction(0), sign)
            found = state._state.rolls[which][0, window]
            if expected is None or expected.best is None:
                assert not np.isfinite(found)
            else:
                assert found == pytest.approx(float(expected.best), rel=1e-12, abs=1e-12)


def narrow(state: LiveState, row: int, widths: tuple[int, int]) -> None:
    """Windows of a few milliseconds, so that a twin can look at every position."""
    for k, width in enumerate(widths):
        state._state.rolls["width"][row, k] = width
        state._state.rolls["floor"][row, k] = 0.75 * width


def test_late_reading_puts_its_row_behind_and_the_others_not() -> None:
    work = Interval(0, 480 * MINUTE)
    state = LiveState([Track(MINUTE, 3 * MINUTE, Averaging.ARITHMETIC, work, (work,))] * 2)
    state.update([0, 1, 0, 1], [2 * MINUTE, MINUTE, MINUTE, 2 * MINUTE], [1.0, 1.0, 3.0, 3.0], [1, 1, 1, 1])
    assert state.behind.tolist() == [0]
    assert state.measures(1).mean == 2.0
    state.recompute(0, [MINUTE, 2 * MINUTE], [3.0, 1.0], [1, 1])
    assert state.behind.size == 0
    assert state.measures(0).mean == 2.0


def test_reading_of_yesterday_disturbs_no_open_shift() -> None:
    work = Interval(0, 480 * MINUTE)
    state = LiveState([Track(MINUTE, 3 * MINUTE, Averaging.ARITHMETIC, work, (work,))])
    state.update([0, 0], [5 * MINUTE, -3 * MINUTE], [1.0, 99.0], [1, 1])
    assert state.behind.size == 0


def test_kit_that_sends_ten_times_as_often_is_recomputed_with_a_larger_ring_and_nothing_is_lost() -> None:
    work = Interval(0, 480 * MINUTE)
    track = Track(10_000, 30_000, Averaging.ARITHMETIC, work, (work,))
    state = LiveState([track])
    instants = np.arange(1, 10_000) * 1_000
    values = np.random.default_rng(1).normal(50, 10, instants.size)
    flags = np.ones(instants.size)
    state.update(np.zeros(instants.size), instants, values, flags)
    assert state.behind.tolist() == [0]
    state.recompute(0, instants, values, flags)
    assert state.behind.size == 0
    restored = LiveState.restored([track], state.saved())
    assert restored.measures(0) == state.measures(0)
    series = build(instants, values, flags, 10, 30, Averaging.ARITHMETIC)
    cut = shift(0, int(instants[-1]))
    found = exposures(subject(CO2, work), series, [cut], [])
    rolling = state.measures(0).max_1h
    assert rolling is not None
    assert rolling.value == pytest.approx(one(found, Measure.MAX_1H).value, rel=RELATIVE)


def test_hour_at_ten_seconds_takes_under_eight_kilobytes_with_eight_limits() -> None:
    work = Interval(0, 480 * MINUTE)
    watches = tuple(Watch(Threshold(float(k), "above"), DELAYS) for k in range(8))
    state = LiveState([Track(10_000, 30_000, Averaging.ARITHMETIC, work, (work,), watches)] * 100)
    assert state.bytes_per_row < 8_192


def test_value_that_is_no_number_is_refused_by_name() -> None:
    work = Interval(0, 480 * MINUTE)
    state = LiveState([Track(MINUTE, 3 * MINUTE, Averaging.ENERGETIC, work, (work,))])
    with pytest.raises(SeriesError, match="row 0: a usable value is not finite"):
        state.update([0], [MINUTE], [float("nan")], [1])
    with pytest.raises(SeriesError, match="rows from 1 to 1; expected 0 to 0"):
        state.update([1], [MINUTE], [50.0], [1])


@pytest.mark.parametrize(
    "wrong", [{"period": 0}, {"hold": 1}, {"pieces": ()}, {"pieces": (Interval(0, 1 << 31),)}], ids=str
)
def test_track_that_cannot_be_kept_is_refused(wrong: dict[str, object]) -> None:
    work = Interval(0, 480 * MINUTE)
    with pytest.raises(WindowError, match="expected"):
        LiveState([replace(Track(10_000, 30_000, Averaging.ARITHMETIC, work, (work,)), **wrong)])  # type: ignore[arg-type]


def test_saved_state_of_other_tracks_is_refused() -> None:
    work = Interval(0, 480 * MINUTE)
    track = Track(10_000, 30_000, Averaging.ARITHMETIC, work, (work,))
    with pytest.raises(WindowError, match="saved state"):
        LiveState.restored([track, track], LiveState([track]).saved())
