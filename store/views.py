"""The read model: everything a page, an export or a listing shows comes from here, and is asked for with a scope."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import EstablishmentId, ZoneId
from catalog.kits import Deployment, Kit
from catalog.places import Employer, Establishment, Zone
from catalog.quantities import quantity as quantity_named
from catalog.readings import Flag
from catalog.registry import Registry
from dsp.exposure import WindowKind
from store.database import Database
from store.errors import UnknownError
from store.exposures import ExposureStore, Revisions
from store.kits import StoredStatus, stored_status
from store.live import LIVE_SCHEMA, SHOWN_AFTER, LiveStore
from store.metrology import ComparedResult, compared_results
from store.privacy import Privacy, Withheld, coarse_course, coarse_episodes, without_moments
from store.readings import ReadingStore
from store.registry import load
from store.rule_states import RuleStanding, rule_states
from store.scope import Scope
from store.tables import KitStatusRow, TicketRow, ZoneRow
from store.ticket_basis import TicketBasis, ticket_basis
from store.ticket_counts import TicketCount, ticket_counts, zones_told_simulated
from store.ticket_list import EVERY_TICKET, TicketFilter, TicketOrder, TicketPage, ticket_page
from store.ticket_views import TicketView, ticket_view
from store.tickets import LARGEST_NUMBER

_COURSE = {
    "kit": pl.String(),
    "instant": pl.Datetime("us", "UTC"),
    "value": pl.Float64(),
    "suspect": pl.Boolean(),
    "simulated": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A zone and where it lies."""

    zone: Zone
    establishment: Establishment
    employer: Employer


@dataclass(frozen=True, slots=True)
class EstablishmentView:
    """An establishment, whose it is, and its zones."""

    establishment: Establishment
    employer: Employer
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class KitView:
    """A kit and where it is.

    Attributes
    ----------
    deployment : Deployment or None
        The one under way, else the last one in scope; None when it never was lent.
    status : StoredStatus or None
        Its last word; an employer sees it only while the kit is with them.
    last_reading : int or None
        Milliseconds UTC; an employer sees only that of their own deployment, under way.
    """

    kit: Kit
    deployment: Deployment | None
    status: StoredStatus | None
    last_reading: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """A signal over time, as fine as the one who asks may see it.

    Attributes
    ----------
    rows : polars.DataFrame
        ``kit, instant, value, suspect, simulated`` sorted by kit and instant; a value stands for the time before it.
    resolution : int or None
        Time one value stands for [s]; None for the readings themselves.
    withheld : Withheld or None
        Why there are no rows.
    """

    rows: pl.DataFrame
    resolution: int | None
    withheld: Withheld | None


