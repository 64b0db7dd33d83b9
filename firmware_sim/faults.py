"""What can befall the line between a kit and its broker, when, how long, how often and to whom; as a script says it."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from catalog.identifiers import KitId
from firmware_sim.durations import duration_text
from firmware_sim.errors import FaultScriptError


class FaultKind(Enum):
    """The faults a script can name."""

    LOSS = "loss"
    DELAY = "delay"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    BIT_FLIP = "bit_flip"
    TRUNCATION = "truncation"
    WRONG_ENCODING = "wrong_encoding"
    DISCONNECT = "disconnect"
    WRONG_CREDENTIALS = "wrong_credentials"
    BROKER_RESTART = "broker_restart"


CORRUPTIONS = frozenset({FaultKind.BIT_FLIP, FaultKind.TRUNCATION, FaultKind.WRONG_ENCODING})
"""What changes the bytes of a message."""

OF_CONNECTIONS = frozenset({FaultKind.DISCONNECT, FaultKind.WRONG_CREDENTIALS, FaultKind.BROKER_RESTART})
"""What befalls a connection, with all kits behind it; the others befall messages."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a script.

    Attributes
    ----------
    kind : FaultKind
    line : int
        Of the script, for the report.
    start : int
        After the first message of the stream [ms].
    duration : int or None
        How long messages may meet it, or until when it comes again [ms]; None until the end.
    probability : float
        Of each message to meet it, or of each occurrence [1].
    kits : frozenset of KitId or None
        Whose messages or connections; None for all.
    least, most : int
        DELAY: how late a message leaves [ms], evenly drawn. DUPLICATE: how long after it the copy does.
    copies : int
        DUPLICATE: how many.
    places : int
        REORDER: how many later messages of its kit overtake it.
    bits : int
        BIT_FLIP: how many.
    every : int or None
        DISCONNECT: from one to the next [ms]; None for once.
    away : int
        DISCONNECT and WRONG_CREDENTIALS: how long the broker is not reached [ms].
    """

    kind: FaultKind
    line: int = 0
    start: int = 0
    duration: int | None = None
    probability: float = 1.0
    kits: frozenset[KitId] | None = None
    least: int = 0
    most: int = 0
    copies: int = 1
    places: int = 1
    bits: int = 1
    every: int | None = None
    away: int = 0

    def concerns(self, kit: KitId) -> bool:
        """Whether it can befall a kit."""
        return self.kits is None or kit in self.kits

    def holds_at(self, since_start: int) -> bool:
        """Whether a message that leaves so long after the first one [ms] can meet it."""
        return self.start <= since_start and (self.duration is None or since_start < self.start + self.duration)


@dataclass(frozen=True, slots=True)
class FaultScript:
    """Faults in the order messages meet them, and the seed that decides which ones do.

    Attributes
    ----------
    filename : str
        For messages.
    """

    faults: tuple[Fault, ...]
    seed: int = 0
    filename: str = "faults"

    def check(self, kits: Iterable[KitId], length: int) -> None:
        """Refuse a script that cannot do to a stream what it says.

        Parameters
        ----------
        kits : iterable of KitId
            Of the stream.
        length : int
            From its first message to its last [ms].

        Raises
        ------
        FaultScriptError
            A fault is of a kit nobody plays, or begins when all is over.
        """
        known = sorted(kits)
        for number, fault in enumerate(self.faults):
            where = f"{self.filename}:{fault.line}: faults[{number}]"
            unknown = sorted((fault.kits or frozenset()) - set(known))
            if unknown:
                raise FaultScriptError(
                    f'{where}.kits names "{unknown[0]}", which is not in the '
                    f"stream; expected {', '.join(known)}; mend the name, or leave kits out for all"
                )
            if fault.start > length:
                raise FaultScriptError(
                    f"{where}.from is {duration_text(fault.start)} after the first message, and the stream is "
                    f"{duration_text(length)} long; expected less; a recording is as long as it took to record"
                )

    @property
    def restarts_broker(self) -> bool:
        """Whether the broker must be one that can be restarted."""
        return any(fault.kind is FaultKind.BROKER_RESTART for fault in self.faults)

    def chance(self, number: int, kit: str, *what: int) -> np.random.Generator:
        """The dice of one fault and kit, or of one message; what is added to a script changes nothing for the rest."""
        return np.random.default_rng([self.seed, number, zlib.crc32(kit.encode()), *what])


NO_FAULTS = FaultScript(())


class LineEvent(NamedTuple):
    """Something that befalls the connection at an instant [ms UTC]: the fault of that number in the script."""

    instant: int
    number: int


@dataclass(frozen=True, slots=True)
class FaultCount:
    """How often a fault came.

    Attributes
    ----------
    messages : int
        That met it; for faults of connections, how often it came.
    readings : int
        In those messages, where somebody counted.
    detail : Mapping of str to int
        What else there is to say, such as how many sign-ins were refused.
    """

    fault: Fault
    messages: int
    readings: int
    detail: Mapping[str, int]
