"""Who is written to: every account by its role, and every webhook."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.language import Language
from rules.roles import Role
from store.accounts import Account
from store.outbox import Channel
from store.scope import Scope
from vigie.notifications.facts import TicketFacts
from vigie.notifications.settings import Notifications, Webhook
from vigie.notifications.topics import Topic


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or one webhook.

    Attributes
    ----------
    name : str
        Address of the account, or name of the webhook.
    role : Role or None
        None for a webhook.
    scope : Scope
        What they may be told of.
    immediate, digest : frozenset of Topic
        What they are told at once, and what once a day.
    simulated : bool
        Whether tickets of virtual kits concern them.
    """

    channel: Channel
    name: str
    role: Role | None
    scope: Scope
    language: Language
    immediate: frozenset[Topic]
    digest: frozenset[Topic]
    simulated: bool

    def may_be_told_of(self, ticket: TicketFacts) -> bool:
        """Whether a ticket that is in their scope is real enough for them."""
        return self.simulated or not ticket.simulated

    def key(self, subject: str) -> str:
        """Key of a message to them about something."""
        return f"{subject}:{self.channel.value}:{self.name}"


def recipients(accounts: Iterable[Account], settings: Notifications) -> list[Recipient]:
    """Everybody the settings want written to.

    Parameters
    ----------
    accounts : iterable of Account
        Disabled ones are left out.
    settings : Notifications
    """
    people = [_person(account, settings) for account in accounts if not account.disabled] if settings.mails else []
    return [*people, *(_webhook(webhook, settings) for webhook in settings.webhook)]


def _person(account: Account, settings: Notifications) -> Recipient:
    subscription = settings.roles.of(account.role.value)
    return Recipient(
        channel=Channel.MAIL,
        name=account.email,
        role=account.role,
        scope=account.scope,
        language=settings.language_of(account.email),
        immediate=frozenset(subscription.immediate),
        digest=frozenset(subscription.digest),
        simulated=account.role is not Role.EMPLOYER or settings.simulated_to_employers,
    )


def _webhook(webhook: Webhook, settings: Notifications) -> Recipient:
    return Recipient(
        channel=Channel.WEBHOOK,
        name=webhook.name,
        role=None,
        scope=Scope.employer(webhook.employer) if webhook.employer else Scope.service(),
        language=settings.language,
        immediate=frozenset(webhook.events),
        digest=frozenset(),
        simulated=webhook.simulated,
    )
