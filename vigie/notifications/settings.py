"""``[notifications]`` of ``vigie.toml``: the mail server, webhooks, and who is told what, at once or once a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import Enum
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

from rules.language import Language
from vigie.notifications.topics import FOR_EMPLOYERS, Topic

_WEBHOOK_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Security(Enum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server; an empty host means no mail.

    Attributes
    ----------
    port : int
        587 with STARTTLS, 465 with TLS from the start.
    password_file, ca_file : str
        Relative paths start at the workspace. The authority is the system's where no file is named.
    sender : str
        Address mails come from, with or without a name: ``Vigie <vigie@service.example>``.
    """

    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password_file: str = ""
    ca_file: str = ""
    sender: str = ""

    def __post_init__(self) -> None:
        if not self.host:
            return
        if not 1 <= self.port <= 65535:
            raise ValueError(f"port is {self.port}; expected 1 to 65535, such as 587")
        if not re.search(r"[^\s@<>]+@[^\s@<>]+", self.sender):
            raise ValueError(f'sender is {self.sender!r}; expected an address, such as "Vigie <vigie@service.example>"')
        if self.username and not self.password_file:
            raise ValueError("password_file is missing; username needs one")
        if self.username and self.security is Security.NONE and not is_loopback(self.host):
            raise ValueError(
                'security is "none"; a password would cross the network in the clear: expected "starttls" or "tls"'
            )


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a role is told at once, and what in the daily digest."""

    immediate: tuple[Topic, ...] = ()
    digest: tuple[Topic, ...] = ()

    @property
    def topics(self) -> frozenset[Topic]:
        """All of them."""
        return frozenset((*self.immediate, *self.digest))


_PROFESSIONAL = Subscription(
    immediate=(Topic.ACUTE, Topic.ASSIGNED),
    digest=(
        Topic.PROPOSED,
        Topic.AGAIN,
        Topic.DONE,
        Topic.REOPENED,
        Topic.COMMENTED,
        Topic.METROLOGY,
        Topic.DUE_SOON,
        Topic.OVERDUE,
        Topic.FOLLOW_UP,
        Topic.SNOOZE_OVER,
    ),
)


@dataclass(frozen=True, slots=True)
class Roles:
    """Who is told what, by role; an expert hears only of tickets assigned to them."""

    engineer: Subscription = _PROFESSIONAL
    physician: Subscription = _PROFESSIONAL
    technician: Subscription = Subscription(
        immediate=(Topic.ACUTE, Topic.ASSIGNED),
        digest=(Topic.PROPOSED, Topic.REOPENED, Topic.DUE_SOON, Topic.OVERDUE, Topic.SNOOZE_OVER),
    )
    expert: Subscription = Subscription(
        immediate=(Topic.ASSIGNED, Topic.ACUTE),
        digest=(Topic.REOPENED, Topic.COMMENTED, Topic.DUE_SOON, Topic.OVERDUE),
    )
    employer: Subscription = Subscription(
        immediate=(Topic.ACUTE,),
        digest=(
            Topic.VALIDATED,
            Topic.DONE,
            Topic.VERIFIED,
            Topic.REOPENED,
            Topic.COMMENTED,
            Topic.DUE_SOON,
            Topic.OVERDUE,
        ),
    )

    def __post_init__(self) -> None:
        _only_for_employers(self.employer.topics, "employer")

    def of(self, role: str) -> Subscription:
        """The subscription of a role by its name."""
        found = getattr(self, role)
        if not isinstance(found, Subscription):
            raise TypeError(role)
        return found


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that gets signed JSON.

    Attributes
    ----------
    name : str
        By which the outbox knows it; the address itself may be a secret.
    url : str
        ``https://``; plain ``http://`` only to this machine.
    secret_file : str
        File with ``whsec_`` and 24 to 64 random bytes in base64 (Standard Webhooks).
    events : tuple of Topic
        All sent at once.
    employer : str
        Id of the employer it belongs to, which then gets what this employer may see; empty for the service.
    simulated : bool
        Whether tickets of virtual kits are sent too.
    """

    name: str
    url: str
    secret_file: str
    events: tuple[Topic, ...] = (Topic.ACUTE,)
    employer: str = ""
    ca_file: str = ""
    simulated: bool = False

    def __post_init__(self) -> None:
        if not _WEBHOOK_NAME.fullmatch(self.name):
            raise ValueError(f"name is {self.name!r}; expected small letters, digits and hyphens")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url is no web address; expected https://HOST/PATH")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError(f"url begins with http:// and leaves this machine ({parts.hostname}); expected https://")
        if parts.username or parts.password:
            raise ValueError("url holds a user or password; leave them out, what is sent is signed")
        if self.employer:
            _only_for_employers(frozenset(self.events), f"webhook {self.name}")


@dataclass(frozen=True, slots=True)
class Notifications:
    """Everything about mail and webhooks.

    Attributes
    ----------
    portal : str
        Where people reach the portal, for links: ``https://vigie.service.example``; empty leaves links out.
    language : Language
        Of every mail but those of the addresses in ``languages``.
    digest_at : str
        Local time of the daily digest, ``HH:MM``.
    due_soon_days : int
        How long before it is due a ticket is told of.
    simulated_to_employers : bool
        Whether employers are told of tickets of virtual kits.
    """

    portal: str = ""
    language: Language = Language.FRENCH
    languages: Mapping[str, Language] = field(default_factory=lambda: MappingProxyType({}))
    digest_at: str = "07:00"
    due_soon_days: int = 7
    simulated_to_employers: bool = False
    smtp: Smtp = field(default_factory=Smtp)
    roles: Roles = field(default_factory=Roles)
    webhook: tuple[Webhook, ...] = ()

    def __post_init__(self) -> None:
        if not _CLOCK.fullmatch(self.digest_at):
            raise ValueError(f"digest_at is {self.digest_at!r}; expected a time such as 07:00")
        if not 1 <= self.due_soon_days <= 60:
            raise ValueError(f"due_soon_days is {self.due_soon_days}; expected 1 to 60")
        parts = urlsplit(self.portal)
        if self.portal and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(f"portal is {self.portal!r}; expected an address such as https://vigie.service.example")
        names = [webhook.name for webhook in self.webhook]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"webhook name {twice!r} is there twice; expected one of each")

    @property
    def enabled(self) -> bool:
        """Whether anything is sent at all."""
        return self.mails or bool(self.webhook)

    @property
    def mails(self) -> bool:
        """Whether mail is sent."""
        return bool(self.smtp.host)

    @property
    def digest_time(self) -> time:
        """Local time of the daily digest."""
        return time.fromisoformat(self.digest_at)

    def language_of(self, address: str) -> Language:
        """The language somebody is written to in."""
        own = (language for named, language in self.languages.items() if named.lower() == address.lower())
        return next(own, self.language)

    def webhook_named(self, name: str) -> Webhook | None:
        """A webhook, or None where the settings no longer have it."""
        return next((webhook for webhook in self.webhook if webhook.name == name), None)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("mail.example")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _only_for_employers(topics: frozenset[Topic], where: str) -> None:
    hidden = sorted(topic.value for topic in topics - FOR_EMPLOYERS)
    if hidden:
        allowed = ", ".join(topic.value for topic in Topic if topic in FOR_EMPLOYERS)
        raise ValueError(f'{where} asks for "{hidden[0]}", which no employer is told; expected some of: {allowed}')
