"""The levels of every second of a recording as a CSV file, which ``vigie import`` takes when it knows the time."""

import math
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.soundlevel import SoundLevels


@dataclass(frozen=True, slots=True)
class SecondsFile:
    """Where the seconds go.

    Attributes
    ----------
    path : Path
    start : datetime or None
        When the recording began, with its offset from UTC; None: the time since its start is written.
    """

    path: Path
    start: datetime | None

    def write(self, levels: "SoundLevels") -> None:
        """Write LAeq, LAFmax and LCpeak; a row has the instant its second ends, a level there is none of is empty."""
        rows = zip(levels.laeq_per_second, levels.lafmax_per_second, levels.lcpeak_per_second, strict=True)
        lines = [f"{'seconds' if self.start is None else 'time'},laeq,lafmax,lcpeak"]
        lines += [",".join([self._instant(i), *map(_cell, row)]) for i, row in enumerate(rows, start=1)]
        try:
            self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written ({error.strerror or error})") from None
        hint = "" if self.start is None else f"; next: vigie import {self.path} --kit KIT"
        sys.stderr.write(f"{len(lines) - 1} seconds written to {self.path}{hint}\n")

    def _instant(self, second: int) -> str:
        if self.start is None:
            return str(second)
        moment = self.start + timedelta(seconds=second)
        return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def seconds_file(path: Path | None, start: str | None, recordings: list[Path]) -> SecondsFile | None:
    """What ``--seconds`` and ``--start`` ask for.

    Raises
    ------
    UsageError
        A start without a file; one that is no instant or has no offset; a recording would be overwritten.
    """
    if path is None:
        if start is not None:
            raise UsageError("--start dates the rows of --seconds FILE; add it, or leave --start out")
        return None
    if any(path.resolve() == recording.resolve() for recording in recordings):
        raise UsageError(f"--seconds {path} is a recording and would be overwritten; name another file, e.g. out.csv")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written (no folder {path.parent})")
    return SecondsFile(path, None if start is None else _start(start))


def _start(text: str) -> datetime:
    """When the recording began."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'--start is "{text}"; expected an instant such as 2026-03-02T08:00+01:00') from None
    if moment.tzinfo is None:
        raise UsageError(f"--start {text} has no offset from UTC; write 2026-03-02T08:00+01:00, or Z for UTC")
    return moment


def _cell(level: float) -> str:
    return f"{level:.3f}" if math.isfinite(level) else ""
