"""What a server said to a message."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from store.outbox import StoredMessage


class Verdict(Enum):
    """What it comes to."""

    ACCEPTED = "accepted"
    LATER = "later"
    """It does not have the message and may take it later."""
    UNREACHABLE = "unreachable"
    """Nothing was said of the message: no server, no encryption, or no sign-in."""
    REFUSED = "refused"
    """It does not have the message and never will."""
    UNKNOWN = "unknown"
    """Perhaps it has it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict in the server's words."""

    verdict: Verdict
    words: str


class Carrier(Protocol):
    """Hands messages of one channel to their server."""

    def send(self, stored: StoredMessage) -> Answer:
        """Hand over one message, once."""
