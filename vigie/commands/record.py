"""``vigie record``: what kits publish, to a file that can be replayed to the byte."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import BrokerOption, WorkspaceOption
from vigie.errors import UsageError
from vigie.output import counted
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    from firmware_sim.recorder import RecorderReport
    from ingest.mqtt import BrokerAddress

_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("record")(record)


def record(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The recording; must not exist.")],
    longest: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="End after it, e.g. 1h; default: Ctrl-C ends.")
    ] = None,
    largest: Annotated[
        str | None, typer.Option("--max-size", metavar="SIZE", help="End before the file is larger, e.g. 500MB.")
    ] = None,
    broker: BrokerOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record everything kits publish to a live broker: topics, exact bytes, arrival times.

    What was written is on the disk within a second; a recording that was cut off is replayed up to the cut. vigie
    replay plays it.

    Example: vigie record field.jsonl --for 1h --max-size 500MB
    """
    from firmware_sim.recorder import Recorder, RecorderSettings
    from vigie.ending import asked_to_end
    from vigie.progress import bars

    settings = RecorderSettings(longest=_seconds(longest), largest=_size(largest))
    address = _address(broker, workspace)
    asked = asked_to_end()
    with bars() as progress:
        task = progress.add_task("messages recorded", total=None)
        recorder = Recorder(address, file, settings, lambda messages, _size: progress.update(task, completed=messages))
        sys.stderr.write(f"Recording {address} to {file}; Ctrl-C ends\n")
        report = recorder.run(asked)
    _tell(file, report)


def _tell(file: Path, report: "RecorderReport") -> None:
    from firmware_sim.recorder import Ending

    why = {Ending.ASKED: "", Ending.LONGEST: "; --for is over", Ending.LARGEST: "; --max-size is reached"}
    sys.stdout.write(
        f"{file}: {counted(report.messages, 'message')} of {counted(len(report.kits), 'kit')}"
        f" in {report.seconds:.1f} s, {report.size / 1e6:.1f} MB{why[report.ending]}\n"
    )
    for gap in report.interruptions:
        span = f"{_clock(gap.start)} to {_clock(gap.end)} UTC"
        what = "the broker kept what came" if gap.kept else "what was published then may be missing"
        sys.stdout.write(f"no connection from {span}: {what}\n")


def _clock(instant: int) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(instant / 1000))


def _address(broker: str | None, workspace: Path | None) -> "BrokerAddress":
    from ingest.mqtt import parse_address
    from vigie.broker import broker_address, broker_certificates

    if broker is not None and workspace is None:
        return parse_address(broker)
    place = find_workspace(workspace)
    return parse_address(broker if broker is not None else broker_address(place), broker_certificates(place))


def _seconds(text: str | None) -> float | None:
    from firmware_sim.durations import EXPECTED, parse_duration

    if text is None:
        return None
    try:
        milliseconds = parse_duration(text)
    except ValueError:
        milliseconds = 0
    if milliseconds == 0:
        raise UsageError(f'--for is "{text}"; expected {EXPECTED}')
    return milliseconds / 1000


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    typed = text.strip().upper().replace(",", ".").replace("O", "B")  # Mo is MB
    number = typed.rstrip("KMGTB ")
    unit = typed[len(number) :].strip()
    unit = unit if unit in _SIZES else f"{unit}B"
    try:
        size = int(float(number) * _SIZES[unit])
    except (ValueError, KeyError):
        size = 0
    if size < 1000:
        raise UsageError(f'--max-size is "{text}"; expected at least 1 kB, such as 500MB or 2GB')
    return size
