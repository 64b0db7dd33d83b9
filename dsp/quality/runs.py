"""Flagged readings told as runs: which test, from when to when, how many."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.readings import Flag
from dsp.quality.examine import Instants, Marks
from dsp.quality.kinds import QualityTest


@dataclass(frozen=True, slots=True)
class MarkedRuns:
    """Runs of readings, one after the other, that one test flagged alike; arrays of shape (runs,), in order of time.

    Attributes
    ----------
    parameters : str
        Of the test, for a person.
    flags : int8 array
        Suspect, bad or missing (:class:`catalog.readings.Flag`).
    first, last : int64 array
        Instants of the first and the last reading of each [ms UTC].
    readings : int64 array
        How many.
    """

    test: QualityTest
    parameters: str
    flags: npt.NDArray[np.int8]
    first: Instants
    last: Instants
    readings: npt.NDArray[np.int64]


def runs(instants: Instants, marks: Iterable[Marks]) -> list[MarkedRuns]:
    """Every run of flagged readings, test by test; a test that flagged none is left out.

    Examples
    --------
    >>> flags = np.array([1, 3, 3, 4, 1, 3], np.uint8)
    >>> (found,) = runs(np.arange(6), [Marks(QualityTest.RANGE, "", flags)])
    >>> found.flags.tolist(), found.first.tolist(), found.last.tolist(), found.readings.tolist()
    ([3, 4, 3], [1, 3, 5], [2, 3, 5], [2, 1, 1])
    """
    return [found for one in marks if (found := _runs(instants, one)).flags.size]


def _runs(instants: Instants, marks: Marks) -> MarkedRuns:
    flags = marks.flags
    changes = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    begins = np.concatenate([np.zeros(min(flags.size, 1), np.intp), changes])
    ends = np.append(begins[1:], flags.size) if flags.size else begins
    told = (flags[begins] != Flag.GOOD) & (flags[begins] != Flag.NOT_EVALUATED)
    begins, ends = begins[told], ends[told]
    return MarkedRuns(
        marks.test,
        marks.parameters,
        flags[begins].astype(np.int8),
        instants[begins],
        instants[ends - 1],
        (ends - begins).astype(np.int64),
    )
