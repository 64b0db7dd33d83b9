"""Faults on the line for a person: the script's file, and what came of it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import RefusedError, UsageError
from vigie.output import counted

if TYPE_CHECKING:
    from firmware_sim.faults import FaultCount, FaultScript


def read_faults(path: Path | None) -> "FaultScript":
    """The script in a file; no faults without one.

    Raises
    ------
    UsageError
        It cannot be read.
    FaultScriptError
        It has mistakes.
    """
    from firmware_sim.faults import NO_FAULTS
    from firmware_sim.faults_file import load_faults

    if path is None:
        return NO_FAULTS
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{path}: cannot be read ({why}); expected a script of faults in YAML") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not text in UTF-8; expected a script of faults in YAML") from None
    return load_faults(text, str(path))


def restart_by(command: str | None) -> Callable[[], None] | None:
    """Restarts a broker by a command of the user's.

    Raises
    ------
    RefusedError
        When called: the command fails.
    """
    import shlex
    import subprocess

    if command is None:
        return None
    words = shlex.split(command)
    if not words:
        raise UsageError('--restart-broker is empty; expected a command such as "systemctl restart mosquitto"')

    def restart() -> None:
        try:
            done = subprocess.run(words, check=False)  # noqa: S603  the user's own command, without a shell
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise RefusedError(f"--restart-broker: {words[0]} cannot be run ({why})") from None
        if done.returncode:
            raise RefusedError(f'--restart-broker: "{command}" ended with code {done.returncode}')

    return restart


def fault_lines(script: "FaultScript", found: Sequence["FaultCount"]) -> Iterator[str]:
    """What came of each fault, a line each."""
    if not found:
        return
    yield f"faults of {script.filename}, seed {script.seed}:"
    width = max(len(count.fault.kind.value) for count in found)
    for count in found:
        yield f"  line {count.fault.line:<4} {count.fault.kind.value:<{width}}  {_came(count)}"


def _came(count: "FaultCount") -> str:
    from firmware_sim.faults import OF_CONNECTIONS, FaultKind

    if count.fault.kind not in OF_CONNECTIONS:
        readings = f" ({counted(count.readings, 'reading')})" if count.readings else ""
        return f"{counted(count.messages, 'message')}{readings}"
    words = f"came {counted(count.messages, 'time')}"
    if count.fault.kind is FaultKind.WRONG_CREDENTIALS and count.messages:
        refused, accepted = count.detail.get("refused", 0), count.detail.get("accepted", 0)
        words += f", {counted(refused, 'sign-in')} refused"
        if accepted:
            words += f", {accepted} accepted: this broker lets anybody in"
    return words
