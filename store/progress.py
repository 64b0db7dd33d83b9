"""How far a computation got, so that the next one goes on from there."""

from dataclasses import dataclass

from store.database import Database
from store.tables import ComputeStateRow


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a computation stopped.

    Attributes
    ----------
    readings_version : int
        Version of the readings table it had taken in.
    at : int
        Milliseconds UTC it was made for.
    """

    readings_version: int
    at: int


class ComputeState:
    """What has been computed so far, by the name of the computation.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def reached(self, name: str = "exposures") -> Reached | None:
        """Where it stopped; None when it never ran."""
        with self._database.reading() as session:
            row = session.get(ComputeStateRow, name)
            return None if row is None else Reached(row.readings_version, row.at)

    def record(self, readings_version: int, at: int, name: str = "exposures") -> None:
        """Say where it stopped; to be called when its results are stored."""
        with self._database.writing() as session:
            session.merge(ComputeStateRow(name=name, readings_version=readings_version, at=at))

    def forget(self, name: str = "exposures") -> None:
        """Start from nothing next time: places, schedules or kits changed, so everything is to be computed again."""
        with self._database.writing() as session:
            row = session.get(ComputeStateRow, name)
            if row is not None:
                session.delete(row)
