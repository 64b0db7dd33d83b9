"""Slow twins anybody can check by eye: exact rational numbers, one millisecond (or a quarter of one) at a time.

They share nothing with the kernels but the page they are written from (exposure-semantics, sections 1 to 4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True)
class Step:
    """A value that stands for (start, end]."""

    start: int
    end: int
    value: float
    suspect: bool


def steps(instants: Sequence[int], values: Sequence[float], flags: Sequence[int], period: int, hold: int) -> list[Step]:
    """Section 1, word for word."""
    kept = [(t, v, f) for t, v, f in zip(instants, values, flags, strict=True) if f not in (4, 9)]
    out = []
    for i, (t, v, f) in enumerate(kept):
        since = t - kept[i - 1][0] if i else None
        weight = since if since is not None and since <= hold else period
        out.append(Step(t - weight, t, v, f == 3))
    return out


def cut(of: Sequence[Step], start: int | Fraction, end: int | Fraction) -> list[tuple[Fraction, Step]]:
    """Duration of each step inside (start, end], for those that are inside."""
    inside = [(Fraction(min(s.end, end)) - max(s.start, start), s) for s in of]
    return [(d, s) for d, s in inside if d > 0]


def pieces_cut(of: Sequence[Step], pieces: Sequence[tuple[int, int]]) -> list[tuple[Fraction, Step]]:
    return [found for start, end in pieces for found in cut(of, start, end)]


def percentile(of: Sequence[Step], pieces: Sequence[tuple[int, int]], above_percent: int) -> float | None:
    """The smallest value whose signal is above it for at most n % of the valid milliseconds."""
    each = [s.value for d, s in pieces_cut(of, pieces) for _ in range(int(d))]
    for value in sorted(set(each)):
        if 100 * sum(v > value for v in each) <= above_percent * len(each):
            return value
    return None


@dataclass(frozen=True)
class Rolled:
    best: Fraction | None
    low: Fraction
    high: Fraction
    most: Fraction


def rolled(
    of: Sequence[Step], pieces: Sequence[tuple[int, int]], width: int, minimum: Fraction, fill: Fraction, sign: int
) -> Rolled | None:
    """Extremes over every quarter of a millisecond: every event and, for coverages in quarters, every crossing."""
    bests, lows, highs, valids = [], [], [], []
    exact = [(4 * s.start, 4 * s.end, Fraction(s.value) / 4) for s in of]
    for start, end in pieces:
        for position in range(4 * (start + width), 4 * end + 1):
            inside = [(min(e, position) - max(b, position - 4 * width), v) for b, e, v in exact]
            there = [(d, v) for d, v in inside if d > 0]
            valid = Fraction(sum(d for d, _ in there), 4)
            integral = sum((d * v for d, v in there), Fraction(0))
            if valid > 0 and valid >= minimum * width:
                bests.append(sign * integral / valid)
            lows.append(sign * integral / width)
            highs.append(sign * (integral + fill * (width - valid)) / width)
            valids.append(valid)
    if not valids:
        return None
    return Rolled(sign * max(bests) if bests else None, sign * max(lows), sign * max(highs), max(valids))


def block_variance(of: Sequence[Step], pieces: Sequence[tuple[int, int]], width: int) -> Fraction:
    """s_b²/n_b of the means of blocks laid from the start of the first piece."""
    origin = pieces[0][0]
    blocks: dict[int, list[Fraction]] = {}
    for start, end in pieces:
        for ms in range(start, end):
            for s in of:
                if s.start <= ms < s.end:
                    blocks.setdefault((ms - origin) // width, []).append(Fraction(s.value))
    means = [sum(each, Fraction(0)) / len(each) for each in blocks.values()]
    if len(means) < 2:
        return Fraction(0)
    centre = sum(means, Fraction(0)) / len(means)
    return sum(((m - centre) ** 2 for m in means), Fraction(0)) / (len(means) - 1) / len(means)


@dataclass(frozen=True)
class NaiveEpisode:
    start: int
    end: int
    peak: float
    mean: Fraction
    excess: Fraction
    cut: bool


def episodes(
    of: Sequence[Step],
    pieces: Sequence[tuple[int, int]],
    limit: float,
    hysteresis: float,
    on_delay: int,
    off_delay: int,
) -> list[NaiveEpisode]:
    """Section 3 for an upper limit, on a list of what each millisecond said (None: missing)."""
    found = []
    for start, end in pieces:
        said: list[float | None] = [
            next((s.value for s in of if s.start <= ms < s.end), None) for ms in range(start, end)
        ]
        at = 0
        while at < len(said):
            value = said[at]
            if value is None or not value > limit:
                at += 1
                continue
            last, resume, was_cut = _episode_end(said, at, limit - hysteresis, off_delay)
            valid = [v for v in said[at:last] if v is not None]
            if last - at >= on_delay:
                found.append(
                    NaiveEpisode(
                        start=start + at,
                        end=start + last,
                        peak=max(valid),
                        mean=sum(map(Fraction, valid), Fraction(0)) / len(valid),
                        excess=sum((max(Fraction(v) - Fraction(limit), Fraction(0)) for v in valid), Fraction(0)),
                        cut=was_cut,
                    )
                )
            at = resume
    return found


def _episode_end(said: Sequence[float | None], begin: int, clear: float, off_delay: int) -> tuple[int, int, bool]:
    """Where an episode that begins at ``begin`` ends, where to look for the next, and whether it was cut."""
    went_under: int | None = None
    under = missing = 0
    last_known = begin
    for at in range(begin, len(said)):
        value = said[at]
        if value is None:
            missing += 1
            if missing > off_delay:
                return (went_under if went_under is not None else last_known), at, True
            continue
        missing = 0
        if value < clear:
            went_under = at if went_under is None else went_under
            under += 1
            if under >= off_delay:
                return went_under, at + 1, False
        else:
            went_under, under = None, 0
        last_known = at + 1
    return (went_under if went_under is not None else last_known), len(said), False


def apart(pieces: Sequence[tuple[int, int]]) -> bool:
    """Pieces that are in order and do not overlap."""
    return all(a[1] <= b[0] for a, b in pairwise(pieces))


def energy(level: float) -> Fraction:
    """10^(level/10) with forty digits."""
    with localcontext() as context:
        context.prec = 40
        return Fraction(Decimal(10) ** (Decimal(level) / 10))
