"""Results side by side while they are arrays, and one Exposure each when they leave this package."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dsp.exposure import Exposure, Measure, WindowKind
from dsp.series import Instants, Values
from dsp.subject import Subject
from dsp.uncertainty import Parts


@dataclass(frozen=True, slots=True)
class Column:
    """One measure of many windows; arrays of shape (windows,), NaN says there is none.

    Attributes
    ----------
    value, low, high : float64 array
        In ``unit``.
    coverage, suspect : float64 array
        Shares [1].
    parts : Parts
        Standard uncertainties of ``value`` in ``unit``.
    threshold : float or None
        Of times above and below.
    at_end : int64 array or None
        End of the rolling window that has the value, milliseconds UTC.
    width : int
        Of the rolling window [ms].
    """

    measure: Measure
    unit: str
    value: Values
    coverage: Values
    low: Values
    high: Values
    parts: Parts
    suspect: Values
    threshold: float | None = None
    at_end: Instants | None = None
    width: int = 0

    def only_where(self, enough: "np.typing.NDArray[np.bool_]") -> "Column":
        """The column with values kept where coverage is enough; bounds stay."""
        # spelled out: dataclasses.replace takes three times as long, and every measure of every window comes here
        return Column(
            self.measure,
            self.unit,
            np.where(enough, self.value, np.nan),
            self.coverage,
            self.low,
            self.high,
            self.parts,
            self.suspect,
            self.threshold,
            self.at_end,
            self.width,
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """The windows a set of columns is about.

    Attributes
    ----------
    starts, ends : sequence of int
        Milliseconds UTC.
    """

    subject: Subject
    kind: WindowKind
    starts: Sequence[int]
    ends: Sequence[int]

    def exposures(self, columns: Sequence[Column]) -> list[Exposure]:
        """Every column's value of the first window, then of the second…"""
        rows = [self._rows(column) for column in columns]
        return [exposure for window in zip(*rows, strict=True) for exposure in window]

    def _rows(self, column: Column) -> list[Exposure]:
        subject = self.subject
        zone, kit, deployment, quantity = subject.zone, subject.kit, subject.deployment, subject.quantity.id
        deployed, simulated = subject.deployed, subject.simulated
        nowhere: list[int | None] = [None] * len(self.starts)
        at_ends = nowhere if column.at_end is None else column.at_end.tolist()
        rows = zip(
            self.starts,
            self.ends,
            column.value.tolist(),
            column.coverage.tolist(),
            column.low.tolist(),
            column.high.tolist(),
            column.parts.rows(),
            at_ends,
            column.suspect.tolist(),
            strict=True,
        )
        return [
            Exposure(
                zone,
                kit,
                deployment,
                quantity,
                column.measure,
                self.kind,
                start,
                end,
                value if value == value else None,
                column.unit,
                coverage,
                low if low == low else None,
                high if high == high else None,
                parts if value == value else None,
                column.threshold,
                at_end - column.width if at_end is not None and value == value else None,
                at_end if at_end is not None and value == value else None,
                deployed.start <= start and end <= deployed.end,
                suspect,
                simulated,
            )
            for start, end, value, coverage, low, high, parts, at_end, suspect in rows
        ]
