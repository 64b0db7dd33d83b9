"""How much to sample for ISO 9612, and what the scatter of samples adds to the uncertainty: tables 1 and C.4."""

from dsp.noise import NoiseError

_COLUMNS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0)
_C1U1 = {
    3: (0.6, 1.6, 3.1, 5.2, 8.0, 11.5, 15.7, 20.6, 26.1, 32.2, 39.0, 46.5),
    4: (0.4, 0.9, 1.6, 2.5, 3.6, 5.0, 6.7, 8.6, 10.9, 13.4, 16.1, 19.2),
    5: (0.3, 0.7, 1.2, 1.7, 2.4, 3.3, 4.4, 5.6, 6.9, 8.5, 10.2, 12.1),
    6: (0.3, 0.6, 0.9, 1.4, 1.9, 2.6, 3.3, 4.2, 5.2, 6.3, 7.6, 8.9),
    7: (0.2, 0.5, 0.8, 1.2, 1.6, 2.2, 2.8, 3.5, 4.3, 5.1, 6.1, 7.2),
    8: (0.2, 0.5, 0.7, 1.1, 1.4, 1.9, 2.4, 3.0, 3.6, 4.4, 5.2, 6.1),
    9: (0.2, 0.4, 0.7, 1.0, 1.3, 1.7, 2.1, 2.6, 3.2, 3.9, 4.6, 5.4),
    10: (0.2, 0.4, 0.6, 0.9, 1.2, 1.5, 1.9, 2.4, 2.9, 3.5, 4.1, 4.8),
    12: (0.2, 0.3, 0.5, 0.8, 1.0, 1.3, 1.7, 2.0, 2.5, 2.9, 3.5, 4.0),
    14: (0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 1.8, 2.2, 2.6, 3.0, 3.5),
    16: (0.1, 0.3, 0.5, 0.6, 0.8, 1.1, 1.3, 1.6, 2.0, 2.3, 2.7, 3.2),
    18: (0.1, 0.3, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.1, 2.5, 2.9),
    20: (0.1, 0.3, 0.4, 0.5, 0.7, 0.9, 1.1, 1.4, 1.7, 2.0, 2.3, 2.6),
    25: (0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 1.0, 1.2, 1.4, 1.7, 2.0, 2.3),
    30: (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.9, 1.1, 1.3, 1.5, 1.7, 2.0),
}
"""Table C.4, c1·u1 [dB] by number of samples; columns are u1 [dB]."""
_ROWS = tuple(_C1U1)


def least_sampling(workers: int) -> float:
    """Least cumulative sampling time [h] of a homogeneous exposure group (ISO 9612:2009, table 1).

    Raises
    ------
    NoiseError
        (a ValueError) The group has nobody.

    Examples
    --------
    >>> [least_sampling(n) for n in (3, 6, 15, 18, 40, 60)]
    [5.0, 5.5, 10.0, 10.75, 16.25, 17.0]
    """
    if workers < 1:
        raise NoiseError(f"{workers} workers; expected at least one")
    if workers <= 5:
        return 5.0
    if workers <= 15:
        return 5.0 + (workers - 5) / 2.0
    return 10.0 + (workers - 15) / 4.0 if workers <= 40 else 17.0


def sampling_contribution(samples: int, scatter: float) -> float:
    """c1·u1: what the scatter of N samples adds to u, between the cells of table C.4 by straight lines.

    Parameters
    ----------
    samples : int
        N, at least three; beyond thirty the last row stands, which is on the safe side.
    scatter : float
        u1, the standard deviation of the samples [dB], at most 6.

    Returns
    -------
    float
        [dB]

    Raises
    ------
    NoiseError
        (a ValueError) Outside the table.

    References
    ----------
    ISO 9612:2009, table C.4 (the 2025 edition has the same layout).

    Examples
    --------
    >>> sampling_contribution(6, 2.0), round(sampling_contribution(11, 2.0), 2)
    (1.4, 0.85)
    """
    if samples < _ROWS[0]:
        raise NoiseError(f"{samples} samples; expected at least three")
    if not 0.0 <= scatter <= _COLUMNS[-1]:
        raise NoiseError(
            f"the samples scatter by {scatter:.1f} dB; table C.4 ends at 6 dB: it is no one job, split it into tasks"
        )
    rows = [row for row in _ROWS if row <= samples]
    below = rows[-1]
    above = next((row for row in _ROWS if row >= samples), below)
    low, high = _along(_C1U1[below], scatter), _along(_C1U1[above], scatter)
    return low if above == below else low + (high - low) * (samples - below) / (above - below)


def _along(row: tuple[float, ...], scatter: float) -> float:
    """Between the columns of one row; nothing at no scatter."""
    cells = (0.0, *row)
    columns = (0.0, *_COLUMNS)
    right = next(i for i, column in enumerate(columns) if column >= scatter)
    if columns[right] == scatter:
        return cells[right]
    share = (scatter - columns[right - 1]) / (columns[right] - columns[right - 1])
    return cells[right - 1] + share * (cells[right] - cells[right - 1])
