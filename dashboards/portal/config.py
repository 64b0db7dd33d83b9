"""What the portal is started with."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rules.rule import Pack
from store.privacy import Privacy

__all__ = ["PortalConfig", "Privacy"]


def now() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class PortalConfig:
    """Where the portal reads and how it signs people in.

    Attributes
    ----------
    database_url : str
        SQLAlchemy URL of registry, tickets and accounts.
    readings, exposures : Path
        Folders of the two tables.
    attachments : Path
        Folder of the files attached to tickets.
    secret : str
        Signs the CSRF token; at least 32 characters, the same for all processes of one portal.
    secure_cookies : bool
        True as soon as the portal is served over HTTPS.
    live : Path, optional
        Folder of the live state.
    service_timezone : str
        IANA name; the clock of pages that speak of several places.
    packs : tuple of Pack
        The rules in force, by which several agents at once are found; none where they cannot be read.
    privacy : Privacy
        How coarse an employer's view is.
    clock : callable
        Now, in milliseconds UTC.
    """

    database_url: str
    readings: Path
    exposures: Path
    attachments: Path
    secret: str = field(repr=False)
    secure_cookies: bool = False
    live: Path | None = None
    packs: tuple[Pack, ...] = ()
    privacy: Privacy = field(default_factory=Privacy)
    service_timezone: str = "Europe/Paris"
    clock: Callable[[], int] = now

    def __post_init__(self) -> None:
        if len(self.secret) < 32:
            raise ValueError(f"portal secret has {len(self.secret)} characters; expected at least 32 random ones")
