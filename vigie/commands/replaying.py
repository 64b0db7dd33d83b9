"""``vigie replay``: readings that were made before, published again as kits would."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.file_options import (
    DecimalOption,
    EncodingOption,
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
from vigie.commands.options import (
    BrokerOption,
    FaultsOption,
    FromOption,
    RestartOption,
    SpeedOption,
    ToOption,
    WorkspaceOption,
    speed_of,
)
from vigie.errors import UsageError
from vigie.replay_source import Chosen, recorded_stream, refuse_real_kits, stored_readings
from vigie.times import now, parse_instant
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from firmware_sim.payloads import PayloadFormat
    from firmware_sim.replay import Replay, ReplayReport, ReplaySettings
    from firmware_sim.stream import Origin, Stream

_SIGNALLED = 130
"""Exit code of a replay somebody ended by a signal."""


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("replay")(replay)


def replay(
    source: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SOURCE...", help="CSV or Parquet files, or one recording of vigie record."),
    ] = None,
    from_workspace: Annotated[
        Path | None,
        typer.Option("--from-workspace", metavar="DIR", help="Readings a workspace has, in place of SOURCE."),
    ] = None,
    kit: Annotated[
        list[str] | None,
        typer.Option("--kit", metavar="KIT", help="Of CSV and Parquet: whose they are. Else: only this kit."),
    ] = None,
    since: FromOption = None,
    until: ToOption = None,
    names: Annotated[
        list[str] | None, typer.Option("--as", metavar="KIT=OTHER", help="Publish a kit under another name.")
    ] = None,
    speed: SpeedOption = "max",
    shift: Annotated[
        str | None,
        typer.Option("--shift", metavar="now|WHEN", help="The stream begins now, or then; all moves with it."),
    ] = None,
    loop: Annotated[int, typer.Option("--loop", metavar="N", help="Play it N times, one after the other.")] = 1,
    every: Annotated[
        str | None, typer.Option("--every", metavar="TIME", help="Between beginnings with --loop, e.g. 1d.")
    ] = None,
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="Real readings stay real; else all are marked as simulated.")
    ] = False,
    faults: FaultsOption = None,
    restart_broker: RestartOption = None,
    broker: BrokerOption = None,
    payload: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="senml-json, senml-cbor or frame; a recording keeps its own."),
    ] = "senml-json",
    mapping: MappingOption = None,
    timezone: TimezoneOption = None,
    time_format: TimeFormatOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    missing: MissingOption = None,
    skip_bad: SkipBadOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Publish readings again over MQTT as kits would, at any speed, marked as simulated.

    On a terminal, space pauses and goes on, n lets one message go, q ends. Without one, SIGUSR1 pauses and goes on,
    SIGUSR2 lets one message go.

    Example: vigie replay field.jsonl --speed 60 --as k7=rehearsal-1
    """
    from firmware_sim.stream import Origin
    from vigie.broker import broker_address, workspace_of_broker

    place = workspace_of_broker(workspace, broker)
    zone = place.settings.service.timezone if place is not None else timezone or "Europe/Paris"
    chosen = Chosen(since, until, names or (), zone)
    origin = Origin.RECORDED if as_recorded else Origin.SIMULATED
    settings = _settings(speed, shift, loop, every, zone, faults, restart_broker, place)
    if from_workspace is not None:
        if source:
            raise UsageError(f"{source[0]} and --from-workspace; one of the two")
        stream = _from_workspace(from_workspace, kit or [], chosen, origin, payload)
    else:
        said = Said(timezone, time_format, separator, decimal, encoding, missing)
        stream = _from_files(source or [], mapping, said, kit or [], skip_bad, chosen, origin, payload)
    if place is not None:
        for unknown in refuse_real_kits(place, stream):
            sys.stderr.write(
                f"{unknown} is not in the registry: its readings belong to nobody until a deployment says where the kit"
                " was (vigie registry import FILE)\n"
            )
    address = broker if broker is not None else broker_address(place or find_workspace(None))
    _play(stream, address, settings)


def _settings(
    speed: str,
    shift: str | None,
    loop: int,
    every: str | None,
    zone: str,
    faults: Path | None,
    restart_broker: str | None,
    place: Workspace | None,
) -> "ReplaySettings":
    from firmware_sim.replay import ReplaySettings
    from vigie.broker import broker_certificates
    from vigie.fault_words import read_faults, restart_by

    if loop < 1:
        raise UsageError(f"--loop is {loop}; expected 1 or more")
    if every is not None and loop == 1:
        raise UsageError("--every is how often --loop begins again; add --loop N")
    begin = None
    if shift is not None:
        begin = now() if shift.strip().lower() == "now" else parse_instant(shift, zone, "--shift")
    return ReplaySettings(
        speed=speed_of(speed),
        begin=begin,
        passes=loop,
        every=_duration(every, "--every"),
        faults=read_faults(faults),
        restart_broker=restart_by(restart_broker),
        authority=broker_certificates(place).authority if place is not None else None,
    )


