"""Flagged readings told as runs: which test, from when to when, how many."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from catalog.readings import Flag
from dsp.quality import Instants, Marks, QualityTest


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """Readings one after the other that one test flagged alike.

    Attributes
    ----------
    flag : Flag
        Suspect, bad or missing.
    first, last : int
        Instants of the first and the last of them [ms UTC].
    readings : int
    parameters : str
        Of the test, for a person.
    """

    test: QualityTest
    flag: Flag
    first: int
    last: int
    readings: int
    parameters: str


def runs(instants: Instants, marks: Iterable[Marks]) -> list[MarkedRun]:
    """Every run of flagged readings, test by test, in order of time.

    Examples
    --------
    >>> flags = np.array([1, 3, 3, 4, 1, 3], np.uint8)
    >>> for run in runs(np.arange(6), [Marks(QualityTest.RANGE, "", flags)]):
    ...     print(run.flag.name, run.first, run.last, run.readings)
    SUSPECT 1 2 2
    BAD 3 3 1
    SUSPECT 5 5 1
    """
    found = []
    for one in marks:
        begins = np.flatnonzero(np.diff(one.flags.astype(np.int16), prepend=-1))
        ends = np.append(begins[1:], one.flags.size)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            flag = Flag(int(one.flags[begin]))
            if flag not in (Flag.GOOD, Flag.NOT_EVALUATED):
                first, last = int(instants[begin]), int(instants[end - 1])
                found.append(MarkedRun(one.test, flag, first, last, end - begin, one.parameters))
    return found
