"""What became of the tickets of a period, as the screening's own performance is counted from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import KitId, KitModelId, QuantityId, RuleId
from catalog.kits import kit_models
from rules.metrology import agreement_of
from rules.performance import Basis, Outcome
from rules.ticket_events import DismissalReason, Dismissed, EventKind
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.metrology import compared_results
from store.tables import KitRow, MetrologyResultRow, TicketEventRow, TicketRevisionRow, TicketRow
from store.ticket_content import from_json
from store.ticket_log import event_of


@dataclass(frozen=True, slots=True)
class OutcomeFilter:
    """Which tickets: proposed from one instant up to another, excluded [ms UTC]; None is open.

    Attributes
    ----------
    simulated : frozenset of bool
        Of these; only real ones unless said otherwise.
    """

    rule: str | None = None
    since: int | None = None
    until: int | None = None
    simulated: Collection[bool] = (False,)


def outcomes(session: Session, chosen: OutcomeFilter) -> list[Outcome]:
    """What became of each ticket that speaks of an exposure, in order of their numbers."""
    conditions = [TicketRow.kind != TicketKind.KIT_CHECK.value, TicketRow.simulated.in_(list(chosen.simulated))]
    if chosen.rule is not None:
        conditions.append(TicketRow.rule == chosen.rule)
    if chosen.since is not None:
        conditions.append(TicketRow.created >= chosen.since)
    if chosen.until is not None:
        conditions.append(TicketRow.created < chosen.until)
    measured = set(session.scalars(select(MetrologyResultRow.ticket).distinct()))
    false_alarms = _false_alarms(session)
    kits = {row.id: row.model for row in session.scalars(select(KitRow))}
    return [
        _outcome(session, row, kits, is_measured=row.id in measured, is_false_alarm=row.id in false_alarms)
        for row in session.scalars(select(TicketRow).where(*conditions).order_by(TicketRow.id))
    ]


def _outcome(
    session: Session, row: TicketRow, models: Mapping[str, str], *, is_measured: bool, is_false_alarm: bool
) -> Outcome:
    level, kind, revision = row.level, TicketKind(row.kind), row.revision
    agreement, basis = None, None
    if is_measured:
        compared = [each for each in compared_results(session, row) if each.screened is not None]
        own = [each for each in compared if each.basis is Basis.SAME_QUANTITY]
        standing = own or compared
        agreement = agreement_of(each.verdict for each in standing)
        if standing and standing[-1].screened is not None:
            basis = standing[-1].basis
            level, kind = standing[-1].screened.level, standing[-1].screened.kind
            revision = standing[-1].result.revision
    rests_on = _rests_on(session, row.id, revision)
    channels = [(models.get(kit), quantity) for kit, quantity in rests_on]
    return Outcome(
        rule=RuleId(row.rule),
        level=level,
        kind=kind,
        agreement=agreement,
        basis=basis,
        false_alarm=is_false_alarm and row.state == TicketState.DISMISSED.value,
        models=frozenset(model for model, _ in channels if model is not None),
        sensors=frozenset(sensor for model, quantity in channels if (sensor := _sensor(model, quantity)) is not None),
    )


def _rests_on(session: Session, ticket: int, revision: int) -> set[tuple[KitId, QuantityId]]:
    content = from_json(session.get_one(TicketRevisionRow, (ticket, revision)).content)
    return {(item.kit, item.quantity) for item in content.evidence}


def _sensor(model: str | None, quantity: QuantityId) -> str | None:
    known = kit_models().get(KitModelId(model)) if model is not None else None
    channel = None if known is None else known.channel(quantity)
    return None if channel is None else channel.sensor


def _false_alarms(session: Session) -> set[int]:
    rows = session.scalars(select(TicketEventRow).where(TicketEventRow.kind == EventKind.DISMISSED.value))
    return {
        row.ticket
        for row in rows
        if isinstance(detail := event_of(row).detail, Dismissed) and detail.reason is DismissalReason.FALSE_ALARM
    }
