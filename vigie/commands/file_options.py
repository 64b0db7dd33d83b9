"""Files of readings as the command line names them: what it says of how to read them, and what reading them told."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.errors import RefusedError, UsageError
from vigie.times import now

if TYPE_CHECKING:
    from ingest.files import FileReading
    from ingest.files_report import ImportReport
    from ingest.mapping import FileMapping, Hints

MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", "-m", metavar="FILE", help="Which column is what (TOML); without it, it is found out."),
]
KitNameOption = Annotated[str | None, typer.Option("--kit", metavar="KIT", help="The kit the readings come from.")]
TimezoneOption = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="Of times without an offset, e.g. Europe/Paris or +01:00."),
]
MissingOption = Annotated[
    list[str] | None,
    typer.Option("--missing", metavar="TEXT", help="Reads as missing, e.g. --missing n/a --missing -1."),
]
SkipBadOption = Annotated[bool, typer.Option("--skip-bad", help="Leave unreadable cells out and list them.")]
TimeFormatOption = Annotated[
    str | None, typer.Option("--time-format", metavar="FORMAT", help='Of the time column, e.g. "%d/%m/%Y %H:%M".')
]
SeparatorOption = Annotated[str | None, typer.Option("--separator", metavar="CHAR", help='Between cells, e.g. ";".')]
DecimalOption = Annotated[str | None, typer.Option("--decimal", metavar="CHAR", help='Decimal mark: "," or ".".')]
EncodingOption = Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="Of the text, e.g. cp1252.")]

_SHOWN = 20
"""Unreadable cells told one by one."""


def check_files(files: list[Path]) -> None:
    """Refuse what is no file before anything is read."""
    for path in files:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "no such file"
            raise UsageError(f"{path}: {what}; expected a CSV or Parquet file of readings")


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says of how to read a file."""

    timezone: str | None
    time_format: str | None
    separator: str | None
    decimal: str | None
    encoding: str | None
    missing: list[str] | None


def reading_rules(mapping: Path | None, said: Said) -> "tuple[FileMapping | None, Hints]":
    """How files are to be read: the mapping file, where there is one, and what the command line says."""
    from ingest.files import read_mapping
    from ingest.mapping import Hints

    rules = read_mapping(mapping) if mapping is not None else None
    return rules, Hints(
        timezone=said.timezone,
        time_format=said.time_format,
        separator=said.separator,
        decimal=said.decimal,
        encoding=said.encoding,
        missing=tuple(said.missing or ()),
    )


def read_readings(
    path: Path, rules: "FileMapping | None", hints: "Hints", kit: str | None, skip_bad: bool, simulated: bool
) -> "FileReading":
    """One file, checked; unreadable cells are told one by one."""
    from catalog.identifiers import KitId
    from ingest.file_errors import UnreadableCellsError
    from ingest.files import BadCells, read_file
    from vigie.progress import bars

    policy = BadCells.SKIP if skip_bad else BadCells.STOP
    rejects = path.with_name(path.name + ".rejects.csv") if skip_bad else None
    with bars() as progress:
        task = progress.add_task(f"reading {path.name}", total=path.stat().st_size)
        try:
            return read_file(
                path,
                rules,
                KitId(kit) if kit else None,
                received=now(),
                hints=hints,
                bad_cells=policy,
                rejects=rejects,
                simulated=simulated,
                progress=lambda done: progress.update(task, completed=done),
            )
        except UnreadableCellsError as error:
            shown = list(error.messages[:_SHOWN])
            if error.count > len(shown):
                shown.append(f"{path.name}: and {error.count - len(shown)} more unreadable cells")
            shown.append(f"{path.name}: nothing was imported; --skip-bad leaves unreadable cells out and lists them")
            raise RefusedError("\n".join(shown)) from None


def tell_notes(report: "ImportReport") -> None:
    """What reading a file told, on standard error."""
    lines = [*report.notes]
    if report.ignored:
        lines.append(f"ignored: {', '.join(report.ignored)}")
    for name, count in report.missing.items():
        if count:
            lines.append(f"{name}: {count} missing")
    for name, count in report.impossible.items():
        if count:
            lines.append(f"{name}: {count} physically impossible, kept and flagged bad")
    if report.repeated_instants:
        lines.append(
            f"{report.repeated_instants} rows repeat the instant of the row before;"
            " one of them counts, flagged suspect where they differ"
        )
    if report.bad_count:
        lines.append(f"{report.bad_count} unreadable cells left out, listed in {report.file}.rejects.csv")
    for line in lines:
        sys.stderr.write(f"{report.file}: {line}\n")
