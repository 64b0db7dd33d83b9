"""``vigie import``: recorded readings, straight into the table."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.file_options import (
    DecimalOption,
    EncodingOption,
    KitNameOption,
    MappingOption,
    MissingOption,
    Said,
    SeparatorOption,
    SkipBadOption,
    TimeFormatOption,
    TimezoneOption,
    check_files,
    read_readings,
    reading_rules,
    tell_notes,
)
from vigie.commands.options import WorkspaceOption
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    from catalog.identifiers import KitId
    from ingest.files import FileReading
    from ingest.files_report import ImportReport
    from vigie.workspace import Workspace

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV or Parquet files.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("import")(import_files)


def import_files(
    files: FilesArgument,
    mapping: MappingOption = None,
    kit: KitNameOption = None,
    timezone: TimezoneOption = None,
    time_format: TimeFormatOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    missing: MissingOption = None,
    skip_bad: SkipBadOption = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print a mapping file with what was found out; import nothing.")
    ] = False,
    simulated: Annotated[bool, typer.Option("--simulated", help="Mark the readings as simulated.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Import readings from CSV or Parquet files; every file is checked before anything is written.

    Example: vigie import datatest.txt --mapping examples/uci-office/mapping.toml
    """
    check_files(files)
    rules, hints = reading_rules(mapping, Said(timezone, time_format, separator, decimal, encoding, missing))
    if suggest:
        from ingest.files import suggest_mapping

        for path in files:
            sys.stdout.write(suggest_mapping(path, rules, hints))
        return
    place = find_workspace(workspace)
    readings = [read_readings(path, rules, hints, kit, skip_bad, simulated) for path in files]
    known = _known_kits(place)
    for reading in readings:
        stored = _store(place, reading)
        _tell(reading.report, reading.kit, stored)
        if reading.kit not in known:
            sys.stderr.write(
                f"{reading.kit} is not in the registry: its readings are kept, but belong to nobody until a deployment"
                " says where the kit was (vigie registry import FILE)\n"
            )
    sys.stdout.write("Next: vigie compute\n")


def _store(place: "Workspace", reading: "FileReading") -> int:
    from vigie.progress import bars

    stored = 0
    with bars() as progress:
        task = progress.add_task(f"storing {reading.report.file}", total=reading.report.readings)
        for chunk in reading:
            place.readings.append_frame(chunk.frame)
            stored += chunk.frame.height
            progress.update(task, completed=stored)
    return stored


def _tell(report: "ImportReport", kit: "KitId", stored: int) -> None:
    from vigie.times import as_datetime

    tell_notes(report)
    assert report.first is not None  # noqa: S101 -- a file without a reading was refused
    assert report.last is not None  # noqa: S101 -- as above
    span = f"{as_datetime(report.first):%Y-%m-%d %H:%M:%S} to {as_datetime(report.last):%Y-%m-%d %H:%M:%S} UTC"
    sys.stdout.write(f"{report.file}: {report.rows} rows, {stored} readings of {kit}, {span}\n")


def _known_kits(place: "Workspace") -> set[str]:
    from store.registry import load
    from store.scope import Scope

    return {str(kit) for kit in load(place.database, Scope.service()).kits}