def _from_workspace(folder: Path, kits: list[str], chosen: Chosen, origin: "Origin", payload: str) -> "Stream":
    from firmware_sim.table_stream import Packing, TableStream

    packing = Packing(_payload(payload))
    readings = stored_readings(find_workspace(folder), kits, chosen)
    return TableStream(readings, packing, chosen.choice(), origin)


def _from_files(
    files: list[Path],
    mapping: Path | None,
    said: Said,
    kits: list[str],
    skip_bad: bool,
    chosen: Chosen,
    origin: "Origin",
    payload: str,
) -> "Stream":
    import polars as pl

    from firmware_sim.record_file import is_recording
    from firmware_sim.table_stream import Packing, TableStream

    if not files:
        raise UsageError("nothing to replay; name files of readings, a recording, or --from-workspace DIR")
    check_files(files)
    packing = Packing(_payload(payload))
    recordings = [path for path in files if is_recording(path)]
    if recordings:
        if len(files) > 1:
            raise UsageError(f"{recordings[0]} is a recording and is replayed alone; {len(files)} files are named")
        if mapping is not None:
            raise UsageError(f"{files[0]} is a recording: it says what is in it; leave --mapping out")
        stream = recorded_stream(files[0], kits, chosen, origin)
        cut = stream.recording.cut()
        if cut is not None:
            more = f"; {cut.following} lines after it are not read" if cut.following else ""
            sys.stderr.write(f"{files[0]}:{cut.line}: the recording is cut here and is replayed up to it{more}\n")
        if stream.recording.head.protocol == "MQTT 3.1.1":
            sys.stderr.write(f"{files[0]}: recorded with MQTT 3.1.1, which does not tell what was retained\n")
        return stream
    if len(kits) > 1:
        raise UsageError("--kit is given more than once; a file comes from one kit")
    rules, hints = reading_rules(mapping, said)
    readings = [read_readings(path, rules, hints, kits[0] if kits else None, skip_bad, False) for path in files]
    for reading in readings:
        tell_notes(reading.report)
    frame = pl.concat([chunk.frame for reading in readings for chunk in reading])
    return TableStream(frame, packing, chosen.choice(), origin)


def _play(stream: "Stream", address: str, settings: "ReplaySettings") -> None:
    from firmware_sim.playback import Playback
    from firmware_sim.replay import Replay
    from vigie.keyboard import hands_on
    from vigie.progress import bars

    playback = Playback()
    with bars() as progress:
        task = progress.add_task("published", total=stream.size * settings.passes)

        def show(done: int, _total: int) -> None:
            progress.update(task, completed=done, description="paused" if playback.paused else "published")

        player = Replay(stream, address, settings, show, playback)
        player.check_clock(now())
        with hands_on(playback) as hands:
            report = player.run()
    _tell(stream, player, report)
    if hands.signalled:
        raise typer.Exit(_SIGNALLED)


def _tell(stream: "Stream", player: "Replay", report: "ReplayReport") -> None:
    from firmware_sim.recorded_stream import RecordedStream
    from firmware_sim.stream import Origin
    from vigie.fault_words import fault_lines

    rate = report.messages / report.seconds if report.seconds else 0.0
    again = f", {report.reconnections} reconnections" if report.reconnections else ""
    readings = f"{report.readings} readings in " if report.readings else ""
    sys.stdout.write(
        f"{readings}{report.messages} messages, {report.acknowledged} acknowledged"
        f" in {report.seconds:.1f} s ({rate:.0f} messages/s{again})\n"
    )
    marked = "as recorded" if stream.origin is Origin.RECORDED else "marked as simulated"
    sys.stdout.write(f"kits: {', '.join(stream.kits)}; {marked}\n")
    if report.done < report.total:
        sys.stdout.write(f"ended early: {report.done} of {report.total} {stream.unit.value}\n")
    if isinstance(stream, RecordedStream) and stream.held_back:
        sys.stdout.write(f"{stream.held_back} messages held back: changed, they would have said something else\n")
    sys.stdout.writelines(f"{line}\n" for line in fault_lines(player.settings.faults, report.faults))


def _duration(text: str | None, option: str) -> int | None:
    from firmware_sim.durations import EXPECTED, parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(f'{option} is "{text}"; expected {EXPECTED}') from None


def _payload(text: str) -> "PayloadFormat":
    from firmware_sim.payloads import PayloadFormat

    for known in PayloadFormat:
        if known.value == text:
            return known
    raise UsageError(f'--format is "{text}"; expected {", ".join(known.value for known in PayloadFormat)}')
