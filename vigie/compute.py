"""``vigie compute``: from what is stored to exposures, decisions and tickets; only what is new, or everything."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from catalog.places import Zone
from catalog.registry import Registry
from rules.decision import exposure_key
from rules.engine import assess, governing, propose
from rules.pack import default_packs
from store.progress import ComputeState
from store.registry import load
from store.scope import Scope
from store.tickets import TicketStore
from vigie.errors import UsageError
from vigie.pipeline import compute_deployment
from vigie.plan import plan
from vigie.workspace import Workspace

Progress = Callable[[int, int, str], None]
"""Called with (zones done, zones in all, name of the zone under way)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a computation changed.

    Attributes
    ----------
    deployments : int
        Computed.
    exposures : int
        Exposures that are new or got a new revision.
    tickets : int
        Tickets opened or amended.
    """

    deployments: int
    exposures: int
    tickets: int

    @property
    def changed(self) -> bool:
        """Whether anything is new."""
        return bool(self.exposures or self.tickets)

    def __str__(self) -> str:
        return (
            f"{self.deployments} deployments computed: {self.exposures} exposures new or changed,"
            f" {self.tickets} tickets opened or amended"
        )


def compute(place: Workspace, now: int, *, everything: bool = False, progress: Progress | None = None) -> Summary:
    """Compute what new readings and closed windows call for, zone by zone, and store what changed.

    Parameters
    ----------
    now : int
        Milliseconds UTC; windows that end later are not closed yet.
    everything : bool
        Compute every deployment, whatever was computed before.
    progress : callable, optional

    Raises
    ------
    UsageError
        Another process is computing in this workspace.

    Notes
    -----
    Killed at any point, the next computation does it again: what is stored already changes nothing.
    """
    with _alone(place):
        registry = load(place.database, Scope.service())
        state = ComputeState(place.database)
        reached = None if everything else state.reached()
        touched = place.readings.touched_since(reached.readings_version if reached else None)
        planned = plan(registry, touched.spans, reached.at if reached else None, now)
        # With nothing to go on from, every zone: one that lost its deployments still has exposures to withdraw.
        zones = list(registry.zones) if reached is None else list(dict.fromkeys(lent.zone for lent in planned))
        counts = [0, 0, 0]
        for done, zone in enumerate(zones):
            if progress:
                progress(done, len(zones), registry.zones[zone].name)
            for index, number in enumerate(_compute_zone(place, registry, registry.zones[zone], now, touched.version)):
                counts[index] += number
        if progress:
            progress(len(zones), len(zones), "")
        state.record(touched.version, now)
        return Summary(*counts)


def _compute_zone(place: Workspace, registry: Registry, zone: Zone, now: int, version: int) -> tuple[int, int, int]:
    """Deployments computed, exposures changed, tickets touched."""
    packs = default_packs()
    deployments = registry.deployments_of(zone)
    computed = [compute_deployment(place.readings, registry, packs, lent, now, version) for lent in deployments]
    days: dict[int, date] = {}
    for result in computed:
        days |= result.days
    exposures = [exposure for result in computed for exposure in result.exposures]
    assessments = assess(packs, zone, exposures, days)
    put = place.exposures.put(
        zone.id,
        exposures,
        governing(assessments),
        timezone=registry.establishment_of(zone).timezone,
        readings_version=version,
        at=now,
    )
    episodes = [episode for result in computed for episode in result.exceedances]
    place.exposures.put_exceedances(zone.id, episodes, readings_version=version, at=now)
    marks = [mark for result in computed for mark in result.marks]
    place.quality.put(zone.id, marks, readings_version=version, at=now)
    proposals = propose(packs, zone, assessments, exposures, days)
    keys = [exposure_key(evidence.exposure) for proposal in proposals for evidence in proposal.evidence]
    applied = TicketStore(place.database).apply(
        zone.id,
        proposals,
        at=now,
        evidence_version=version,
        revisions=place.exposures.revisions_of(keys),
    )
    return len(deployments), put.new + put.changed, applied.opened + applied.amended


@contextmanager
def _alone(place: Workspace) -> Iterator[None]:
    """One computation at a time in a workspace; the lock goes with the process."""
    place.data.mkdir(parents=True, exist_ok=True)
    with (place.data / "compute.lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"{place.root}: another process is computing here; try again when it is done") from None
        yield