class Views:
    """What may be seen, by whom.

    Parameters
    ----------
    database : Database
    readings : ReadingStore
    exposures : ExposureStore
    privacy : Privacy
        How coarse an employer's view is.
    live : LiveStore, optional
        The open shifts; none are told without it.
    """

    def __init__(
        self,
        database: Database,
        readings: ReadingStore,
        exposures: ExposureStore,
        privacy: Privacy = Privacy(),  # noqa: B008 - a frozen value
        live: LiveStore | None = None,
    ) -> None:
        self._database = database
        self._readings = readings
        self._exposures = exposures
        self._privacy = privacy
        self._live = live

    def registry(self, scope: Scope) -> Registry:
        """The registry as far as the scope reaches; see :func:`store.registry.load`."""
        return load(self._database, scope)

    def establishments(self, scope: Scope) -> list[EstablishmentView]:
        """Establishments with their zones, by employer and name."""
        registry = load(self._database, scope)
        views = [
            EstablishmentView(
                place,
                registry.employers[place.employer],
                tuple(
                    sorted((z for z in registry.zones.values() if z.establishment == place.id), key=lambda z: z.name)
                ),
            )
            for place in registry.establishments.values()
        ]
        return sorted(views, key=lambda view: (view.employer.name, view.establishment.name, view.establishment.id))

    def establishment(self, scope: Scope, establishment: str) -> EstablishmentView:
        """One establishment.

        Raises
        ------
        UnknownError
            There is none of that name in scope.
        """
        for view in self.establishments(scope):
            if view.establishment.id == establishment:
                return view
        raise UnknownError(f"there is no establishment {establishment!r}")

    def zones(self, scope: Scope, establishment: str | None = None) -> list[Zone]:
        """Zones, of one establishment or all, by name."""
        zones = load(self._database, scope).zones.values()
        wanted = [z for z in zones if establishment is None or z.establishment == EstablishmentId(establishment)]
        return sorted(wanted, key=lambda zone: (zone.name, zone.id))

    def zone(self, scope: Scope, zone: str) -> PlaceView:
        """One zone.

        Raises
        ------
        UnknownError
            There is none of that name in scope.
        """
        registry = load(self._database, scope)
        found = registry.zones.get(ZoneId(zone))
        if found is None:
            raise UnknownError(f"there is no zone {zone!r}")
        return PlaceView(found, registry.establishment_of(found), registry.employer_of(found))

    def live(self, scope: Scope, zone: str, now: int) -> pl.DataFrame:
        """Shifts of a zone under way or ended lately, :data:`store.live.LIVE_SCHEMA`; for the service only."""
        if scope.is_outside or self._live is None:
            return pl.DataFrame(schema=LIVE_SCHEMA)
        return self._live.values().filter(pl.col("zone") == zone, pl.col("until").dt.epoch("ms") > now - SHOWN_AFTER)

    def exposures(
        self,
        scope: Scope,
        zone: str | None = None,
        *,
        quantities: Collection[str] | None = None,
        measures: Collection[str] | None = None,
        window_kinds: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
        revisions: Revisions = Revisions.CURRENT,
    ) -> pl.DataFrame:
        """Exposures as :meth:`store.exposures.ExposureStore.read` gives them.

        An employer does not see at which moment a rolling maximum was reached, and of a zone with fewer people than the
        minimum group only shifts and campaigns.
        """
        with self._database.reading() as session:
            zones = self._zones(session, scope, zone)
            small = self._small_groups(session, scope)
        rows = self._exposures.read(
            zones,
            quantities=quantities,
            measures=measures,
            window_kinds=window_kinds,
            start=start,
            end=end,
            revisions=revisions,
        )
        if not scope.is_employer:
            return rows
        is_day = pl.col("window_kind") == WindowKind.DAY.value
        return without_moments(rows.filter(~(is_day & pl.col("zone").is_in(small))))

    def exceedances(
        self,
        scope: Scope,
        zone: str | None = None,
        *,
        quantities: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> pl.DataFrame:
        """Exceedance episodes; an employer sees them on steps of the allowed resolution, none of a small group."""
        with self._database.reading() as session:
            zones = self._zones(session, scope, zone)
            small = self._small_groups(session, scope)
        rows = self._exposures.read_exceedances(zones, quantities=quantities, start=start, end=end)
        if not scope.is_employer:
            return rows
        return coarse_episodes(rows.filter(~pl.col("zone").is_in(small)), self._privacy)

    def tickets(
        self,
        scope: Scope,
        chosen: TicketFilter = EVERY_TICKET,
        limit: int | None = None,
        offset: int = 0,
        order: TicketOrder = TicketOrder.URGENCY,
    ) -> TicketPage:
        """Lines of tickets: open ones first, then by priority and time of change, newest first; or by place."""
        with self._database.reading() as session:
            return ticket_page(session, scope, chosen, limit, offset, order)

    def ticket_counts(
        self, scope: Scope, now: int, assignee: str, chosen: TicketFilter = EVERY_TICKET
    ) -> list[TicketCount]:
        """How many tickets there are, see :func:`store.ticket_counts.ticket_counts`."""
        with self._database.reading() as session:
            return ticket_counts(session, scope, chosen, now, assignee)

    def zones_told_simulated(self, scope: Scope) -> frozenset[ZoneId]:
        """Zones of which a ticket in scope rests on simulated data."""
        with self._database.reading() as session:
            return zones_told_simulated(session, scope)

    def rule_states(self, scope: Scope, zone: str) -> list[RuleStanding]:
        """Where the rules of a zone stand; none outside the service."""
        with self._database.reading() as session:
            return rule_states(session, scope, ZoneId(zone))

    def ticket(self, scope: Scope, ticket: int) -> TicketView:
        """One ticket.

        Raises
        ------
        UnknownError
            There is none of that number in scope; whether there is one elsewhere is not told.
        """
        with self._database.reading() as session:
            return ticket_view(session, _ticket_row(session, scope, ticket), scope)

    def metrology(self, scope: Scope, ticket: int) -> list[ComparedResult]:
        """The metrology results of a ticket that stand; an expert sees them without the screening, an employer none.

        Raises
        ------
        UnknownError
            There is no such ticket in scope.
        """
        with self._database.reading() as session:
            row = _ticket_row(session, scope, ticket)
            found = [] if scope.is_employer else compared_results(session, row)
        return [replace(each, screened=None, comparison=None) for each in found] if scope.is_outside else found

    def ticket_basis(self, scope: Scope, ticket: int) -> TicketBasis | None:
        """What the newest revision of a ticket was computed from; None outside the service, and where it was not kept.

        Raises
        ------
        UnknownError
            There is no such ticket in scope.
        SnapshotError
            What was kept is not what was written.
        """
        with self._database.reading() as session:
            row = _ticket_row(session, scope, ticket)
            return None if scope.is_outside else ticket_basis(session, row)

    def kits(self, scope: Scope) -> list[KitView]:
        """Kits by id: all of the service's, or those that are or were with the employer."""
        registry = load(self._database, scope)
        with self._database.reading() as session:
            rows = session.scalars(select(KitStatusRow).where(KitStatusRow.kit.in_(list(registry.kits))))
            statuses = {row.kit: stored_status(row) for row in rows}
        last = self._readings.last_instants(list(registry.kits))
        now = _now()
        return [
            _kit_view(kit, registry, scope, statuses.get(kit.id), last.get(kit.id), now)
            for kit in registry.kits.values()
        ]

    def readings_for_chart(
        self, scope: Scope, zone: str, quantity: str, start: int | None = None, end: int | None = None
    ) -> Course:
        """The signal of a zone: readings of its kits while they were there, without the bad ones.

        Parameters
        ----------
        zone, quantity : str
        start, end : int, optional
            (start, end] [ms UTC]; an employer gets whole steps of the allowed resolution.

        Raises
        ------
        UnknownError
            There is no such zone in scope.
        UnknownQuantityError
            The catalog has no such quantity.
        """
        place = self.zone(scope, zone)
        known = quantity_named(quantity)
        if not scope.is_employer:
            return Course(self._course(scope, place.zone, known.id, start, end), None, None)
        if place.zone.headcount < self._privacy.minimum_group:
            return Course(pl.DataFrame(schema=_COURSE), self._privacy.resolution, Withheld.SMALL_GROUP)
        step = self._privacy.resolution * 1000
        whole_start = None if start is None else start // step * step
        whole_end = None if end is None else -(-end // step) * step
        rows = self._course(scope, place.zone, known.id, whole_start, whole_end)
        return Course(coarse_course(rows, known, self._privacy, _now()), self._privacy.resolution, None)

    def _course(self, scope: Scope, zone: Zone, quantity: str, start: int | None, end: int | None) -> pl.DataFrame:
        registry = load(self._database, scope)
        parts = [pl.DataFrame(schema=_COURSE)]
        for lent in registry.deployments_of(zone):
            since = lent.start if start is None else max(lent.start, start)
            until = end if lent.end is None else lent.end if end is None else min(lent.end, end)
            rows = self._readings.read(kits=[lent.kit], quantities=[quantity], start=since, end=until)
            usable = rows.filter(~pl.col("flag").is_in([int(Flag.BAD), int(Flag.MISSING)]))
            parts.append(usable.with_columns(suspect=pl.col("flag") == int(Flag.SUSPECT)).select(list(_COURSE)))
        return pl.concat(parts).sort("kit", "instant")

    def _zones(self, session: Session, scope: Scope, zone: str | None) -> frozenset[ZoneId]:
        visible = scope.zone_ids(session)
        return visible if zone is None else visible & {ZoneId(zone)}

    def _small_groups(self, session: Session, scope: Scope) -> list[str]:
        few = ZoneRow.headcount < self._privacy.minimum_group
        return list(session.scalars(select(ZoneRow.id).where(scope.zones(), few)))


def _ticket_row(session: Session, scope: Scope, ticket: int) -> TicketRow:
    query = select(TicketRow).where(TicketRow.id == ticket, scope.tickets())
    row = session.scalars(query).first() if ticket <= LARGEST_NUMBER else None
    if row is None:
        raise UnknownError(f"there is no ticket {ticket}")
    return row


def _kit_view(
    kit: Kit, registry: Registry, scope: Scope, status: StoredStatus | None, last_reading: int | None, now: int
) -> KitView:
    lent = sorted((d for d in registry.deployments.values() if d.kit == kit.id), key=lambda d: d.start)
    started = [d for d in lent if d.start <= now] or lent
    deployment = started[-1] if started else None
    if not scope.is_outside:
        return KitView(kit, deployment, status, last_reading)
    if deployment is None or not (deployment.start < now and (deployment.end is None or now <= deployment.end)):
        return KitView(kit, deployment, None, None)
    # What it said or measured before it came to them was with somebody else.
    own_status = status if status is not None and status.received > deployment.start else None
    own_reading = last_reading if last_reading is not None and last_reading > deployment.start else None
    return KitView(kit, deployment, own_status, own_reading)


def _now() -> int:
    return time.time_ns() // 1_000_000
