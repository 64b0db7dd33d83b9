"""The tickets as one signed-in person may read them, and what they may do next."""

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import groupby

from litestar.exceptions import NotFoundException

from catalog.identifiers import EstablishmentId
from dashboards.portal.reader import Reader
from dashboards.portal.rooms import Rooms
from dashboards.portal.ticket_choice import LINES, TicketChoice
from dashboards.portal.ticket_shown import (
    AssigneeChoice,
    CampaignChoice,
    EventShown,
    FileShown,
    TalkShown,
    TicketShown,
    TicketTotals,
    ZoneGroup,
)
from dashboards.ticket_sentences import event_words
from dashboards.ticket_vocabulary import AUDIENCES, ROLES
from dashboards.vocabulary import marked
from dashboards.words import Words
from rules.life import OPEN, may_follow
from rules.roles import OF_THE_SERVICE, Role, may
from rules.ticket_events import Attached, Commented, EventKind, Passed, TicketEvent, Unsaid
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.accounts import Account
from store.attachments import AttachmentStore
from store.errors import SnapshotError, UnknownError
from store.metrology import ComparedResult
from store.ticket_basis import TicketBasis
from store.ticket_counts import TicketCount
from store.ticket_list import TicketFilter, TicketLine, TicketPage
from store.tickets import VIGIE

_LOG = logging.getLogger(__name__)

_SAYERS: Mapping[Role, str] = {
    Role.ENGINEER: marked("your occupational-health service"),
    Role.PHYSICIAN: marked("your occupational-health service"),
    Role.TECHNICIAN: marked("your occupational-health service"),
    Role.EXPERT: marked("the expert from outside"),
    Role.EMPLOYER: marked("the employer"),
}
"""Who says something, to those outside the service: people of the service are not named."""


