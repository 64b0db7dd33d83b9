"""Kernels of the quality tests: one pass each over readings in order of instant; flags are QARTOD's numbers."""

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.uint8]

_GOOD = 1
_NOT_EVALUATED = 2
_SUSPECT = 3
_BAD = 4


@njit(cache=True, nogil=True, error_model="numpy")
def span_flags(
    values: Values,
    fail_low: float,
    fail_high: float,
    low: float,
    high: float,
    top: float,
    span: Flags,
    saturated: Flags,
) -> None:
    """Range and saturation: 4 outside the failing span, 3 outside the suspect one, 3 from ``top`` on.

    Comparisons instead of branches, so that the processor does many readings at a time.
    """
    for i in range(values.size):
        value = values[i]
        outside = (value < low) | (value > high)
        impossible = (value < fail_low) | (value > fail_high)
        span[i] = _GOOD + 2 * outside + impossible * (3 - 2 * outside)
        saturated[i] = _GOOD + 2 * (value >= top)


@njit(cache=True, nogil=True, error_model="numpy")
def gap_flags(instants: Instants, hold: int, flags: Flags) -> None:
    """Fill ``flags`` with 3 where more than ``hold`` passed since the reading before."""
    if flags.size:
        flags[0] = _GOOD
    for i in range(1, instants.size):
        flags[i] = _GOOD + 2 * (instants[i] - instants[i - 1] > hold)


@njit(cache=True, nogil=True, error_model="numpy")
def rate_flags(instants: Instants, values: Values, hold: int, over: int, per_millisecond: float, flags: Flags) -> None:
    """Fill ``flags`` with 3 where a value changed faster than it may.

    The rate is taken from the latest reading at least ``over`` before. Where a gap lies between, or there is none, it
    is not evaluated.
    """
    for i in range(instants.size):
        j = i - 1
        while j >= 0 and instants[i] - instants[j] < over and instants[j + 1] - instants[j] <= hold:
            j -= 1
        if j < 0 or instants[j + 1] - instants[j] > hold:
            flags[i] = _NOT_EVALUATED
        else:
            flags[i] = _GOOD + 2 * (abs(values[i] - values[j]) > per_millisecond * (instants[i] - instants[j]))


@njit(cache=True, nogil=True, error_model="numpy")
def spike_candidates(instants: Instants, values: Values, reach: int, threshold: float, flags: Flags) -> int:
    """Fill ``flags`` with 3 where a reading is above, or below, both neighbours by more than ``threshold``.

    One without a neighbour within ``reach`` on both sides is not evaluated. Returns how many readings lie within
    ``reach`` of the candidate that has most; 0 without candidates.
    """
    most = 0
    last = instants.size - 1
    for i in range(instants.size):
        if i == 0 or i == last or instants[i] - instants[i - 1] > reach or instants[i + 1] - instants[i] > reach:
            flags[i] = _NOT_EVALUATED
            continue
        flags[i] = _GOOD
        before = values[i] - values[i - 1]
        if abs(before) <= threshold:
            continue
        after = values[i] - values[i + 1]
        if abs(after) > threshold and (before > 0.0) == (after > 0.0):
            flags[i] = _SUSPECT
            first = i
            while first > 0 and instants[i] - instants[first - 1] <= reach:
                first -= 1
            end = i
            while end <= last and instants[end] - instants[i] <= reach:
                end += 1
            most = max(most, end - first)
    return most


@njit(cache=True, nogil=True, error_model="numpy")
def confirm_spikes(
    instants: Instants,
    values: Values,
    reach: int,
    threshold: float,
    relative: float,
    deviations: float,
    around: Values,
    flags: Flags,
) -> None:
    """Clear the candidates that are no further than the limit from the median of all readings within ``reach``.

    ``around`` is scratch, as long as the fullest neighbourhood of a candidate.
    """
    for i in range(instants.size):
        if flags[i] != _SUSPECT:
            continue
        first = i
        while first > 0 and instants[i] - instants[first - 1] <= reach:
            first -= 1
        count = 0
        while first + count < instants.size and instants[first + count] - instants[i] <= reach:
            around[count] = values[first + count]
            count += 1
        median = _median(around, count)
        limit = max(threshold, relative * abs(median))
        if deviations > 0.0:
            for j in range(count):
                around[j] = abs(values[first + j] - median)
            limit = max(limit, deviations * _median(around, count))
        if abs(values[i] - median) <= limit:
            flags[i] = _GOOD


