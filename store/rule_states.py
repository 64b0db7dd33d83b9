"""Where each rule stands at a zone, as the last computation left it."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import RuleId, ZoneId
from rules.states import RuleState, RuleStatus, Transition
from store.tables import RuleStateRow


def rule_states(session: Session, zone: ZoneId) -> list[RuleStatus]:
    """The states of the rules of a zone with their histories, by rule; for the service only."""
    rows = session.scalars(select(RuleStateRow).where(RuleStateRow.zone == zone))
    found = [
        RuleStatus(
            ZoneId(row.zone),
            row.agent,
            RuleId(row.rule),
            row.watermark,
            msgspec.convert(row.history, tuple[Transition, ...]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda status: status.rule)


def firing_levels(session: Session, zone: ZoneId) -> Mapping[RuleId, str]:
    """The level each rule that is firing at a zone fires at."""
    return {each.rule: each.now.level for each in rule_states(session, zone) if each.now.state is RuleState.FIRING}
