"""What one signed-in person may read: every question goes to the store with their scope."""

from functools import cached_property

import polars as pl
from litestar.exceptions import NotFoundException

from catalog.errors import UnknownQuantityError
from catalog.identifiers import EstablishmentId, QuantityId, ZoneId
from catalog.kits import Calibration
from catalog.places import Establishment, Zone
from catalog.registry import Registry
from catalog.schedule import Interval
from dashboards.portal.answers import courses_of, findings_of, kit_of, ticket_of
from dashboards.portal.chart_cache import ChartCache
from dashboards.portal.live import live_of
from dashboards.portal.rooms import Rooms
from dashboards.portal.several_agents import SeveralAgents, several_agents
from dashboards.portal.shown import KitShown, LiveShown, SignalShown, ZonePlace
from dashboards.portal.ticket_shown import TicketShown
from dashboards.standing import Finding
from dashboards.words import Words
from dsp.exposure import WindowKind
from rules.life import OPEN
from rules.roles import OF_THE_SERVICE
from store.accounts import Account
from store.errors import UnknownError
from store.rule_states import RuleStanding
from store.scope import Scope
from store.ticket_list import TicketFilter

LONGEST_CHART = 35 * 86_400_000
"""Milliseconds; of a longer deployment a page draws the end."""


class Reader:
    """One person's view, for the time of one request.

    Parameters
    ----------
    rooms : Rooms
    account : Account
        Whose scope every question carries. What is not in it is as if it were not there.
    """

    def __init__(self, rooms: Rooms, account: Account) -> None:
        self._rooms = rooms
        self._account = account
        self._scope = account.scope
        self._exposures: dict[ZoneId, pl.DataFrame] = {}
        self._findings: dict[ZoneId, list[Finding]] = {}

    @property
    def is_of_the_service(self) -> bool:
        """Whether the person belongs to the service."""
        return self._account.role in OF_THE_SERVICE

    @property
    def service_timezone(self) -> str:
        """The clock of pages that speak of several places."""
        return self._rooms.config.service_timezone

    @property
    def charts(self) -> ChartCache:
        """The charts drawn last."""
        return self._rooms.charts

    @property
    def resolution(self) -> int | None:
        """Shortest mean [s] the person may see; None for the readings themselves."""
        return self._rooms.config.privacy.resolution if self._scope.is_employer else None

    @property
    def minimum_group(self) -> int:
        """People in a zone below which an employer sees no course over time."""
        return self._rooms.config.privacy.minimum_group

    def withholds(self, zone: Zone) -> bool:
        """Whether a zone has too few people for this person to see a course over time."""
        return self._scope.is_employer and zone.headcount < self.minimum_group

    @cached_property
    def registry(self) -> Registry:
        """Employers, establishments, zones, kits and deployments in scope."""
        return self._rooms.views.registry(self._scope)

    @cached_property
    def _calibrations(self) -> tuple[Calibration, ...]:
        """What readings are corrected by: an employer is shown corrected values, not the service's certificates."""
        return self._rooms.views.registry(Scope.service()).calibrations

    def establishment(self, establishment: str) -> Establishment:
        """An establishment in scope; any other does not exist."""
        found = self.registry.establishments.get(EstablishmentId(establishment))
        if found is None:
            raise NotFoundException
        return found

    def place(self, zone: str) -> ZonePlace:
        """A zone in scope; any other does not exist."""
        found = self.registry.zones.get(ZoneId(zone))
        if found is None:
            raise NotFoundException
        return ZonePlace(found, self.registry.establishment_of(found))

    def findings(self, zone: ZoneId) -> list[Finding]:
        """The exposures of a zone, as they now stand."""
        if zone not in self._findings:
            self._findings[zone] = findings_of(self._rows(zone))
        return self._findings[zone]

    def _rows(self, zone: ZoneId) -> pl.DataFrame:
        if zone not in self._exposures:
            self._exposures[zone] = self._rooms.views.exposures(self._scope, zone)
        return self._exposures[zone]

    def several_agents(self, zone: Zone, words: Words) -> list[SeveralAgents]:
        """Campaigns of a zone with several agents over half of their limits, for the service; none for others."""
        if self._scope.is_outside:
            return []
        return several_agents(self._rows(zone.id), self._rooms.config.packs, zone, words)

    def live(self, zone: ZoneId, words: Words) -> list[LiveShown]:
        """The shifts of a zone under way, for the service; nothing for anybody else."""
        now = self._rooms.config.clock()
        return live_of(self._rooms.views.live(self._scope, zone, now), self.registry.kits, words, now)

    @cached_property
    def simulated_zones(self) -> frozenset[ZoneId]:
        """Zones of which anything shown is simulated."""
        kits = {kit.id for kit in self.registry.kits.values() if kit.simulated}
        lent = {deployment.zone for deployment in self.registry.deployments.values() if deployment.kit in kits}
        told = self._rooms.views.zones_told_simulated(self._scope)
        campaigns = self._rooms.views.exposures(self._scope, window_kinds=[WindowKind.CAMPAIGN.value])
        computed = {ZoneId(zone) for zone in campaigns.filter(campaigns["simulated"])["zone"].unique()}
        return frozenset(lent | told | computed)

    def is_simulated(self, zone: ZoneId) -> bool:
        """Whether anything shown of a zone is simulated, looking at every value."""
        return zone in self.simulated_zones or any(finding.simulated for finding in self.findings(zone))

    def span(self, zone: ZoneId) -> Interval | None:
        """From the first to the last window of a zone, or None where nothing was computed."""
        found = self.findings(zone)
        if not found:
            return None
        end = max(finding.end for finding in found)
        return Interval(max(min(finding.start for finding in found), end - LONGEST_CHART), end)

    def signal(self, place: ZonePlace, quantity: QuantityId, span: Interval) -> SignalShown:
        """The signal of a zone, as fine as the person may see it."""
        try:
            course = self._rooms.views.readings_for_chart(self._scope, place.zone.id, quantity, span.start, span.end)
        except (UnknownError, UnknownQuantityError):
            raise NotFoundException from None
        return SignalShown(
            courses_of(course.rows, self.registry, self._calibrations, place.zone, quantity, course.resolution),
            course.resolution,
            course.withheld is not None,
            bool(course.rows["simulated"].any()),
        )

    def ticket(self, ticket: int) -> TicketShown:
        """A ticket in scope; any other does not exist."""
        try:
            return ticket_of(self._rooms.views.ticket(self._scope, ticket), self.registry)
        except UnknownError:
            raise NotFoundException from None

    def open_tickets(self, zone: ZoneId) -> list[TicketShown]:
        """The tickets of a zone somebody still has to act on, with what they say; one for an agent and a rule."""
        lines = self._rooms.views.tickets(self._scope, TicketFilter(states=OPEN, zone=zone)).lines
        return [self.ticket(line.id) for line in lines]

    def rule_states(self, zone: ZoneId) -> list[RuleStanding]:
        """Where the rules of a zone stand, for the service; nothing for anybody else."""
        return self._rooms.views.rule_states(self._scope, zone)

    def kits(self, words: Words) -> list[KitShown]:
        """The kits in scope, silent ones first."""
        now = self._rooms.config.clock()
        found = [kit_of(view, self.registry, now, words) for view in self._rooms.views.kits(self._scope)]
        return sorted(found, key=lambda kit: (not kit.silent, kit.id))
