"""Everything about one revision of a ticket: what it rests on, whether it comes out again, what changed since."""

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.registry import Registry
from rules.errors import PackError
from rules.rule import Pack
from rules.states import Transition
from store.registry import load
from store.scope import Scope
from vigie.errors import UsageError
from vigie.explanation.causes import causes_of
from vigie.explanation.comparison import ticket_differences
from vigie.explanation.repetition import Progress, Repetition, repeat
from vigie.explanation.since import late_readings, pack_changes, registry_changes, rule_of, software_changes
from vigie.explanation.stored import Foundation, StoredRevision, stored_revision
from vigie.explanation.told import (
    DeploymentTold,
    Explanation,
    FoundationTold,
    PackTold,
    RepetitionTold,
    StateTold,
    TicketTold,
)
from vigie.explanation.windows import Windows, repeated_windows, stored_windows
from vigie.software import vigie_version, zone_as_known
from vigie.times import as_datetime
from vigie.workspace import Workspace

NOT_KEPT = (
    "this revision is of before Vigie kept what it computed from; it says what it said, but cannot be computed again"
)


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, the readings behind it and the packs it was judged by; none of both where they were not kept."""

    explanation: Explanation
    windows: Windows
    packs: tuple[Pack, ...] = ()


def explain(place: Workspace, ticket: int, revision: int | None = None, progress: Progress | None = None) -> Explained:
    """Explain a revision of a ticket, and compute it once more; nothing is written.

    Parameters
    ----------
    revision : int, optional
        The newest where none is named.

    Raises
    ------
    UnknownError
        There is no such ticket.
    UsageError
        It has no such revision.
    """
    stored = stored_revision(place.database, ticket, revision)
    today = load(place.database, Scope.service())
    if stored.foundation is None:
        return _as_stored(place, stored, today)
    foundation = stored.foundation
    repetition = repeat(place.readings, stored, foundation, progress)
    windows = repeated_windows(place.exposures, place.readings, stored, foundation, repetition)
    registry = foundation.known.registry
    told = Explanation(
        ticket=_ticket(stored, registry),
        foundation=_foundation(foundation),
        rule=rule_of(foundation.packs, stored.rule),
        states=tuple(_state(each) for each in stored.then.transitions),
        deployments=_deployments(stored, registry),
        windows=windows.told,
        repetition=_compared(stored, foundation, repetition, windows),
        since=tuple(_since(place, stored, foundation, repetition, today)),
    )
    return Explained(told, windows, foundation.packs)


def _as_stored(place: Workspace, stored: StoredRevision, today: Registry) -> Explained:
    """A revision that cannot be computed again."""
    timezone = today.establishment_of(today.zones[stored.zone]).timezone
    windows = stored_windows(place.exposures, stored, timezone)
    told = Explanation(
        ticket=_ticket(stored, today),
        foundation=None,
        rule=None,
        states=tuple(_state(each) for each in stored.then.transitions),
        deployments=_deployments(stored, today),
        windows=windows.told,
        repetition=RepetitionTold(False, False, None, stored.problems or (NOT_KEPT,), (), ()),
        since=tuple(_newer(stored)),
    )
    return Explained(told, windows)


def _compared(
    stored: StoredRevision, foundation: Foundation, repetition: Repetition, windows: Windows
) -> RepetitionTold:
    differences = ticket_differences(stored.content, repetition)
    same = not (stored.problems or differences or any(window.differences for window in windows.told))
    causes = () if same else causes_of(stored.problems, repetition, list(_software(foundation)))
    return RepetitionTold(True, same, repetition.version, stored.problems, differences, causes)


def _software(foundation: Foundation) -> Iterator[str]:
    """What of the software is another; the kits' models are those the registry of then names."""
    known = foundation.known
    current = zone_as_known(known.registry, known.zone)
    return software_changes(known, current, foundation.software, vigie_version())


def _since(
    place: Workspace, stored: StoredRevision, foundation: Foundation, repetition: Repetition, today: Registry
) -> Iterator[str]:
    known = foundation.known
    yield from _newer(stored)
    yield from registry_changes(known.registry, zone_as_known(today, today.zones[stored.zone]).registry)
    try:
        yield from pack_changes(foundation.packs, place.packs, stored.rule)
    except (PackError, UsageError) as error:
        yield f"the rule packs of today cannot be read: {str(error).splitlines()[0]}"
    newest = place.readings.version()
    if repetition.instead is not None:
        yield f"{repetition.instead}; computed from version {repetition.version} instead"
    elif newest != repetition.version:
        late = list(late_readings(place.readings, stored.content.evidence, repetition.version))
        yield (
            f"readings are at version {newest}, were at {repetition.version}: "
            f"{'some of them are in these windows' if late else 'none of them in these windows'}"
        )
        yield from late
    yield from _software(foundation)


def _newer(stored: StoredRevision) -> Iterator[str]:
    if stored.revision != stored.now.revision:
        yield f"the ticket was amended: revision {stored.now.revision} is its newest"
    if not stored.now.supported:
        yield "the rules no longer ask for it"


def _ticket(stored: StoredRevision, registry: Registry) -> TicketTold:
    zone = registry.zones[stored.zone]
    establishment = registry.establishment_of(zone)
    content = stored.content
    return TicketTold(
        ticket=stored.ticket,
        revision=stored.revision,
        newest_revision=stored.now.revision,
        validated_revision=stored.now.validated_revision,
        state=stored.now.state.value,
        kind=content.kind,
        level=content.level,
        priority=content.priority,
        agent=stored.agent,
        rule=stored.rule,
        zone=zone.id,
        zone_name=zone.name,
        establishment=establishment.name,
        employer=registry.employer_of(zone).name,
        timezone=establishment.timezone,
        title_fr=content.title_fr,
        reason_fr=content.reason_fr,
        advice_fr=content.advice_fr,
        held_back_by=content.held_back_by,
        simulated=content.simulated,
        written=as_datetime(stored.written),
        sha256=stored.sha256,
    )


def _foundation(foundation: Foundation) -> FoundationTold:
    return FoundationTold(
        computed_at=as_datetime(foundation.computed_at),
        readings_version=foundation.readings_version,
        registry=foundation.registry_digest,
        software=foundation.software,
        packs=tuple(PackTold(pack.id, pack.version, pack.digest, pack.signed_off) for pack in foundation.packs),
    )


def _deployments(stored: StoredRevision, registry: Registry) -> tuple[DeploymentTold, ...]:
    """Those the ticket rests on, in order of start."""
    named = {item.deployment for item in stored.content.evidence}
    found = (registry.deployments[name] for name in named if name in registry.deployments)
    told = []
    for lent in sorted(found, key=lambda lent: (lent.start, lent.id)):
        kit = registry.kits.get(lent.kit)
        told.append(
            DeploymentTold(
                deployment=lent.id,
                kit=lent.kit,
                label="" if kit is None else kit.label,
                model="" if kit is None else kit.model,
                start=as_datetime(lent.start),
                end=None if lent.end is None else as_datetime(lent.end),
                position=lent.position,
            )
        )
    return tuple(told)


def _state(transition: Transition) -> StateTold:
    return StateTold(
        at=as_datetime(transition.at),
        state=transition.state.value,
        level=transition.level,
        kind=None if transition.kind is None else transition.kind.value,
        priority=transition.priority,
        flapping=transition.flapping,
    )
