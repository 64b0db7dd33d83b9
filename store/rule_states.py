"""Where the rules of a zone stand, as the last computation left them."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import RuleId, ZoneId
from rules.states import RuleState, Transition
from store.scope import Scope
from store.tables import RuleStateRow


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """The state of one rule at a zone.

    Attributes
    ----------
    since : int
        Event time of its latest change [ms UTC].
    watermark : int
        Event time up to which windows were taken into account [ms UTC].
    flapping : bool
        It comes and goes, and is held as one matter.
    """

    agent: str
    rule: RuleId
    state: RuleState
    since: int
    watermark: int
    flapping: bool


def rule_states(session: Session, scope: Scope, zone: ZoneId) -> list[RuleStanding]:
    """The rules of a zone in scope, by agent and rule; none are told outside the service."""
    if scope.is_outside:
        return []
    query = select(RuleStateRow).where(RuleStateRow.zone == zone, RuleStateRow.zone.in_(scope.zones_visible()))
    found = [
        RuleStanding(row.agent, RuleId(row.rule), RuleState(row.state), row.since, row.watermark, row.flapping)
        for row in session.scalars(query)
    ]
    return sorted(found, key=lambda standing: (standing.agent, standing.rule))


def firing_levels(session: Session, zone: ZoneId) -> Mapping[RuleId, str]:
    """The level each rule that is firing at a zone fires at; for the computation."""
    firing = (RuleStateRow.zone == zone) & (RuleStateRow.state == RuleState.FIRING.value)
    return {RuleId(row.rule): history_of(row)[-1].level for row in session.scalars(select(RuleStateRow).where(firing))}


def history_of(row: RuleStateRow) -> tuple[Transition, ...]:
    """How a rule got where it is, in event time."""
    return msgspec.convert(row.history, tuple[Transition, ...])