class TicketDesk:
    """One person's tickets, for the time of one request.

    Parameters
    ----------
    rooms : Rooms
    account : Account
        Whose scope every question carries, and whose role decides which steps are offered.
    reader : Reader
        The same person's view of places.
    """

    def __init__(self, rooms: Rooms, account: Account, reader: Reader) -> None:
        self._rooms = rooms
        self._scope = account.scope
        self.account = account
        self.reader = reader

    @property
    def now(self) -> int:
        """Milliseconds UTC."""
        return self._rooms.config.clock()

    @property
    def attachments(self) -> AttachmentStore:
        """The files of tickets."""
        return self._rooms.attachments

    def lines(self, choice: TicketChoice) -> TicketPage:
        """A page of the list."""
        chosen = choice.filter(self.now, self.account.email)
        return self._rooms.views.tickets(self._scope, chosen, LINES, choice.offset, choice.order)

    def grouped(self, lines: Sequence[TicketLine], choice: TicketChoice) -> list[ZoneGroup]:
        """The lines of a page zone by zone, or in one group where urgency orders them."""
        if not choice.by_zone:
            return [ZoneGroup("", "", "", lines)] if lines else []
        groups = [(zone, list(members)) for zone, members in groupby(lines, key=lambda line: line.zone)]
        return [ZoneGroup(zone, own[0].zone_name, self.place_of(own[0]), own) for zone, own in groups]

    def place_of(self, line: TicketLine) -> str:
        """Establishment and employer of a line."""
        return f"{line.establishment_name} · {self.reader.registry.employers[line.employer].name}"

    def totals(self) -> TicketTotals:
        """How many tickets wait for what."""
        counts = self._counts(TicketFilter(awake_at=self.now))
        still = [count for count in counts if count.state in OPEN]
        return TicketTotals(
            open=sum(count.tickets for count in still),
            waiting=sum(count.tickets for count in still if count.state is TicketState.PROPOSED),
            overdue=sum(count.overdue for count in counts),
            mine=sum(count.assigned for count in still),
        )

    def open_by_place(self) -> Mapping[EstablishmentId, int]:
        """Open tickets of every establishment that has any."""
        found: dict[EstablishmentId, int] = {}
        for count in self._counts(TicketFilter(states=OPEN)):
            found[count.establishment] = found.get(count.establishment, 0) + count.tickets
        return found

    def _counts(self, chosen: TicketFilter) -> list[TicketCount]:
        return self._rooms.views.ticket_counts(self._scope, self.now, self.account.email, chosen)

    def ticket(self, ticket: int) -> TicketShown:
        """A ticket in scope; any other does not exist."""
        return self.reader.ticket(ticket)

    def offered(self, shown: TicketShown) -> frozenset[EventKind]:
        """The steps the person may take with a ticket now."""
        view, email = shown.view, self.account.email
        steps = {
            step
            for step in EventKind
            if may(self.account.role, step, shown.kind, is_assignee=view.assignee == email)
            and may_follow(view.state, step)
        }
        if shown.kind is TicketKind.KIT_CHECK or not shown.content.evidence:
            steps.discard(EventKind.METROLOGY)
        if view.state is not TicketState.PROPOSED and not shown.amended:
            steps.discard(EventKind.VALIDATED)
        if view.state is TicketState.PROPOSED and self._waits_for_a_kit(shown):
            steps.discard(EventKind.VALIDATED)
        return frozenset(steps)

    def kit_checks(self, shown: TicketShown) -> list[TicketLine]:
        """The open checks of the kits a ticket rests on that hold it back; none where it is not held back."""
        if shown.view.service is None or shown.view.service.held_back_by is None:
            return []
        rules = {f"kit-check-{item.kit}" for item in shown.content.evidence}
        chosen = TicketFilter(states=OPEN, kinds=(TicketKind.KIT_CHECK,), zone=shown.view.zone)
        return [line for line in self._rooms.views.tickets(self._scope, chosen).lines if line.rule in rules]

    def _waits_for_a_kit(self, shown: TicketShown) -> bool:
        checks = {line.rule for line in self.kit_checks(shown)}
        return bool(checks) and len(checks) == len({item.kit for item in shown.content.evidence})

    def assignees(self, words: Words) -> list[AssigneeChoice]:
        """Whom a ticket can be assigned to: people of the service, then experts from outside."""
        found = [one for one in self._accounts if not one.disabled and one.role is not Role.EMPLOYER]
        found.sort(key=lambda one: (one.role not in OF_THE_SERVICE, one.name.casefold(), one.email))
        return [AssigneeChoice(one.email, f"{one.name} ({words.say(ROLES[one.role])})") for one in found]

    def campaigns(self, shown: TicketShown, words: Words) -> list[CampaignChoice]:
        """The deployments in the zone that began after what the ticket asked for was done."""
        service = shown.view.service
        ends = [event.at for event in service.events if event.kind is EventKind.DONE] if service is not None else []
        if not ends:
            return []
        lent = self.reader.registry.deployments.values()
        later = sorted((d for d in lent if d.zone == shown.view.zone and d.start >= ends[-1]), key=lambda d: d.start)
        kits = self.reader.registry.kits
        return [
            CampaignChoice(
                each.id,
                words.say(
                    "from %(day)s, %(kit)s",
                    day=words.day(words.local(each.start).date()),
                    kit=kits[each.kit].label or each.kit,
                ),
            )
            for each in later
        ]

    def history(self, shown: TicketShown, words: Words) -> list[EventShown]:
        """What happened: with names and notes for the service; for others when it was validated."""
        view = shown.view
        if view.service is None:
            told = words.say("validated by a professional of the service")
            return [] if view.validated_at is None else [EventShown(view.validated_at, told, "", "")]
        return [
            EventShown(event.at, event_words(event, words, self.names), self._named(event, words), event.note)
            for event in view.service.events
            if not isinstance(event.detail, Passed | Unsaid)
        ]

    def talk(self, shown: TicketShown, words: Words) -> list[TalkShown]:
        """Comments and files the person may read."""
        return [self._said(shown, event, words) for event in shown.view.talk]

    def results(self, shown: TicketShown) -> list[ComparedResult]:
        """The metrology results of a ticket that stand, as far as the person may see them."""
        return self._rooms.views.metrology(self._scope, shown.view.id)

    def basis(self, shown: TicketShown) -> TicketBasis | None:
        """What a ticket was computed from, for the service; None where that was not kept or is no longer whole."""
        try:
            return self._rooms.views.ticket_basis(self._scope, shown.view.id)
        except SnapshotError as error:
            _LOG.error("ticket %s: %s", shown.view.id, error)
            return None

    def file(self, shown: TicketShown, checksum: str) -> Attached:
        """A file of a ticket the person may read; any other does not exist."""
        for event in shown.view.talk:
            if isinstance(event.detail, Attached) and event.detail.sha256 == checksum:
                return event.detail
        raise NotFoundException

    def read(self, attached: Attached) -> bytes:
        """The bytes of a file; one that is missing on disk does not exist."""
        try:
            return self.attachments.read(attached)
        except UnknownError:
            raise NotFoundException from None

    def _said(self, shown: TicketShown, event: TicketEvent, words: Words) -> TalkShown:
        detail, outside = event.detail, self._scope.is_outside
        file = None
        if isinstance(detail, Attached):
            file = FileShown(
                f"/tickets/{shown.view.id}/attachments/{detail.sha256}", detail.name, words.size(detail.size)
            )
        audience = words.say(AUDIENCES[detail.audience]) if isinstance(detail, Attached | Commented) else ""
        by = self._outside_name(event, words) if outside else self._named(event, words)
        return TalkShown(event.at, by, "" if self._scope.is_employer else audience, event.note, file)

    def _named(self, event: TicketEvent, words: Words) -> str:
        if event.by == VIGIE:
            return ""
        name = self.names.get(event.by, event.by)
        role = next((role for role in Role if role.value == event.role), None)
        return f"{name}, {words.say(ROLES[role])}" if role is not None else name

    def _outside_name(self, event: TicketEvent, words: Words) -> str:
        if event.by == self.account.email:
            return words.say("you")
        role = next((role for role in Role if role.value == event.role), Role.ENGINEER)
        return words.say(_SAYERS[role])

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of people by the address of their account: everybody's for the service, else the reader's own."""
        known = [self.account] if self._scope.is_outside else self._accounts
        return {one.email: one.name for one in known}

    @cached_property
    def _accounts(self) -> list[Account]:
        return self._rooms.accounts.all()
