"""``vigie.toml``: how one workspace runs; the same code runs embedded, on a server or on many, only this differs."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from vigie.errors import UsageError
from vigie.notifications.settings import Notifications
from vigie.toml_tables import Place, meant, read_table

FILE_NAME = "vigie.toml"


@dataclass(frozen=True, slots=True)
class Service:
    """The occupational-health service that runs this workspace."""

    name: str = "Service de prévention et de santé au travail"
    timezone: str = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where kits publish.

    Attributes
    ----------
    url : str
        ``mqtt://host:port`` or ``mqtts://host:port``.
    embedded : bool
        True starts the pure-Python broker inside ``vigie run``; for the demo and small sites.
    client_id : str
        Fixed, so that the broker keeps the collector's session while it is away.
    password_file : str
        Path of a file that holds the password; never the password itself.
    """

    url: str = "mqtt://127.0.0.1:1883"
    embedded: bool = True
    client_id: str = "vigie-collector"
    username: str = ""
    password_file: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Storage:
    """Where things are kept; relative paths start at the workspace."""

    data: str = "data"
    database: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """The web portal."""

    host: str = "127.0.0.1"
    port: int = 8080
    secure_cookies: bool = False


@dataclass(frozen=True, slots=True)
class Privacy:
    """What an employer may see at the finest: light, CO2 and noise give away who was there when."""

    resolution: int = 3600
    minimum_group: int = 3


@dataclass(frozen=True, slots=True)
class Ingest:
    """The collector's bounds."""

    max_payload_bytes: int = 1_048_576
    flush_seconds: float = 1.0
    compute_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Rules:
    """By which rules.

    Attributes
    ----------
    pack : str
        Path of the service's own rule pack; empty for the packs that come with Vigie.
    """

    pack: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything ``vigie.toml`` may say."""

    service: Service = field(default_factory=Service)
    broker: Broker = field(default_factory=Broker)
    storage: Storage = field(default_factory=Storage)
    portal: Portal = field(default_factory=Portal)
    privacy: Privacy = field(default_factory=Privacy)
    ingest: Ingest = field(default_factory=Ingest)
    rules: Rules = field(default_factory=Rules)
    notifications: Notifications = field(default_factory=Notifications)


def load_settings(path: Path) -> Settings:
    """Read and check ``vigie.toml``.

    Raises
    ------
    UsageError
        The file is missing, is not TOML, or has a section, key or value it should not have.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file; make a workspace with: vigie init DIR") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    defaults = Settings()
    known = {section.name: getattr(defaults, section.name) for section in fields(Settings)}
    sections: dict[str, Any] = {}
    for name, table in tables.items():
        if name not in known:
            raise UsageError(f"{path}: [{name}] is not a section; {meant(name, known)}")
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {name} must be a section: write [{name}] on a line of its own")
        sections[name] = read_table(known[name], table, Place(str(path), name))
    return Settings(**sections)


TEMPLATE = """\
# Settings of one Vigie workspace. Every line may be left out: the value shown is the default.

[service]
name = "{name}"
timezone = "Europe/Paris"

[broker]
url = "mqtt://127.0.0.1:{broker_port}"
embedded = true            # false: a broker of your own (see deploy/mosquitto.conf), e.g. url = "mqtts://broker.example.org:8883"
# username = "collector"
# password_file = "broker-password"
# ca_file = "ca.pem"

[storage]
data = "data"              # readings and exposures (Delta tables), inbox
# database = "postgresql+psycopg://vigie@localhost/vigie"   # default: SQLite in the data folder

[portal]
host = "127.0.0.1"
port = {portal_port}
secure_cookies = false     # true as soon as the portal is served over HTTPS

[privacy]                  # what an employer may see at the finest
resolution = 3600          # seconds
minimum_group = 3          # people; below it, no time course

[ingest]
max_payload_bytes = 1048576
flush_seconds = 1.0
compute_seconds = 30.0

[rules]
# pack = "rules.yaml"      # rules of your own on top of those of Vigie; check them with: vigie rules check

[notifications]            # mail and webhooks about tickets; nothing is sent until a mail server or a webhook is named
# portal = "https://vigie.service.example"    # where people reach the portal, for links
# digest_at = "07:00"      # local time of the daily digest

# [notifications.smtp]
# host = "smtp.service.example"
# port = 587
# security = "starttls"    # or "tls" (port 465)
# username = "vigie"
# password_file = "smtp-password"
# sender = "Vigie <vigie@service.example>"
"""
