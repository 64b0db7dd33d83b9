"""``vigie compute``: from what is stored to exposures, decisions and tickets; only what is new, or everything."""

import fcntl
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.identifiers import ZoneId
from catalog.registry import Registry
from store.progress import ComputeState
from store.registry import load
from store.scope import Scope
from vigie.errors import UsageError
from vigie.open_shifts import zones_under_way
from vigie.output import counted
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

    def __add__(self, other: "Summary") -> "Summary":
        return Summary(
            self.deployments + other.deployments, self.exposures + other.exposures, self.tickets + other.tickets
        )

    @property
    def changed(self) -> bool:
        """Whether anything is new."""
        return bool(self.exposures or self.tickets)

    def __str__(self) -> str:
        return (
            f"{counted(self.deployments, 'deployment')} computed: {counted(self.exposures, 'exposure')} new or changed,"
            f" {counted(self.tickets, 'ticket')} opened or amended"
        )


def compute(
    place: Workspace,
    now: int,
    *,
    everything: bool = False,
    prepare: Callable[[], None] | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Compute what new readings and closed windows call for, zone by zone, and store what changed.

    Parameters
    ----------
    now : int
        Milliseconds UTC; windows that end later are not closed yet.
    everything : bool
        Compute every deployment, whatever was computed before.
    prepare : callable, optional
        Called once before the first zone, where there is one to compute.
    progress : callable, optional

    Raises
    ------
    UsageError
        Another process is computing in this workspace, or readings that were there are gone.

    Notes
    -----
    Killed at any point, the next computation does it again: what is stored already changes nothing.
    """
    with _alone(place):
        registry = load(place.database, Scope.service())
        state = ComputeState(place.database)
        reached = None if everything else state.reached()
        touched = place.readings.touched_since(reached.readings_version if reached else None)
        if reached and touched.version < reached.readings_version:
            raise UsageError(
                f"{place.root}: the table of readings has version {touched.version}, but exposures were computed from "
                f"version {reached.readings_version}: readings are gone; bring its folder back from a backup, or "
                "compute from what is left with vigie compute --all"
            )
        planned = plan(registry, touched.spans, reached.at if reached else None, now)
        # With nothing to go on from, every zone: one that lost its deployments still has exposures to withdraw.
        zones = list(registry.zones) if reached is None else list(dict.fromkeys(lent.zone for lent in planned))
        summary = Summary(0, 0, 0)
        if zones:
            if prepare:
                prepare()
            summary = _compute_zones(place, registry, zones, now, touched.version, progress)
        summary += _compute_urgent(place, registry, zones, {span.kit for span in touched.spans}, now, touched.version)
        state.record(touched.version, now)
        return summary


def _compute_zones(
    place: Workspace, registry: Registry, zones: Sequence[ZoneId], now: int, version: int, progress: Progress | None
) -> Summary:
    # Rules and kernels take longer to import than a computation that finds nothing new takes in all.
    from vigie.zone_computation import compute_zone

    deployments = exposures = tickets = 0
    for done, zone in enumerate(zones):
        if progress:
            progress(done, len(zones), registry.zones[zone].name)
        computed = compute_zone(place, registry, registry.zones[zone], now, version)
        deployments += computed.deployments
        exposures += computed.exposures
        tickets += computed.tickets
    if progress:
        progress(len(zones), len(zones), "")
    return Summary(deployments, exposures, tickets)


def _compute_urgent(
    place: Workspace, registry: Registry, done: Collection[ZoneId], kits: Collection[str], now: int, version: int
) -> Summary:
    """Zones with something in a shift under way that cannot wait for its end, and that nobody was told of."""
    found = Summary(0, 0, 0)
    waiting = [zone for zone in zones_under_way(registry, kits, now) if zone not in done]
    if not waiting:
        return found
    from vigie.acute_news import is_news
    from vigie.zone_computation import compute_zone

    for zone in waiting:
        if is_news(place, registry, registry.zones[zone], now, version):
            computed = compute_zone(place, registry, registry.zones[zone], now, version)
            found += Summary(computed.deployments, computed.exposures, computed.tickets)
    return found


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
