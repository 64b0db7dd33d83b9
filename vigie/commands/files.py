"""``vigie import`` and ``vigie replay``: recorded readings, straight into the table or over MQTT as a kit would."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import WorkspaceOption
from vigie.errors import RefusedError, UsageError
from vigie.times import now
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    from catalog.identifiers import KitId
    from firmware_sim.payloads import PayloadFormat
    from ingest.files import FileReading
    from ingest.files_report import ImportReport
    from ingest.mapping import FileMapping, Hints
    from vigie.workspace import Workspace

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV or Parquet files.")]
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


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("import")(import_files)
    app.command("replay")(replay)


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
    _exist(files)
    rules, hints = _reading_rules(mapping, Said(timezone, time_format, separator, decimal, encoding, missing))
    if suggest:
        from ingest.files import suggest_mapping

        for path in files:
            sys.stdout.write(suggest_mapping(path, rules, hints))
        return
    place = find_workspace(workspace)
    readings = [_read(path, rules, hints, kit, skip_bad, simulated) for path in files]
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


def replay(
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
    broker: Annotated[
        str | None, typer.Option("--broker", metavar="URL", help="mqtt://host:port; default: the workspace's.")
    ] = None,
    speed: Annotated[
        str, typer.Option("--speed", metavar="N", help="1 is real time, 60 an hour a minute, or max.")
    ] = "max",
    payload: Annotated[
        str, typer.Option("--format", metavar="NAME", help="senml-json, senml-cbor or frame.")
    ] = "senml-json",
    simulated: Annotated[bool, typer.Option("--simulated", help="Mark the readings as simulated.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Publish recorded readings over MQTT as the kit would have, with their own instants.

    Example: vigie replay datatest.txt --mapping examples/uci-office/mapping.toml --broker mqtt://127.0.0.1:1883
    """
    import polars as pl

    from firmware_sim.replay import Origin, Replay, ReplaySettings
    from vigie.progress import bars

    _exist(files)
    rules, hints = _reading_rules(mapping, Said(timezone, time_format, separator, decimal, encoding, missing))
    settings = ReplaySettings(
        speed=_speed(speed), payload=_payload(payload), origin=Origin.SIMULATED if simulated else Origin.RECORDED
    )
    readings = [_read(path, rules, hints, kit, skip_bad, simulated) for path in files]
    for reading in readings:
        _notes(reading.report)
    recording = pl.concat([chunk.frame for reading in readings for chunk in reading])
    address = broker if broker is not None else _workspace_broker(workspace)
    with bars() as progress:
        task = progress.add_task("published", total=recording.height)
        player = Replay(recording, address, settings, lambda done, _total: progress.update(task, completed=done))
        report = player.run()
    rate = report.messages / report.seconds if report.seconds else 0.0
    again = f", {report.reconnections} reconnections" if report.reconnections else ""
    sys.stdout.write(
        f"{report.readings} readings in {report.messages} messages, {report.acknowledged} acknowledged"
        f" in {report.seconds:.1f} s ({rate:.0f} messages/s{again})\n"
    )


def _exist(files: list[Path]) -> None:
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


def _reading_rules(mapping: Path | None, said: Said) -> "tuple[FileMapping | None, Hints]":
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


def _read(
    path: Path, rules: "FileMapping | None", hints: "Hints", kit: str | None, skip_bad: bool, simulated: bool
) -> "FileReading":
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

    _notes(report)
    assert report.first is not None  # noqa: S101 -- a file without a reading was refused
    assert report.last is not None  # noqa: S101 -- as above
    span = f"{as_datetime(report.first):%Y-%m-%d %H:%M:%S} to {as_datetime(report.last):%Y-%m-%d %H:%M:%S} UTC"
    sys.stdout.write(f"{report.file}: {report.rows} rows, {stored} readings of {kit}, {span}\n")


def _notes(report: "ImportReport") -> None:
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


def _known_kits(place: "Workspace") -> set[str]:
    from store.registry import load
    from store.scope import Scope

    return {str(kit) for kit in load(place.database, Scope.service()).kits}


def _workspace_broker(workspace: Path | None) -> str:
    from vigie.broker import broker_address

    return broker_address(find_workspace(workspace))


def _speed(text: str) -> float:
    from firmware_sim.pace import MAX_SPEED

    if text.strip().lower() == "max":
        return MAX_SPEED
    try:
        factor = float(text.lower().removeprefix("x").removeprefix("×"))
    except ValueError:
        factor = -1.0
    if not factor > 0:
        raise UsageError(f'--speed is "{text}"; expected a factor such as 1 or 60, or max')
    return factor


def _payload(text: str) -> "PayloadFormat":
    from firmware_sim.payloads import PayloadFormat

    for known in PayloadFormat:
        if known.value == text:
            return known
    raise UsageError(f'--format is "{text}"; expected {", ".join(known.value for known in PayloadFormat)}')
