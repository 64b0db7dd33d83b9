"""How often the screening was right, by its own service's metrology: predictive values with their interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import RuleId
from dsp.statistics.proportion import Interval, clopper_pearson
from rules.metrology import Agreement
from rules.ticket_kinds import TicketKind

ENOUGH = 5
"""Decisive results from which a predictive value is told; below, only its interval (a proposal of this project)."""

SEVERAL = "several"
"""Group of tickets that rest on kits of more than one model or kind of sensor."""

UNKNOWN = "unknown"
"""Group of tickets whose kits the catalog has no model of."""


class Basis(Enum):
    """What the results of a ticket are of."""

    SAME_QUANTITY = "same_quantity"
    OTHER_QUANTITY = "other_quantity"


class Grouping(Enum):
    """What predictive values are told apart by, beside rule, level and kind."""

    RULE = "rule"
    MODEL = "model"
    SENSOR = "sensor"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticket.

    Attributes
    ----------
    level : str
        Of the rule, when metrology was compared with it; as it stands where none was.
    agreement : Agreement or None
        None where no result came back.
    basis : Basis or None
        Of the results; None with ``agreement``.
    false_alarm : bool
        Dismissed as one: a professional's judgement, no measurement.
    models, sensors : frozenset of str
        Of the kits it rests on, where known.
    """

    rule: RuleId
    level: str
    kind: TicketKind
    agreement: Agreement | None
    basis: Basis | None
    false_alarm: bool
    models: frozenset[str] = frozenset()
    sensors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """Tickets by how their results stand to the screening."""

    confirmed: int
    not_confirmed: int
    undecided: int

    @property
    def measured(self) -> int:
        """Tickets with a result."""
        return self.confirmed + self.not_confirmed + self.undecided

    @property
    def decisive(self) -> int:
        """Tickets whose results say yes or no."""
        return self.confirmed + self.not_confirmed


@dataclass(frozen=True, slots=True)
class Performance:
    """How a level of a rule did.

    Attributes
    ----------
    group : str
        Model or kind of sensor; "" where nothing is told apart.
    tickets : int
        All that were proposed, measured or not.
    own : Tally
        By results of the quantity the rule looks at, against the ticket's own limit: the predictive value is theirs.
    other : Tally
        By results of something else, such as one solvent where the sensor sums up all; counted, never mixed in.
    false_alarms : int
        Dismissed as such.
    """

    rule: RuleId
    level: str
    kind: TicketKind
    group: str
    tickets: int
    own: Tally
    other: Tally
    false_alarms: int

    @property
    def interval(self) -> Interval:
        """95 % interval of the predictive value (Clopper and Pearson)."""
        return clopper_pearson(self.own.confirmed, self.own.decisive)

    @property
    def predictive_value(self) -> float | None:
        """Share of decisive results that confirmed the screening; None while there are fewer than :data:`ENOUGH`."""
        return self.own.confirmed / self.own.decisive if self.own.decisive >= ENOUGH else None


def performance(outcomes: Sequence[Outcome], by: Grouping = Grouping.RULE) -> list[Performance]:
    """How each level of each rule did, in order of their names.

    Notes
    -----
    Positive predictive value = confirmed / (confirmed + not confirmed). Only what was sent to metrology is measured,
    and nothing that raised no ticket ever is: neither sensitivity nor specificity can be told from it, and where a
    professional sends the doubtful ones, the value speaks of those. Checks of kits claim nothing about people and are
    left out.
    """
    groups: dict[tuple[str, str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.kind is not TicketKind.KIT_CHECK:
            key = (outcome.rule, outcome.level, outcome.kind.value, _group(outcome, by))
            groups.setdefault(key, []).append(outcome)
    return [_performance(key[3], groups[key]) for key in sorted(groups)]


def _performance(group: str, outcomes: Sequence[Outcome]) -> Performance:
    first = outcomes[0]
    return Performance(
        rule=first.rule,
        level=first.level,
        kind=first.kind,
        group=group,
        tickets=len(outcomes),
        own=_tally(outcomes, Basis.SAME_QUANTITY),
        other=_tally(outcomes, Basis.OTHER_QUANTITY),
        false_alarms=sum(outcome.false_alarm for outcome in outcomes),
    )


def _tally(outcomes: Sequence[Outcome], basis: Basis) -> Tally:
    found = [outcome.agreement for outcome in outcomes if outcome.basis is basis]
    return Tally(
        confirmed=found.count(Agreement.CONFIRMED),
        not_confirmed=found.count(Agreement.NOT_CONFIRMED),
        undecided=found.count(Agreement.UNDECIDED),
    )


def _group(outcome: Outcome, by: Grouping) -> str:
    if by is Grouping.RULE:
        return ""
    names = outcome.models if by is Grouping.MODEL else outcome.sensors
    if len(names) > 1:
        return SEVERAL
    return next(iter(names), UNKNOWN)
