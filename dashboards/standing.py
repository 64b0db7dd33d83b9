"""How a zone stands: the findings of its shifts gathered per agent and per local day, worst first."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.identifiers import KitId, QuantityId, ZoneId
from catalog.quantities import Quantity
from dashboards.words import Words
from dsp.exposure import Measure, WindowKind
from rules.decision import Decision, severity
from rules.rounding import decimals_worth
from rules.sentences import EXPANDED


@dataclass(frozen=True, slots=True)
class Finding:
    """One exposure as a person reads it: a value over a window and, where a rule compares it, how it stands.

    Attributes
    ----------
    start, end : int
        Milliseconds UTC.
    uncertainty : float or None
        Combined standard uncertainty, in ``unit``.
    limit : float or None
        In ``unit``; None where no rule compares this measure.
    probability : float or None
        That the true value breaches the limit.
    at_start, at_end : int or None
        Where in the window a rolling maximum was reached, milliseconds UTC; an employer is not told.
    threshold : float or None
        Of ``time_above`` and ``time_below``, in the quantity's unit.
    """

    zone: ZoneId
    kit: KitId
    quantity: QuantityId
    measure: Measure
    window_kind: WindowKind
    start: int
    end: int
    value: float | None
    unit: str
    coverage: float
    low: float | None
    high: float | None
    uncertainty: float | None
    limit: float | None
    limit_source: str
    decision: Decision | None
    revision: int
    simulated: bool
    threshold: float | None = None
    probability: float | None = None
    at_start: int | None = None
    at_end: int | None = None

    @property
    def is_duration(self) -> bool:
        """Whether the value is a time [s] and not in the quantity's unit."""
        return self.measure in (Measure.TIME_ABOVE, Measure.TIME_BELOW)

    @property
    def is_index(self) -> bool:
        """Whether the value is a step of a scale, shown without the quantity's unit."""
        return self.measure is Measure.ICONE

    @property
    def half_width(self) -> float | None:
        """What stands after ±, in ``unit``, as in the reasons of tickets; None where nothing is known."""
        return None if self.uncertainty is None else EXPANDED * self.uncertainty

    @property
    def confidence(self) -> float | None:
        """Probability [1] that the true value lies on the side of the limit where the measured one lies."""
        if self.value is None or self.limit is None or not self.uncertainty:
            return None
        return 0.5 * (1 + math.erf(abs(self.value - self.limit) / (self.uncertainty * math.sqrt(2))))

    @property
    def distance(self) -> float:
        """How far from its limit, in standard uncertainties; infinite where that cannot be said."""
        if self.value is None or self.limit is None or not self.uncertainty:
            return math.inf
        return abs(self.value - self.limit) / self.uncertainty


@dataclass(frozen=True, slots=True)
class DayStanding:
    """One agent on one local day: the decision that counts, and the finding that decided.

    Attributes
    ----------
    coverage : float
        Share of the finding's shift that was seen [1]: the quarter of an hour with the highest mean may be complete in
        a shift of which too little was seen to decide.
    """

    day: dt.date
    finding: Finding
    coverage: float

    @property
    def decision(self) -> Decision:
        """The worst decision of the day."""
        return self.finding.decision or Decision.INSUFFICIENT_DATA


@dataclass(frozen=True, slots=True)
class AgentStanding:
    """One agent over the period shown.

    Attributes
    ----------
    days : tuple of DayStanding
        In order of time; empty where no rule compares this agent.
    telling : Finding or None
        The finding that says most: of the worst decision the one most likely to breach its limit.
    telling_coverage : float or None
        Share of its shift that was seen [1].
    """

    agent: str
    quantities: tuple[Quantity, ...]
    days: tuple[DayStanding, ...]
    telling: Finding | None
    telling_coverage: float | None
    simulated: bool

    @property
    def decision(self) -> Decision | None:
        """The worst decision of the period, or None where nothing was compared with a limit."""
        return max((day.decision for day in self.days), key=severity, default=None)

    def days_with(self, decision: Decision) -> int:
        """Number of days whose decision this is."""
        return sum(day.decision is decision for day in self.days)

    @property
    def coverage(self) -> float | None:
        """Mean share [1] that was seen of the shifts that decided the days."""
        return sum(day.coverage for day in self.days) / len(self.days) if self.days else None


def digits(half_width: float | None, decimals: int) -> int:
    """Decimals worth showing, as in the reasons of tickets: :func:`rules.rounding.decimals_worth`.

    Examples
    --------
    >>> digits(2138.5, 1), digits(4.44, 1), digits(0.52, 1), digits(None, 2)
    (-2, 1, 1, 2)
    """
    return decimals_worth(half_width, decimals)


def stand(findings: Iterable[Finding], quantities: Mapping[QuantityId, Quantity], words: Words) -> list[AgentStanding]:
    """Gather findings per agent, the agents that ask for attention first.

    Parameters
    ----------
    findings : iterable of Finding
        Of one zone; those over a campaign are left out, the sentence speaks of days.
    quantities : mapping
        The catalog.
    words : Words
        Gives the local day a window starts on.
    """
    by_agent: dict[str, list[Finding]] = {}
    for finding in findings:
        by_agent.setdefault(quantities[finding.quantity].agent, []).append(finding)
    standings = [_agent(agent, rows, quantities, words) for agent, rows in by_agent.items()]
    return sorted(standings, key=lambda standing: (_rank(standing.decision), standing.agent))


def _agent(
    agent: str, rows: Sequence[Finding], quantities: Mapping[QuantityId, Quantity], words: Words
) -> AgentStanding:
    measured = {row.quantity for row in rows}
    days: dict[dt.date, list[Finding]] = {}
    for row in rows:
        if row.decision is not None and row.window_kind is not WindowKind.CAMPAIGN:
            days.setdefault(words.local(row.start).date(), []).append(row)
    seen = _seen(rows)
    telling_of_days = [(day, most_telling(found)) for day, found in sorted(days.items())]
    deciding = tuple(DayStanding(day, told, _coverage(told, seen)) for day, told in telling_of_days)
    telling = most_telling([day.finding for day in deciding]) if deciding else None
    return AgentStanding(
        agent,
        tuple(quantity for quantity in quantities.values() if quantity.id in measured),
        deciding,
        telling,
        None if telling is None else _coverage(telling, seen),
        any(row.simulated for row in rows),
    )


@dataclass(frozen=True, slots=True)
class _Window:
    kit: KitId
    quantity: QuantityId
    start: int
    end: int


def _window(finding: Finding) -> _Window:
    return _Window(finding.kit, finding.quantity, finding.start, finding.end)


def _seen(findings: Iterable[Finding]) -> dict[_Window, float]:
    """Share of each whole window that was seen, by its mean."""
    return {_window(f): f.coverage for f in findings if f.measure in (Measure.MEAN, Measure.LEQ)}


def _coverage(finding: Finding, seen: Mapping[_Window, float]) -> float:
    return min(finding.coverage, seen.get(_window(finding), 1.0))


def most_telling(findings: Sequence[Finding]) -> Finding:
    """Of the worst decision, the finding most likely to breach its limit; among sure ones the farthest beyond it."""

    def order(finding: Finding) -> tuple[int, float, float, int]:
        beyond = finding.decision is Decision.EXCEEDANCE_INDICATED
        distance = -finding.distance if beyond else finding.distance
        return _rank(finding.decision), -(finding.probability or 0.0), distance, finding.start

    return min(findings, key=order)


def _rank(decision: Decision | None) -> int:
    """Small for what asks for attention; what no rule compares comes last."""
    return -severity(decision) if decision is not None else 1
