"""The workspace simulated kits send to: nothing simulated may stand among what is real, or among another simulation."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from catalog.registry import Registry, parse_registry
from firmware_sim.kit import VirtualKit
from store.progress import ComputeState
from store.registry import Saved, load, save
from store.scope import Scope
from vigie.errors import UsageError
from vigie.simulation.campaign import Campaign
from vigie.simulation.registry import employer_id
from vigie.simulation.stream import readings_of
from vigie.times import instant_of
from vigie.workspace import Workspace

_SAME = 1e-9
"""Relative difference of two numbers that are one."""


def refuse_mixtures(place: Workspace, campaign: Campaign) -> None:
    """Keep simulated readings away from real kits, and from what was simulated of the same days before.

    Raises
    ------
    UsageError
        A kit is registered as a real one, or has other readings of these days.
    """
    known = load(place.database, Scope.service()).kits
    for kit in campaign.kits:
        if kit.id in known and not known[kit.id].simulated:
            raise UsageError(
                f"{kit.id} is a real kit of {place.root}: simulated readings would stand among its own; simulate into "
                "a workspace of its own (vigie init rehearsal), or give the kit another id in the workplace file"
            )
    for kit in campaign.kits:
        if _says_otherwise(place, campaign, kit):
            raise UsageError(
                f"{kit.id} has other readings of {campaign.days[0]} to {campaign.days[-1]} in {place.root}: two "
                "simulations of one kit would disagree; simulate other days (--start), or into a fresh workspace"
            )


def register_places(place: Workspace, campaign: Campaign) -> Saved:
    """Import the places, kits and deployments of a campaign into a workspace.

    Raises
    ------
    UsageError
        A zone of that name is another employer's.
    OwnershipError
        A kit hangs elsewhere in that time.
    """
    registry = parse_registry(campaign.registry, f"registry of {campaign.asked.scenario}")
    known = load(place.database, Scope.service())
    own = employer_id(campaign.workplace)
    for zone in registry.zones:
        if zone in known.zones and known.employer_of(known.zones[zone]).id != own:
            other = known.employer_of(known.zones[zone]).name
            raise UsageError(
                f"{zone} is a zone of {other} in {place.root}; simulate into a workspace of its own "
                "(vigie init rehearsal), or leave --register out"
            )
    saved = save(place.database, registry, readings=place.readings, actor="vigie simulate")
    if saved.added or saved.changed:
        ComputeState(place.database).forget()
    return saved


def homeless(place: Workspace, campaign: Campaign) -> Iterator[VirtualKit]:
    """Kits whose readings would belong to nobody, or to another place: no deployment says that they hung there."""
    registry = load(place.database, Scope.service())
    timezone = campaign.workplace.timezone
    start = instant_of(campaign.days[0], timezone)
    end = instant_of(campaign.days[-1] + timedelta(days=1), timezone)
    for kit in campaign.kits:
        if not _hangs_there(registry, kit, start, end):
            yield kit


def _hangs_there(registry: Registry, kit: VirtualKit, start: int, end: int) -> bool:
    return any(
        lent.kit == kit.id and lent.zone == kit.truth.zone and lent.start <= start and (lent.end or end) >= end
        for lent in registry.deployments.values()
    )


def _says_otherwise(place: Workspace, campaign: Campaign, kit: VirtualKit) -> bool:
    """Whether the workspace has readings of the kit in these days that the simulation does not make."""
    timezone = campaign.workplace.timezone
    since = instant_of(campaign.days[0], timezone)
    until = instant_of(campaign.days[-1] + timedelta(days=1), timezone)
    stored = place.readings.read([kit.id], None, since, until)
    if stored.is_empty():
        return False
    keys = ["kit", "quantity", "instant"]
    stored = stored.select(
        pl.col("kit").cast(pl.String),
        pl.col("quantity").cast(pl.String),
        pl.col("instant").dt.epoch("ms"),
        "value",
    )
    both = stored.join(readings_of([kit]), on=keys, how="left", suffix="_simulated")
    apart = (pl.col("value") - pl.col("value_simulated")).abs() > _SAME * pl.col("value").abs()
    return not both.filter(pl.col("value_simulated").is_null() | apart).is_empty()
