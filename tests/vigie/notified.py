"""A service of two employers with people of every role, whose tickets are told of."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import func, select

from catalog.identifiers import ZoneId
from rules.roles import Actor, Role
from rules.states import RuleState, RuleStatus, Transition
from rules.tickets import TicketKind, TicketProposal
from store.accounts import AccountStore
from store.database import Database, open_database
from store.outbox import Channel, Outbox, StoredMessage
from store.registry import save
from store.tables import TicketRow
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from tests.store.worlds import DAY, HOUR, NOON, proposal, registry
from vigie.notifications.settings import Notifications, Smtp, Webhook
from vigie.notifications.worker import write_messages
from vigie.settings import Service, Settings, Storage
from vigie.workspace import Workspace

__all__ = ["DAY", "HOUR", "NOON"]

ADA = Actor("ada@service.example", Role.ENGINEER)
PAUL = Actor("paul@service.example", Role.PHYSICIAN)
TOM = Actor("tom@service.example", Role.TECHNICIAN)
EVA = Actor("eva@expert.example", Role.EXPERT)
ALICE = Actor("alice@a.example", Role.EMPLOYER)
BOB = Actor("bob@b.example", Role.EMPLOYER)
EMPLOYER_OF = {ALICE.email: "A", BOB.email: "B"}

SMTP = Smtp(host="127.0.0.1", sender="Vigie <vigie@service.example>")
SETTINGS = Notifications(portal="https://vigie.example/", smtp=SMTP)


@dataclass
class World:
    """The service, and the time it is there."""

    workspace: Workspace
    now: int = NOON

    @property
    def database(self) -> Database:
        return self.workspace.database

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.database)

    @property
    def steps(self) -> TicketSteps:
        return TicketSteps(self.database)

    def later(self, milliseconds: int) -> int:
        """Let time pass."""
        self.now += milliseconds
        return self.now

    def propose(
        self,
        zone: str = "a1",
        rule: str = "co2-air",
        priority: int = 3,
        kind: TicketKind = TicketKind.WORKPLACE_ACTION,
        **changes: Any,
    ) -> int:
        """The rules ask for a ticket; its number."""
        return self.apply(zone, replace(proposal(zone, rule=rule, priority=priority, kind=kind), **changes))

    def apply(self, zone: str, asked: TicketProposal, *history: Transition) -> int:
        """What the rules say of a zone, with the history of the rule where it is told."""
        statuses: Sequence[RuleStatus] = ()
        if history:
            statuses = [RuleStatus(ZoneId(zone), asked.agent, asked.rule, history[-1].at, history)]
        TicketStore(self.database).apply(ZoneId(zone), [asked], self.now, ComputedFrom(1), statuses=statuses)
        with self.database.reading() as session:
            newest = select(func.max(TicketRow.id)).where(TicketRow.zone == zone, TicketRow.rule == asked.rule)
            return session.scalars(newest).one()

    def tell(self) -> list[StoredMessage]:
        """Write what is to be told; the new messages, oldest first."""
        before = {stored.id for stored in self.outbox.messages(limit=100_000)}
        written = write_messages(self.workspace, self.now)
        new = [stored for stored in self.outbox.messages(limit=100_000) if stored.id not in before]
        assert len(new) == written
        return list(reversed(new))

    def told(self) -> dict[str, str]:
        """Write what is to be told; the subject each recipient gets, who gets at most one."""
        messages = self.tell()
        found = {stored.message.recipient: stored.message.subject for stored in messages}
        assert len(found) == len(messages), messages
        return found


def world(folder: Path, settings: Notifications = SETTINGS, timezone: str = "Europe/Paris") -> World:
    """A new service with its registry and people."""
    shutil.copyfile(_people(), folder / "vigie.db")
    url = f"sqlite:///{folder / 'vigie.db'}"
    everything = Settings(
        service=Service("SPST du Test", timezone), storage=Storage(database=url), notifications=settings
    )
    return World(Workspace(folder, everything))


@cache
def _people() -> Path:
    """A database with the registry and people, to be copied: making one takes half a second."""
    path = Path(tempfile.mkdtemp(prefix="vigie-people-")) / "vigie.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    database = open_database(f"sqlite:///{path}")
    save(database, registry())
    accounts = AccountStore(database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for person in (ADA, PAUL, TOM, EVA, ALICE, BOB):
        name, employer = person.email.partition("@")[0], EMPLOYER_OF.get(person.email)
        accounts.create(person.email, name.title(), person.role, "long enough", NOON, employer)
    database.close()
    return path


def with_settings(of: World, settings: Notifications) -> World:
    """The same service after its settings were changed."""
    changed = replace(of.workspace.settings, notifications=settings)
    return World(Workspace(of.workspace.root, changed), of.now)


def hook(name: str = "erp", **changes: Any) -> Webhook:
    """A webhook of the service."""
    return Webhook(name, "https://erp.example/hook", "secret", **changes)


def firing(at: int, priority: int = 1, *, flapping: bool = False) -> Transition:
    """The rule begins to fire."""
    return Transition(at, RuleState.FIRING, "acute", TicketKind.WORKPLACE_ACTION, priority, flapping)


def normal(at: int) -> Transition:
    """The rule is back to normal."""
    return Transition(at, RuleState.NORMAL)


def payloads(messages: Sequence[StoredMessage]) -> list[dict[str, Any]]:
    """What webhooks get."""
    return [json.loads(each.message.body) for each in messages if each.message.channel is Channel.WEBHOOK]
