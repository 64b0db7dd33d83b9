"""Whose readings a kit took when: a change of the registry must not hand old readings to another employer."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from catalog.identifiers import DeploymentId, EmployerId, KitId
from catalog.kits import Deployment
from catalog.registry import Registry

HasReadings = Callable[[KitId, int, int], bool]
"""Whether the table has readings of a kit in (start, end] [ms UTC]."""

_FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class _Owned:
    deployment: DeploymentId
    kit: KitId
    employer: EmployerId
    start: int
    end: int


def lost_time(stored: Registry, merged: Registry, has_readings: HasReadings) -> list[str]:
    """What a change takes away from an employer, one sentence each; empty when it takes nothing.

    Parameters
    ----------
    stored, merged : Registry
        Before and after.
    has_readings : callable
        Time without readings may go from one to another: there is nothing to give away.

    Notes
    -----
    The time of a deployment belongs to the employer of its zone. A deployment that is still open may be given an end,
    also one in the past: that is how a kit's move is entered a few days late. All other time must stay with its
    employer, through whatever the registry now says of deployments, zones and establishments.
    """
    after = _owned(merged)
    found = []
    for before in _owned(stored):
        limit = before.end
        if limit == _FOREVER:
            ended = merged.deployments[before.deployment].end
            limit = _FOREVER if ended is None else ended
        for start, end in _not_covered(before, limit, after):
            if has_readings(before.kit, start, end):
                found.append(_sentence(before, merged))
                break
    return found


def overlaps(registry: Registry) -> list[str]:
    """Deployments of one kit at the same time, one sentence a pair."""
    found = []
    ordered = sorted(registry.deployments.values(), key=lambda d: (d.kit, d.start, d.id))
    for earlier, later in pairwise(ordered):
        if earlier.kit == later.kit and later.start < _end(earlier):
            found.append(
                f"kit {earlier.kit} is in {earlier.zone} ({earlier.id}) and in {later.zone} ({later.id}) at one time; "
                f"end {earlier.id} before {later.id} starts"
            )
    return found


def _owned(registry: Registry) -> list[_Owned]:
    return [
        _Owned(d.id, d.kit, registry.employer_of(registry.zone_of(d)).id, d.start, _end(d))
        for d in registry.deployments.values()
    ]


def _end(deployment: Deployment) -> int:
    return _FOREVER if deployment.end is None else deployment.end


def _not_covered(before: _Owned, limit: int, after: list[_Owned]) -> list[tuple[int, int]]:
    """The parts of a deployment's time that are no longer its employer's."""
    holes = []
    reached = before.start
    same = (o for o in after if o.kit == before.kit and o.employer == before.employer)
    for owned in sorted(same, key=lambda o: o.start):
        if owned.start > reached:
            holes.append((reached, min(owned.start, limit)))
        reached = max(reached, owned.end)
    holes.append((reached, limit))
    return [(start, end) for start, end in holes if end > start]


def _sentence(before: _Owned, merged: Registry) -> str:
    now = merged.deployments[before.deployment]
    owner = merged.employer_of(merged.zone_of(now)).id
    to = "nobody" if owner == before.employer else owner
    return (
        f"deployment {before.deployment}: readings of kit {before.kit} would go from {before.employer} to {to}; "
        f"end that deployment and begin a new one under another id, or save as a correction"
    )