@njit(cache=True, nogil=True, error_model="numpy")
def _median(numbers: Values, count: int) -> float:
    """Median of the first ``count`` numbers, which are sorted on the way: they are few."""
    for i in range(1, count):
        number = numbers[i]
        place = i
        while place > 0 and numbers[place - 1] > number:
            numbers[place] = numbers[place - 1]
            place -= 1
        numbers[place] = number
    return float(0.5 * (numbers[(count - 1) // 2] + numbers[count // 2]))


@njit(cache=True, nogil=True, error_model="numpy")
def flat_line_flags(
    instants: Instants,
    clock: Instants,
    values: Values,
    hold: int,
    tolerance: float,
    relative: float,
    floor: float,
    ceiling: float,
    suspect_after: float,
    fail_after: float,
    highest: Values,
    lowest: Values,
    flags: Flags,
) -> None:
    """Fill ``flags`` by the length [ms of ``clock``] of the longest flat stretch that ends at each reading.

    A stretch is flat while its highest value is at most tolerance + relative × highest above its lowest. It ends at a
    gap and at values at or below ``floor``, at or above ``ceiling``. ``highest`` and ``lowest`` are scratch, as long as
    the readings.

    The clock never runs faster than time: readings within ``hold`` of each other are within ``hold`` on it. It is cut
    into cells of half of ``suspect_after``: a stretch that long holds a whole cell, the one before that of its end.
    Most cells are seen not to be flat after a few readings, and the search for stretches is only made in chains of
    flat cells, from the beginning of the cell before to the end of the cell after.
    """
    size = instants.size
    for i in range(size):
        flags[i] = _GOOD
    cell = max(int(suspect_after / 2), 1)
    if hold >= cell:  # a cell may be empty
        _stretches(
            instants, clock, values, hold, tolerance, relative, floor, ceiling, suspect_after, fail_after,
            highest, lowest, 0, size, flags,
        )  # fmt: skip
        return
    before = 0
    begin = 0
    chained = -1
    while begin < size:
        end = _first_at(clock, begin, clock[0] + ((clock[begin] - clock[0]) // cell + 1) * cell)
        if _may_be_flat(values, begin, end, tolerance, relative, floor, ceiling):
            if chained < 0:
                chained = before
        elif chained >= 0:
            _stretches(
                instants, clock, values, hold, tolerance, relative, floor, ceiling, suspect_after, fail_after,
                highest, lowest, chained, end, flags,
            )  # fmt: skip
            chained = -1
        before = begin
        begin = end
    if chained >= 0:
        _stretches(
            instants, clock, values, hold, tolerance, relative, floor, ceiling, suspect_after, fail_after,
            highest, lowest, chained, size, flags,
        )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def _first_at(clock: Instants, begin: int, boundary: int) -> int:
    """First reading after ``begin`` at or after ``boundary``, found in ever longer strides."""
    stride = 1
    low = begin
    while low + stride < clock.size and clock[low + stride] < boundary:
        low += stride
        stride *= 2
    high = min(low + stride, clock.size)
    while high - low > 1:
        middle = (low + high) // 2
        if clock[middle] < boundary:
            low = middle
        else:
            high = middle
    return high


@njit(cache=True, nogil=True, error_model="numpy")
def _may_be_flat(
    values: Values, begin: int, end: int, tolerance: float, relative: float, floor: float, ceiling: float
) -> bool:
    top = values[begin]
    bottom = top
    for i in range(begin, end):
        top = max(top, values[i])
        bottom = min(bottom, values[i])
        if values[i] <= floor or values[i] >= ceiling or top - bottom > tolerance + relative * top:
            return False
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _stretches(
    instants: Instants,
    clock: Instants,
    values: Values,
    hold: int,
    tolerance: float,
    relative: float,
    floor: float,
    ceiling: float,
    suspect_after: float,
    fail_after: float,
    highest: Values,
    lowest: Values,
    begin: int,
    end: int,
    flags: Flags,
) -> None:
    """Flags of the readings ``begin`` to ``end`` by the stretches between them.

    ``highest`` and ``lowest`` hold the extremes from a reading to ``middle``; those after it are kept as two numbers.
    Every reading enters the scratch at most once, so no shape of the signal makes this slow.
    """
    start = begin
    middle = begin - 1
    top = -np.inf
    bottom = np.inf
    for i in range(begin, end):
        value = values[i]
        may_stay = value <= floor or value >= ceiling
        if may_stay or (i > start and instants[i] - instants[i - 1] > hold):
            start = i + may_stay
            middle = start - 1
            top = -np.inf
            bottom = np.inf
            if may_stay:
                continue
        top = max(top, value)
        bottom = min(bottom, value)
        while start <= middle:
            high = max(top, highest[start])
            if high - min(bottom, lowest[start]) <= tolerance + relative * high:
                break
            start += 1
        if start > middle and top - bottom > tolerance + relative * top:
            # begin anew: as far back from here as it is flat
            first = i
            high = value
            low = value
            highest[i] = value
            lowest[i] = value
            while first > start:
                wider = max(high, values[first - 1])
                deeper = min(low, values[first - 1])
                if wider - deeper > tolerance + relative * wider:
                    break
                first -= 1
                high = wider
                low = deeper
                highest[first] = high
                lowest[first] = low
            start = first
            middle = i
            top = -np.inf
            bottom = np.inf
        elapsed = clock[i] - clock[start]
        if elapsed >= suspect_after:
            flags[i] = _BAD if elapsed >= fail_after else _SUSPECT


@njit(cache=True, nogil=True, error_model="numpy")
def baseline_flags(
    instants: Instants,
    values: Values,
    period: int,
    hold: int,
    low: float,
    high: float,
    span: int,
    share: float,
    enough: float,
    flags: Flags,
) -> None:
    """Fill ``flags`` with 3 where the value reached ``share`` of the last ``span`` from below is not in low..high.

    Times are exact sums of milliseconds: that value is under ``low`` where less than that takes the share already, and
    above ``high`` where even all up to it does not.
    """
    first = 0
    total = 0
    under = 0
    up_to = 0
    for i in range(instants.size):
        stands = period
        if i > 0 and instants[i] - instants[i - 1] <= hold:
            stands = instants[i] - instants[i - 1]
        total += stands
        under += stands * (values[i] < low)
        up_to += stands * (values[i] <= high)
        while instants[first] <= instants[i] - span:
            stood = period
            if first > 0 and instants[first] - instants[first - 1] <= hold:
                stood = instants[first] - instants[first - 1]
            total -= stood
            under -= stood * (values[first] < low)
            up_to -= stood * (values[first] <= high)
            first += 1
        if instants[i] - instants[0] < span or total < enough * span:
            flags[i] = _NOT_EVALUATED
        elif under >= share * total or up_to < share * total:
            flags[i] = _SUSPECT
        else:
            flags[i] = _GOOD


@njit(cache=True, nogil=True, error_model="numpy")
def first_out_of_order(instants: Instants) -> int:
    """Row of the first instant that does not follow the one before; −1 where all do."""
    for i in range(1, instants.size):
        if instants[i] <= instants[i - 1]:
            return i
    return -1


@njit(cache=True, nogil=True, error_model="numpy")
def worst(mark: Flags, flags: Flags) -> None:
    """Raise ``flags`` to the severity of ``mark``: 3 and 4 count; 1 and 2 do not, and what is missing stays missing."""
    for i in range(flags.size):
        if mark[i] > _NOT_EVALUATED and mark[i] > flags[i]:
            flags[i] = mark[i]
