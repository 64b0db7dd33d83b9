"""The folder of an evaluation: its settings, what is done of it so far, and in the end four tables."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from vigie.errors import UsageError
from vigie.evaluation.rows import Row, Rows
from vigie.evaluation.settings import Settings
from vigie.evaluation.tables import CAMPAIGNS, DECISIONS, OUTCOMES, VALUES, Tables

SETTINGS = "evaluation.json"
"""Name of the file with the settings."""

PART = 10
"""Campaigns in one part: what an interruption costs at most, for each process."""

_SCHEMAS = {"campaigns": CAMPAIGNS, "outcomes": OUTCOMES, "values": VALUES, "decisions": DECISIONS}


@dataclass(frozen=True, slots=True)
class Part:
    """Campaigns ``first`` to ``end`` − 1 of a family."""

    family: str
    first: int
    end: int

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.family}-{self.first:06d}-{self.end:06d}"

    @property
    def campaigns(self) -> int:
        """How many."""
        return self.end - self.first


def parts_of(settings: Settings) -> list[Part]:
    """The whole evaluation in parts, in the order of the tables."""
    return [
        Part(family.name, first, min(first + PART, settings.campaigns))
        for family in settings.families
        for first in range(0, settings.campaigns, PART)
    ]


class EvaluationFolder:
    """A folder with an evaluation under way or done.

    A part is there whole or not at all: it is written under another name first. Tables replace the parts when all of
    them are there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, settings: Settings) -> None:
        """Make the folder and note the settings.

        Raises
        ------
        UsageError
            There is something in it, or it cannot be written.
        """
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            mend = "go on with it: --resume; or name another folder" if self._settings.is_file() else "name another one"
            raise UsageError(f"{self.path}: is not an empty folder; {mend}")
        try:
            self._parts.mkdir(parents=True)
            _replace(self._settings, settings.told())
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written ({error.strerror or error})") from None

    def resume(self, settings: Settings) -> None:
        """Make sure that the folder holds an evaluation with these settings, and clear away what was half written.

        Raises
        ------
        UsageError
            It holds none, or one with other settings.
        """
        try:
            told = self._settings.read_text(encoding="utf-8")
        except OSError:
            raise UsageError(f"{self.path}: there is no evaluation to go on with; leave --resume out") from None
        difference = settings.difference(told)
        if difference is not None:
            raise UsageError(f"{self._settings}: {difference}; repeat the command with the same settings")
        for left in self._parts.glob(".*"):
            shutil.rmtree(left)

    def missing(self, settings: Settings) -> list[Part]:
        """The parts that are still to be made."""
        if self._has_tables:
            return []
        return [part for part in parts_of(settings) if not (self._parts / part.name).is_dir()]

    def write(self, part: Part, rows: Rows) -> None:
        """Keep a part."""
        whole, half = self._parts / part.name, self._parts / f".{part.name}-{os.getpid()}"
        half.mkdir()
        for name, schema in _SCHEMAS.items():
            _frame(getattr(rows, name), schema).write_parquet(_table(half, name))
        half.rename(whole)

    def finish(self, settings: Settings) -> None:
        """Put all parts together, in an order that does not depend on which was made first."""
        if self._has_tables:
            return
        for name in _SCHEMAS:
            pieces = [_table(self._parts / part.name, name) for part in parts_of(settings)]
            half = self.path / f".{name}.parquet"
            pl.scan_parquet(pieces).sink_parquet(half)
            half.replace(_table(self.path, name))
        shutil.rmtree(self._parts)

    def tables(self) -> Tables:
        """The tables of an evaluation that is done."""
        return Tables(**{name: pl.read_parquet(_table(self.path, name)) for name in _SCHEMAS})

    @property
    def _settings(self) -> Path:
        return self.path / SETTINGS

    @property
    def _parts(self) -> Path:
        return self.path / "parts"

    @property
    def _has_tables(self) -> bool:
        return not self._parts.exists() and all(_table(self.path, name).is_file() for name in _SCHEMAS)


def tables_of(rows: Rows) -> Tables:
    """Rows as tables."""
    return Tables(**{name: _frame(getattr(rows, name), schema) for name, schema in _SCHEMAS.items()})


def _frame(rows: Sequence[Row], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _table(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
