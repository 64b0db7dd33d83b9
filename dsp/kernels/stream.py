"""Kernels of the incremental state: readings as they come, into the running measures of many open shifts.

One row of the state is one quantity of one kit during one shift: a record of :mod:`dsp.kernels.stream_rows`. The steps
the longest window reaches back over are kept in a ring of each row: end of the step as milliseconds after the row's
base, and signal; the start of a step follows from the end of the one before it.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Instants = npt.NDArray[np.int64]
Ends = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]
FlagValues = npt.NDArray[np.int8]
Table = npt.NDArray[np.int64]
RealTable = npt.NDArray[np.float64]
Records = npt.NDArray[Any]
Record = Any
"""One element of such an array."""

NEVER = -(1 << 62)
EARLIEST = -(1 << 31)

IDLE, ACTIVE, FALLING = range(3)
IN_ORDER, LATE, FULL, REFUSED = range(4)

# columns of a finished episode
EVENT_ROW, EVENT_LIMIT, EVENT_BEGIN, EVENT_FINISH, EVENT_VALID, EVENT_CUT = range(6)
EVENT_PEAK, EVENT_INTEGRAL, EVENT_EXCESS = range(3)

# columns of ``progress``
RUN, POSITION = range(2)

BAD, MISSING, SUSPECT = 4, 9, 3
HIGHEST_LEVEL = 1000.0
LINE = 64

# energies of levels, as in the kernel of series: constants, not calls, cross files
DOUBLINGS = 0.33219280948873623
DOUBLING = 3.010299956638846
DOUBLING_REST = 9.657549718401459e-13
NEPERS = 0.23025850929940456
MOST_DOUBLINGS = 340
POWERS = 2.0 ** np.arange(-MOST_DOUBLINGS, MOST_DOUBLINGS + 1)

NEAR = 4e-16
"""Relative: a quotient is compared exactly where the product is nearer than this to what it must exceed."""

ROWS_AHEAD, STEPS_AHEAD = 6, 3
"""How many rows ahead a record, and the places of its ring, are asked for."""


def _fetch_line(context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001 - what Numba calls it with
    """Have the processor fetch the line that holds an element of a contiguous array, without waiting for it."""

    def ask(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, args[0])
        address = builder.bitcast(builder.gep(held.data, [args[1]]), cgutils.voidptr_t)
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        builder.call(fetch, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), ask


_ask_for: Any = intrinsic(_fetch_line)


@njit(cache=True, nogil=True, error_model="numpy")
def group(rows: Instants, counts: Instants, order: Instants, touched: Instants, offsets: Instants) -> int:
    """Fill ``order`` with the positions of the readings row by row, in order of arrival within each; how many rows.

    ``touched`` are the rows that have readings and ``offsets`` where theirs begin in ``order``, one more than there are
    rows. ``counts`` has one place more than there are rows and is used up.
    """
    counts[:] = 0
    for i in range(rows.size):
        counts[rows[i] + 1] += 1
    found = 0
    for k in range(1, counts.size):
        if counts[k] > 0:
            touched[found] = k - 1
            offsets[found] = counts[k - 1]
            found += 1
        counts[k] += counts[k - 1]
    offsets[found] = rows.size
    for i in range(rows.size):
        order[counts[rows[i]]] = i
        counts[rows[i]] += 1
    return found


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _energy(level: float) -> float:
    """10^(level/10) for levels within ± 1000 dB, with the arithmetic of the kernel of series."""
    n = math.floor(level * DOUBLINGS + 0.5)
    x = ((level - n * DOUBLING) - n * DOUBLING_REST) * NEPERS
    series = 1.0 / 6227020800.0
    series = series * x + 1.0 / 479001600.0
    series = series * x + 1.0 / 39916800.0
    series = series * x + 1.0 / 3628800.0
    series = series * x + 1.0 / 362880.0
    series = series * x + 1.0 / 40320.0
    series = series * x + 1.0 / 5040.0
    series = series * x + 1.0 / 720.0
    series = series * x + 1.0 / 120.0
    series = series * x + 1.0 / 24.0
    series = series * x + 1.0 / 6.0
    series = series * x + 0.5
    series = (series * x) * x
    return (1.0 + (x + series)) * POWERS[np.uint64(n + MOST_DOUBLINGS)]  # type: ignore[no-any-return]


# One loop on purpose, as in the kernel of rolling windows: its state lives in registers.
@njit(cache=True, nogil=True, error_model="numpy")
def _roll_over(  # noqa: C901 - see above
    row: Record,
    roll: Record,
    ends: Ends,
    signals: Values,
    since: int,
    until: int,
    front_end: int,
    front: float,
    front_on: int,
) -> None:
    """Move the front edge of one rolling window over (since, until] of the cell that ends at ``front_end``.

    ``total`` is the integral over the whole cells strictly between the cells of the two edges, by error-free additions;
    the two cut cells are added afresh at each position, as in the kernel of rolling windows.
    """
    width = roll.width
    valid = roll.inside
    first = row.piece_start + width
    at = since
    if at < first:
        step = min(until, first) - at
        valid += front_on * step
        at += step
    total, rest = roll.total, roll.rest
    if at >= first:
        floor, above, below = roll.floor, roll.above, roll.below
        slot = roll.back
        origin, room = row.origin, row.room
        period, hold, base = row.period, row.hold, row.base
        earliest = max(row.deployed_start, row.piece_start)
        # the cell the back edge stands in: the step in ``slot``, or the missing time before it
        step_end = base + ends[origin + slot]
        before = base + ends[origin + (slot - 1 if slot > 0 else room - 1)]
        step_start = max(before if step_end - before <= hold else step_end - period, earliest)
        back_on = 0 if step_start > at - width else 1
        back = signals[origin + slot] * back_on
        back_end = step_end if back_on == 1 else step_start
        looking = at == first
        while True:
            if looking and valid >= floor:
                integral = (total + rest) + (front * (at - since) + back * (back_end - (at - width)))
                if integral > above * valid:
                    mean = integral / valid
                    if mean > roll.best:
                        roll.best = mean
                        above = mean - abs(mean) * NEAR
                        roll.best_at = at
                        roll.best_valid = valid
                if integral < below * valid:
                    mean = integral / valid
                    if mean < roll.least:
                        roll.least = mean
                        below = mean + abs(mean) * NEAR
                        roll.least_at = at
                        roll.least_valid = valid
            looking = True
            if at >= until:
                break
            ahead = min(until - at, back_end - (at - width))
            slope = front_on - back_on
            if slope != 0:
                later = valid + slope * ahead
                if (valid >= floor) != (later >= floor):
                    # coverage crosses its minimum between two events: the mean there is an extreme too, exactly
                    integral = (total + rest) + (front * (at - since) + back * (back_end - (at - width)))
                    offset = (floor - valid) * slope
                    mean = (integral + offset * (front - back)) / floor
                    moved = math.ceil(offset) if slope > 0 else math.floor(offset)
                    if offset > 0.0 and mean > roll.best:
                        roll.best = mean
                        above = mean - abs(mean) * NEAR
                        roll.best_at = at + moved
                        roll.best_valid = math.ceil(floor)
                    if offset > 0.0 and mean < roll.least:
                        roll.least = mean
                        below = mean + abs(mean) * NEAR
                        roll.least_at = at + moved
                        roll.least_valid = math.ceil(floor)
                valid = later
            at += ahead
            if at - width == back_end:
                if back_on == 1:
                    slot = slot + 1 if slot + 1 < room else 0
                    before = step_end
                    step_end = base + ends[origin + slot]
                    step_start = max(before if step_end - before <= hold else step_end - period, earliest)
                back_on = 0 if step_start > at - width else 1
                back = signals[origin + slot] * back_on
                back_end = step_end if back_on == 1 else step_start
                x = -(back * (back_end - step_start))
                z = total + x
                y = z - total
                rest += (total - (z - y)) + (x - y)
                total = z
        roll.above, roll.below = above, below
        roll.back = slot
    if until == front_end:
        x = front * (front_end - since)
        z = total + x
        y = z - total
        rest += (total - (z - y)) + (x - y)
        total = z
    roll.inside = valid
    roll.total, roll.rest = total, rest


@njit(cache=True, nogil=True, error_model="numpy")
def _finish(
    limit: Record, known: int, cut: bool, cleared: bool, row: int, k: int, count: int, events: Table, values: RealTable
) -> int:
    """End an episode; the number of finished ones, one more where it was long enough to count."""
    if limit.state == ACTIVE:
        limit.finish = known
        limit.kept_time = limit.time
        limit.kept_integral = limit.integral
        limit.kept_excess = limit.excess
    limit.state = IDLE
    if limit.finish - limit.begin < limit.on_delay:
        return count
    events[count, EVENT_ROW] = row
    events[count, EVENT_LIMIT] = k
    events[count, EVENT_BEGIN] = limit.begin
    events[count, EVENT_FINISH] = limit.finish
    events[count, EVENT_VALID] = limit.kept_time
    events[count, EVENT_CUT] = 1 if cut and not cleared else 0
    values[count, EVENT_PEAK] = limit.sign * limit.peak
    values[count, EVENT_INTEGRAL] = limit.kept_integral
    values[count, EVENT_EXCESS] = limit.kept_excess
    return count + 1


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _watch(
    limits: Records,
    row: int,
    k: int,
    known: int,
    since: int,
    until: int,
    value: float,
    signal: float,
    count: int,
    events: Table,
    event_values: RealTable,
) -> int:
    """Let a limit of a row see the step (since, until], or the end of the piece where that is empty."""
    limit = limits[row, k]
    if limit.state != IDLE:
        cut = since - known > limit.off_delay
        cleared = limit.state == FALLING and limit.under >= limit.off_delay
        if cleared or cut or since == until:
            count = _finish(limit, known, cut, cleared, row, k, count, events, event_values)
    if since == until:
        return count
    height = limit.sign * value
    edge = limit.sign * limit.limit
    if height > edge:
        limit.beyond += until - since
        if limit.state == IDLE:
            limit.state = ACTIVE
            limit.begin = since
            limit.time = 0
            limit.integral = 0.0
            limit.excess = 0.0
            limit.peak = -math.inf
    if limit.state != IDLE:
        if height < edge - limit.hysteresis:
            if limit.state == ACTIVE:
                limit.state = FALLING
                limit.finish = since
                limit.kept_time = limit.time
                limit.kept_integral = limit.integral
                limit.kept_excess = limit.excess
                limit.under = 0
            limit.under += until - since
        else:
            limit.state = ACTIVE
        limit.integral += signal * (until - since)
        limit.excess += max(0.0, limit.sign * (signal - limit.signal_limit)) * (until - since)
        limit.time += until - since
        limit.peak = max(limit.peak, height)
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _enter(row: Record, rolls: Records, number: int, slot: int, since: int, instant: int, signal: float) -> None:
    """Begin a piece with the step (since, instant], the first that ends after its start."""
    row.begun = 1
    row.known = row.piece_start
    for k in range(2):
        roll = rolls[number, k]
        roll.back = slot
        roll.inside = 0
        # the back edge stands in the first cell, which is taken out of the sum as it enters it
        roll.total = -(signal * (instant - row.piece_start)) if since <= row.piece_start else 0.0
        roll.rest = 0.0


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _take(
    number: int,
    row: Record,
    rolls: Records,
    limits: Records,
    ends: Ends,
    signals: Values,
    slot: int,
    starts: Instants,
    finishes: Instants,
    since: int,
    instant: int,
    value: float,
    signal: float,
    suspect: bool,
    count: int,
    events: Table,
    event_values: RealTable,
) -> int:
    """One step (since, instant] into the pieces of the shift it reaches; the number of finished episodes."""
    while row.piece < row.last_piece and instant > row.piece_start:
        piece_end = row.piece_end
        if row.begun == 0:
            _enter(row, rolls, number, slot, since, instant, signal)
        known = row.known
        begin = min(max(since, row.piece_start), piece_end)
        until = min(instant, piece_end)
        if begin > known:
            for k in range(2):
                _roll_over(row, rolls[number, k], ends, signals, known, begin, begin, 0.0, 0)
        if until > begin:
            for k in range(2):
                _roll_over(row, rolls[number, k], ends, signals, begin, until, instant, signal, 1)
            time = until - begin
            row.valid += time
            if suspect:
                row.suspected += time
            x = signal * time
            z = row.total + x
            y = z - row.total
            row.rest += (row.total - (z - y)) + (x - y)
            row.total = z
            row.highest = max(row.highest, value)
            row.lowest = min(row.lowest, value)
            row.known = until
            for k in range(row.limits):
                count = _watch(limits, number, k, known, begin, until, value, signal, count, events, event_values)
        if instant < piece_end:
            break
        for k in range(row.limits):
            count = _watch(
                limits, number, k, row.known, piece_end, piece_end, value, signal, count, events, event_values
            )
        row.piece += 1
        row.begun = 0
        if row.piece < row.last_piece:
            row.piece_start, row.piece_end = starts[row.piece], finishes[row.piece]
    return count


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _ask_for_ring(row: Record, back: int, ends: Ends, signals: Values) -> None:
    """Ask for the places of a ring from one on: what ten readings need."""
    at = min(row.origin + back, ends.size - 17)
    if at >= 0:
        _ask_for(ends, at)
        _ask_for(ends, at + 10)
        _ask_for(signals, at)
        _ask_for(signals, at + 8)


@njit(cache=True, nogil=True, error_model="numpy")
def _ask_ahead(
    run: int,
    count: int,
    order: Instants,
    touched: Instants,
    offsets: Instants,
    instants: Instants,
    values: Values,
    memory: npt.NDArray[np.uint8],
    size: int,
    rows: Records,
    rolls: Records,
    ends: Ends,
    signals: Values,
) -> None:
    """Have what the rows to come need on its way while this one is worked on."""
    if run + ROWS_AHEAD < count:
        at = touched[run + ROWS_AHEAD] * size
        for line in range(0, size, LINE):
            _ask_for(memory, at + line)
        for k in range(offsets[run + ROWS_AHEAD], min(offsets[run + ROWS_AHEAD + 1], offsets[run + ROWS_AHEAD] + 16)):
            _ask_for(instants, order[k])
            _ask_for(values, order[k])
    if run + STEPS_AHEAD < count:
        number = touched[run + STEPS_AHEAD]
        row = rows[number]
        _ask_for_ring(row, row.head, ends, signals)
        _ask_for_ring(row, rolls[number, 0].back, ends, signals)
        _ask_for_ring(row, rolls[number, 1].back, ends, signals)


# The rules of arrival, side by side: easier to check than behind calls.
@njit(cache=True, nogil=True, error_model="numpy")
def update(  # noqa: C901 - see above
    progress: Instants,
    count_of_runs: int,
    order: Instants,
    touched: Instants,
    offsets: Instants,
    instants: Instants,
    values: Values,
    flags: FlagValues,
    memory: npt.NDArray[np.uint8],
    rows: Records,
    rolls: Records,
    limits: Records,
    ends: Ends,
    signals: Values,
    starts: Instants,
    finishes: Instants,
    events: Table,
    event_values: RealTable,
) -> int:
    """Take readings from ``progress`` on, which is moved: to less than all where ``events`` is full; how many of them.

    A row whose reading is no newer than its newest, does not fit its ring, or is no number is given a status, and
    takes nothing more.
    """
    count = 0
    size = memory.size // max(rows.size, 1)
    position = progress[POSITION]
    for run in range(progress[RUN], count_of_runs):
        _ask_ahead(
            run, count_of_runs, order, touched, offsets, instants, values, memory, size, rows, rolls, ends, signals
        )
        number = touched[run]
        row = rows[number]
        while position < offsets[run + 1]:
            if count + 2 * row.limits * (row.last_piece - row.piece) > events.shape[0]:
                progress[RUN], progress[POSITION] = run, position
                return count
            i = order[position]
            position += 1
            instant = instants[i]
            if row.status != IN_ORDER or instant > row.deployed_end:
                continue
            # what is older than a hold before the shift is no step of it, and before no step of it
            if instant <= row.base - row.hold:
                continue
            if instant <= row.newest:
                row.status = LATE
                continue
            flag = flags[i]
            if flag in (BAD, MISSING):
                continue
            value = values[i]
            if not math.isfinite(value) or (row.is_level == 1 and abs(value) > HIGHEST_LEVEL):
                row.status = REFUSED
                continue
            since = instant - row.period
            if instant - row.newest <= row.hold:
                since = row.newest
            if row.piece < row.last_piece:
                room, slot = row.room, row.head
                if row.begun == 1:
                    kept = slot - rolls[number, 1].back
                    if kept < 0:
                        kept += room
                    if kept + 2 > room - 1:
                        row.status = FULL
                        continue
                signal = _energy(value) if row.is_level == 1 else value
                ends[row.origin + slot] = min(max(instant - row.base, EARLIEST + 1), -(EARLIEST + 1))
                signals[row.origin + slot] = signal
                row.head = slot + 1 if slot + 1 < room else 0
                if instant > row.deployed_start:
                    count = _take(
                        number, row, rolls, limits, ends, signals, slot, starts, finishes,
                        max(since, row.deployed_start), instant, value, signal, flag == SUSPECT, count,
                        events, event_values,
                    )  # fmt: skip
            row.newest = instant
    progress[RUN], progress[POSITION] = count_of_runs, position
    return count
