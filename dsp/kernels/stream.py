"""Kernels of the incremental state: readings as they come, into the running measures of many open shifts.

One row of the state is one quantity of one kit during one shift. ``whole`` and ``real`` hold a row's counters, one
column each (the constants below); ``limit_whole`` and ``limit_real`` those of each limit of a row. The steps the
longest window reaches back over are kept in a ring of each row: end of the step as milliseconds after the row's base,
and signal; the start of a step follows from the end of the one before it.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Ends = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]
FlagValues = npt.NDArray[np.int8]
Table = npt.NDArray[np.int64]
RealTable = npt.NDArray[np.float64]

NEVER = -(1 << 62)
EARLIEST = -(1 << 31)

# columns of ``whole``
NEWEST, PERIOD, HOLD, DEPLOYED_START, DEPLOYED_END, PIECE, BEGUN, KNOWN = range(8)
VALID, SUSPECTED, BASE, STATUS, IS_LEVEL, HEAD, COUNT, LIMITS = range(8, 16)
ROLL = 16
"""First column of the first rolling window; each has the columns below."""
WIDTH, BACK, INSIDE, BEST_AT, BEST_VALID, LEAST_AT, LEAST_VALID, MOST = range(8)
ROLL_SIZE = 8
WHOLE_SIZE = ROLL + 2 * ROLL_SIZE

# columns of ``real``
TOTAL, REST, HIGHEST, LOWEST = range(4)
REAL_ROLL = 4
SUM, SUM_REST, BEST, LEAST, FLOOR = range(5)
REAL_ROLL_SIZE = 5
REAL_SIZE = REAL_ROLL + 2 * REAL_ROLL_SIZE

# columns of ``limit_whole`` and ``limit_real``
ON_DELAY, OFF_DELAY, STATE, BEGIN, FINISH, UNDER, TIME, KEPT_TIME, BEYOND = range(9)
LIMIT_WHOLE_SIZE = 9
SIGN, LIMIT, SIGNAL_LIMIT, HYSTERESIS, INTEGRAL, EXCESS, PEAK, KEPT_INTEGRAL, KEPT_EXCESS = range(9)
LIMIT_REAL_SIZE = 9

IDLE, ACTIVE, FALLING = range(3)
IN_ORDER, LATE, FULL, REFUSED = range(4)

# columns of a finished episode
EVENT_ROW, EVENT_LIMIT, EVENT_BEGIN, EVENT_FINISH, EVENT_VALID, EVENT_CUT = range(6)
EVENT_PEAK, EVENT_INTEGRAL, EVENT_EXCESS = range(3)

BAD, MISSING, SUSPECT = 4, 9, 3
HIGHEST_LEVEL = 1000.0


@njit(cache=True, nogil=True, error_model="numpy")
def group(rows: Instants, counts: Instants, order: Instants) -> None:
    """Fill ``order`` with the positions of the readings row by row, in order of arrival within each.

    ``counts`` has one place more than there are rows and is used up.
    """
    counts[:] = 0
    for i in range(rows.size):
        counts[rows[i] + 1] += 1
    for k in range(1, counts.size):
        counts[k] += counts[k - 1]
    for i in range(rows.size):
        order[counts[rows[i]]] = i
        counts[rows[i]] += 1


# One loop on purpose, as in the kernel of rolling windows: its state lives in registers.
@njit(cache=True, nogil=True, error_model="numpy")
def _roll_over(  # noqa: C901 - see above
    whole: Instants,
    real: Values,
    ends: Ends,
    signals: Values,
    origin: int,
    room: int,
    at_column: int,
    real_column: int,
    piece_start: int,
    since: int,
    until: int,
    front_end: int,
    front: float,
    front_on: int,
) -> None:
    """Move the front edge of one rolling window over (since, until] of the cell that ends at ``front_end``.

    ``SUM`` is the integral over the whole cells strictly between the cells of the two edges, by error-free additions;
    the two cut cells are added afresh at each position, as in the kernel of rolling windows.
    """
    width = whole[at_column + WIDTH]
    valid = whole[at_column + INSIDE]
    first = piece_start + width
    at = since
    if at < first:
        step = min(until, first) - at
        valid += front_on * step
        at += step
        whole[at_column + INSIDE] = valid
    if at >= first:
        total, rest = real[real_column + SUM], real[real_column + SUM_REST]
        best, least, floor = real[real_column + BEST], real[real_column + LEAST], real[real_column + FLOOR]
        most = whole[at_column + MOST]
        slot = whole[at_column + BACK]
        period, hold, base = whole[PERIOD], whole[HOLD], whole[BASE]
        earliest = max(whole[DEPLOYED_START], piece_start)
        # the cell the back edge stands in: the step in ``slot``, or the missing time before it
        step_end = base + ends[origin + slot]
        before = base + ends[origin + (slot - 1 if slot > 0 else room - 1)]
        step_start = max(before if step_end - before <= hold else step_end - period, earliest)
        back_on = 0 if step_start > at - width else 1
        back = signals[origin + slot] * back_on
        back_end = step_end if back_on == 1 else step_start
        looking = at == first
        while True:
            if looking:
                most = max(most, valid)
                if valid >= floor:
                    mean = ((total + rest) + (front * (at - since) + back * (back_end - (at - width)))) / valid
                    if mean > best:
                        best = mean
                        whole[at_column + BEST_AT] = at
                        whole[at_column + BEST_VALID] = valid
                    if mean < least:
                        least = mean
                        whole[at_column + LEAST_AT] = at
                        whole[at_column + LEAST_VALID] = valid
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
                    if offset > 0.0 and mean > best:
                        best = mean
                        whole[at_column + BEST_AT] = at + moved
                        whole[at_column + BEST_VALID] = math.ceil(floor)
                    if offset > 0.0 and mean < least:
                        least = mean
                        whole[at_column + LEAST_AT] = at + moved
                        whole[at_column + LEAST_VALID] = math.ceil(floor)
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
        real[real_column + SUM], real[real_column + SUM_REST] = total, rest
        real[real_column + BEST], real[real_column + LEAST] = best, least
        whole[at_column + MOST] = most
        whole[at_column + BACK] = slot
        whole[at_column + INSIDE] = valid
    if until == front_end:
        total = real[real_column + SUM]
        x = front * (front_end - since)
        z = total + x
        y = z - total
        real[real_column + SUM_REST] += (total - (z - y)) + (x - y)
        real[real_column + SUM] = z


@njit(cache=True, nogil=True, error_model="numpy")
def _finish(
    limit: Instants,
    level: Values,
    known: int,
    cut: bool,
    cleared: bool,
    row: int,
    k: int,
    count: int,
    events: Table,
    event_values: RealTable,
) -> int:
    """End an episode; the number of finished ones, one more where it was long enough to count."""
    if limit[STATE] == ACTIVE:
        limit[FINISH] = known
        limit[KEPT_TIME] = limit[TIME]
        level[KEPT_INTEGRAL] = level[INTEGRAL]
        level[KEPT_EXCESS] = level[EXCESS]
    limit[STATE] = IDLE
    if limit[FINISH] - limit[BEGIN] < limit[ON_DELAY]:
        return count
    event = events[count]
    event[EVENT_ROW] = row
    event[EVENT_LIMIT] = k
    event[EVENT_BEGIN] = limit[BEGIN]
    event[EVENT_FINISH] = limit[FINISH]
    event[EVENT_VALID] = limit[KEPT_TIME]
    event[EVENT_CUT] = 1 if cut and not cleared else 0
    event_values[count, EVENT_PEAK] = level[SIGN] * level[PEAK]
    event_values[count, EVENT_INTEGRAL] = level[KEPT_INTEGRAL]
    event_values[count, EVENT_EXCESS] = level[KEPT_EXCESS]
    return count + 1


@njit(cache=True, nogil=True, error_model="numpy")
def _watch(
    limits: Table,
    levels: RealTable,
    size: int,
    known: int,
    since: int,
    until: int,
    value: float,
    signal: float,
    row: int,
    count: int,
    events: Table,
    event_values: RealTable,
) -> int:
    """Let every limit of a row see the step (since, until], or the end of the piece where that is empty."""
    for k in range(size):
        limit = limits[k]
        level = levels[k]
        if limit[STATE] != IDLE:
            cut = since - known > limit[OFF_DELAY]
            cleared = limit[STATE] == FALLING and limit[UNDER] >= limit[OFF_DELAY]
            if cleared or cut or since == until:
                count = _finish(limit, level, known, cut, cleared, row, k, count, events, event_values)
        if since == until:
            continue
        height = level[SIGN] * value
        edge = level[SIGN] * level[LIMIT]
        if height > edge:
            limit[BEYOND] += until - since
            if limit[STATE] == IDLE:
                limit[STATE] = ACTIVE
                limit[BEGIN] = since
                limit[TIME] = 0
                level[INTEGRAL] = 0.0
                level[EXCESS] = 0.0
                level[PEAK] = -math.inf
        if limit[STATE] != IDLE:
            if height < edge - level[HYSTERESIS]:
                if limit[STATE] == ACTIVE:
                    limit[STATE] = FALLING
                    limit[FINISH] = since
                    limit[KEPT_TIME] = limit[TIME]
                    level[KEPT_INTEGRAL] = level[INTEGRAL]
                    level[KEPT_EXCESS] = level[EXCESS]
                    limit[UNDER] = 0
                limit[UNDER] += until - since
            else:
                limit[STATE] = ACTIVE
            level[INTEGRAL] += signal * (until - since)
            level[EXCESS] += max(0.0, level[SIGN] * (signal - level[SIGNAL_LIMIT])) * (until - since)
            limit[TIME] += until - since
            level[PEAK] = max(level[PEAK], height)
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _enter(whole: Instants, real: Values, slot: int, piece_start: int, since: int, instant: int, signal: float) -> None:
    """Begin a piece with the step (since, instant], the first that ends after its start."""
    whole[BEGUN] = 1
    whole[KNOWN] = piece_start
    for k in range(2):
        at_column = ROLL + k * ROLL_SIZE
        real_column = REAL_ROLL + k * REAL_ROLL_SIZE
        whole[at_column + BACK] = slot
        whole[at_column + INSIDE] = 0
        # the back edge stands in the first cell, which is taken out of the sum as it enters it
        real[real_column + SUM] = -(signal * (instant - piece_start)) if since <= piece_start else 0.0
        real[real_column + SUM_REST] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def _take(
    row: int,
    whole: Instants,
    real: Values,
    limits: Table,
    levels: RealTable,
    ends: Ends,
    signals: Values,
    origin: int,
    room: int,
    slot: int,
    first: int,
    last: int,
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
    while first + whole[PIECE] < last:
        piece_start = starts[first + whole[PIECE]]
        piece_end = finishes[first + whole[PIECE]]
        if instant <= piece_start:
            break
        if whole[BEGUN] == 0:
            _enter(whole, real, slot, piece_start, since, instant, signal)
        known = whole[KNOWN]
        begin = min(max(since, piece_start), piece_end)
        until = min(instant, piece_end)
        for k in range(2):
            at_column = ROLL + k * ROLL_SIZE
            real_column = REAL_ROLL + k * REAL_ROLL_SIZE
            if begin > known:
                _roll_over(
                    whole, real, ends, signals, origin, room, at_column, real_column, piece_start,
                    known, begin, begin, 0.0, 0,
                )  # fmt: skip
            if until > begin:
                _roll_over(
                    whole, real, ends, signals, origin, room, at_column, real_column, piece_start,
                    begin, until, instant, signal, 1,
                )  # fmt: skip
        if until > begin:
            time = until - begin
            whole[VALID] += time
            if suspect:
                whole[SUSPECTED] += time
            x = signal * time
            z = real[TOTAL] + x
            y = z - real[TOTAL]
            real[REST] += (real[TOTAL] - (z - y)) + (x - y)
            real[TOTAL] = z
            real[HIGHEST] = max(real[HIGHEST], value)
            real[LOWEST] = min(real[LOWEST], value)
            count = _watch(
                limits, levels, whole[LIMITS], known, begin, until, value, signal, row, count, events, event_values
            )
            whole[KNOWN] = until
        if instant < piece_end:
            break
        count = _watch(
            limits, levels, whole[LIMITS], whole[KNOWN], piece_end, piece_end, value, signal, row, count,
            events, event_values,
        )  # fmt: skip
        whole[PIECE] += 1
        whole[BEGUN] = 0
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _fetch(
    whole: Instants, real: Values, limits: Table, levels: RealTable, ends: Ends, signals: Values, origin: int
) -> float:
    """Read one number of each cache line a row needs, all at once: the processor then waits once, not twenty times."""
    total = real[0] + real[8] + real[real.size - 1] + np.float64(whole[0] + whole[8] + whole[24] + whole[31])
    for k in range(limits.shape[0]):
        total += np.float64(limits[k, 0] + limits[k, 7]) + levels[k, 0] + levels[k, 7]
    head = origin + whole[HEAD]
    near = origin + whole[ROLL + BACK]
    far = origin + whole[ROLL + ROLL_SIZE + BACK]
    total += np.float64(ends[head]) + np.float64(ends[near]) + np.float64(ends[far])
    return total + signals[head] + signals[near] + signals[far]


# The rules of arrival, side by side: easier to check than behind calls.
@njit(cache=True, nogil=True, error_model="numpy")
def update(  # noqa: C901 - see above
    order: Instants,
    position: int,
    rows: Instants,
    instants: Instants,
    values: Values,
    flags: FlagValues,
    whole: Table,
    real: RealTable,
    limit_whole: npt.NDArray[np.int64],
    limit_real: npt.NDArray[np.float64],
    ring_origins: Instants,
    ring_rooms: Instants,
    ends: Ends,
    signals: Values,
    piece_origins: Instants,
    starts: Instants,
    finishes: Instants,
    events: Table,
    event_values: RealTable,
    finished: Instants,
) -> int:
    """Take readings from ``position`` of ``order`` on; the position reached: less than all where ``events`` is full.

    A row whose reading is no newer than its newest, does not fit its ring, or is no number is given a status, and
    takes nothing more. ``finished[0]`` is the number of episodes in ``events``.
    """
    count = 0
    fetched = 0.0
    known = -1
    while position < order.size:
        i = order[position]
        row = rows[i]
        state = whole[row]
        if row != known:
            known = row
            fetched += _fetch(state, real[row], limit_whole[row], limit_real[row], ends, signals, ring_origins[row])
        first, last = piece_origins[row], piece_origins[row + 1]
        if count + 2 * limit_whole.shape[1] * (last - first) > events.shape[0]:
            break
        position += 1
        instant = instants[i]
        if state[STATUS] != IN_ORDER or instant > state[DEPLOYED_END]:
            continue
        # what is older than a hold before the shift is no step of it, and before no step of it
        if instant <= starts[first] - state[HOLD]:
            continue
        if instant <= state[NEWEST]:
            state[STATUS] = LATE
            continue
        if flags[i] == BAD or flags[i] == MISSING:
            continue
        value = values[i]
        if not math.isfinite(value) or (state[IS_LEVEL] == 1 and abs(value) > HIGHEST_LEVEL):
            state[STATUS] = REFUSED
            continue
        since = instant - state[PERIOD]
        if instant - state[NEWEST] <= state[HOLD]:
            since = state[NEWEST]
        if first + state[PIECE] < last:
            origin, room, slot = ring_origins[row], ring_rooms[row], state[HEAD]
            if state[BEGUN] == 1:
                kept = slot - state[ROLL + ROLL_SIZE + BACK]
                if kept < 0:
                    kept += room
                if kept + 2 > room - 1:
                    state[STATUS] = FULL
                    continue
            signal = 10.0 ** (value / 10.0) if state[IS_LEVEL] == 1 else value
            ends[origin + slot] = min(max(instant - state[BASE], EARLIEST + 1), -(EARLIEST + 1))
            signals[origin + slot] = signal
            state[HEAD] = slot + 1 if slot + 1 < room else 0
            if instant > state[DEPLOYED_START]:
                count = _take(
                    row, state, real[row], limit_whole[row], limit_real[row], ends, signals, origin, room, slot,
                    first, last, starts, finishes, max(since, state[DEPLOYED_START]), instant, value, signal,
                    flags[i] == SUSPECT, count, events, event_values,
                )  # fmt: skip
        state[NEWEST] = instant
        state[COUNT] += 1
    finished[0] = count
    finished[1] = math.isnan(fetched)  # used, so that the compiler keeps the reads
    return position
