"""The last a kit said about itself: there, gone, which firmware."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from sqlalchemy import select

from catalog.identifiers import KitId
from store.database import Database
from store.tables import KitStatusRow


class Status(Protocol):
    """What a birth or will message says; the decoder's ``KitStatus`` is one."""

    @property
    def kit(self) -> KitId: ...
    @property
    def state(self) -> Enum: ...
    @property
    def boot(self) -> str: ...
    @property
    def firmware(self) -> str: ...
    @property
    def simulated(self) -> bool: ...
    @property
    def received(self) -> int: ...


@dataclass(frozen=True, slots=True)
class StoredStatus:
    """A kit's last word.

    Attributes
    ----------
    state : str
        ``online`` or ``offline``.
    received : int
        Milliseconds UTC.
    """

    kit: KitId
    state: str
    boot: str
    firmware: str
    simulated: bool
    received: int


class KitStatusStore:
    """The status of each kit.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, status: Status) -> None:
        """Keep a status unless a later one is known; the same again, or an old one, changes nothing."""
        with self._database.writing() as session:
            row = session.get(KitStatusRow, status.kit)
            if row is None:
                row = KitStatusRow(kit=status.kit)
                session.add(row)
            elif row.received > status.received:
                return
            row.state = str(status.state.value)
            row.boot = status.boot
            row.firmware = status.firmware
            row.simulated = status.simulated
            row.received = status.received

    def all(self) -> dict[KitId, StoredStatus]:
        """The status of every kit that ever sent one, by kit."""
        with self._database.reading() as session:
            return {KitId(row.kit): stored_status(row) for row in session.scalars(select(KitStatusRow))}


def stored_status(row: KitStatusRow) -> StoredStatus:
    """A status from its row."""
    return StoredStatus(KitId(row.kit), row.state, row.boot, row.firmware, row.simulated, row.received)
