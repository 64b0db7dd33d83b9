"""Local times of a file → instants, with the hour that comes twice in October and the one that March leaves out."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.file_errors import QuestionError, did_you_mean
from ingest.mapping import Ambiguous

Instants: TypeAlias = NDArray[np.int64]
"""Milliseconds, UTC or local."""
Mask: TypeAlias = NDArray[np.bool_]

_HOUR = 3_600_000
_FIXED = re.compile(r"(?:UTC|GMT)?\s*([+\-−])(\d{1,2})(?::?(\d{2}))?")


def fixed_offset(zone: str) -> timedelta | None:
    """Offset of a zone written as ``+01:00``, ``-0500``, ``UTC+1`` or ``Z``; None when it is written otherwise."""
    if zone in {"Z", "UTC", "GMT"}:
        return timedelta(0)
    match = _FIXED.fullmatch(zone.strip())
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=14):
        return None
    return offset if match[1] == "+" else -offset


def zone_problem(zone: str) -> str | None:
    """What was expected of a time zone, or None when ``zone`` is one."""
    if fixed_offset(zone) is not None or zone in available_timezones():
        return None
    cities = [name for name in available_timezones() if "/" in name]
    by_city = {name.rsplit("/", 1)[1]: name for name in cities}
    if zone.title() in by_city:
        return f'an IANA name or a fixed offset such as "+01:00" (did you mean "{by_city[zone.title()]}"?)'
    return f'an IANA name such as "Europe/Paris" or a fixed offset such as "+01:00"{did_you_mean(zone, cities)}'


@dataclass(frozen=True, slots=True)
class Placed:
    """Local times placed on the UTC time line; rows of ``nonexistent`` and ``refused`` have no instant (0)."""

    instants: Instants
    nonexistent: Mask
    refused: Mask


@dataclass(slots=True)
class _DoubleHour:
    """The rows of one October hour seen so far."""

    first_line: int
    first_local: int
    last_local: int
    turned: bool = False


class LocalClock:
    """Places local times of one file, given chunk by chunk in file order, on the UTC time line.

    Parameters
    ----------
    zone : str
        IANA name or fixed offset.
    ambiguous : Ambiguous
        What to do with the hour that comes twice.
    file : str
        For messages.
    """

    def __init__(self, zone: str, ambiguous: Ambiguous, file: str) -> None:
        self.zone = zone
        self.ambiguous = ambiguous
        self.file = file
        self._offset = fixed_offset(zone)
        self._open: _DoubleHour | None = None

    def place(self, local: Instants, lines: NDArray[np.int64]) -> Placed:
        """Instants of local times.

        Parameters
        ----------
        local : array of int [ms]
            Local wall-clock times as if they were UTC.
        lines : array of int
            File line of each, for messages.

        Raises
        ------
        QuestionError
            When the order of the rows shall tell the two October hours apart and does not.
        """
        nothing = np.zeros(local.size, dtype=np.bool_)
        if self._offset is not None:
            return Placed(local - int(self._offset.total_seconds() * 1000), nothing, nothing)
        placed = self._localized(local, "null")
        unplaced = placed.is_null()
        if not unplaced.any():
            self._close_if_left(local)
            return Placed(placed.to_numpy(), nothing, nothing)
        where = np.flatnonzero(unplaced.to_numpy())
        earliest = self._localized(local[where], "earliest")
        nonexistent, refused = nothing.copy(), nothing.copy()
        nonexistent[where[earliest.is_null().to_numpy()]] = True
        instants = placed.fill_null(0).to_numpy().copy()
        double = where[earliest.is_not_null().to_numpy()]
        if self.ambiguous is Ambiguous.REFUSE:
            refused[double] = True
        elif double.size or self._open:
            late = self._late(local, double, lines)
            latest = self._localized(local[double], "latest").to_numpy()
            instants[double] = np.where(late, latest, earliest.drop_nulls().to_numpy())
        return Placed(instants, nonexistent, refused)

    def finish(self) -> None:
        """Say that there are no more rows.

        Raises
        ------
        QuestionError
            When the file ends inside the double hour and nothing told its two halves apart.
        """
        if self._open is not None:
            self._close()

    def _localized(self, local: Instants, ambiguous: str) -> pl.Series:
        times = pl.Series(local).cast(pl.Datetime("ms"))
        marked = times.dt.replace_time_zone(self.zone, ambiguous=ambiguous, non_existent="null")  # type: ignore[arg-type]  # the literal is passed through
        return marked.dt.epoch("ms")

    def _late(self, local: Instants, double: NDArray[np.int64], lines: NDArray[np.int64]) -> Mask:
        """For each row of the double hour: does it belong to the second of the two?"""
        if self.ambiguous is not Ambiguous.ORDER:
            return np.full(double.size, self.ambiguous is Ambiguous.LATEST)
        late = np.zeros(double.size, dtype=np.bool_)
        if self._open is not None and (not double.size or double[0] != 0):
            self._close()
        runs = np.split(np.arange(double.size), np.flatnonzero(np.diff(double) != 1) + 1) if double.size else []
        for run in runs:
            late[run] = self._late_in_run(local, double[run], lines)
            if double[run[-1]] != local.size - 1:
                self._close()
        return late

    def _late_in_run(self, local: Instants, rows: NDArray[np.int64], lines: NDArray[np.int64]) -> Mask:
        times = local[rows]
        if self._open is None:
            self._open = _DoubleHour(int(lines[rows[0]]), int(times[0]), int(times[0]) - 1)
        steps = np.diff(np.concatenate(([self._open.last_local], times)))
        self._open.last_local = int(times[-1])
        turns = np.flatnonzero(steps < 0)
        if not turns.size and not self._open.turned and _is_hourly(local):
            turns = np.flatnonzero(steps == 0)
        if turns.size + self._open.turned > 1 or np.any((steps[turns] > -_HOUR // 2) & (steps[turns] != 0)):
            raise self._question("the rows go back more than once there")
        late = np.full(rows.size, self._open.turned)
        if turns.size:
            late[turns[0] :] = True
            self._open.turned = True
        return late

    def _close_if_left(self, local: Instants) -> None:
        if self._open is not None and local.size:
            self._close()

    def _close(self) -> None:
        if self._open is not None and not self._open.turned:
            raise self._question("the rows do not go back there")
        self._open = None

    def _question(self, why: str) -> QuestionError:
        assert self._open is not None  # noqa: S101 - only asked while a double hour is open
        shown = np.datetime64(self._open.first_local, "ms").item().strftime("%Y-%m-%d %H:%M:%S")
        return QuestionError(
            f"{self.file}:{self._open.first_line}: {shown} comes twice in {self.zone} (the clocks went back), {why}; "
            'say which hour is meant with ambiguous = "earliest" or "latest", or give the logger\'s fixed offset, '
            'e.g. timezone = "+01:00", when its clock is never changed'
        )


def _is_hourly(local: Instants) -> bool:
    steps = np.diff(local)
    forward = steps[steps > 0]
    return bool(forward.size) and float(np.median(forward)) >= 0.9 * _HOUR


def example_offsets(zone: str, local: int) -> str:
    """The zone's two offsets around a local time that does not exist, e.g. ``"+01:00" or "+02:00"``."""
    if fixed_offset(zone) is not None:
        return f'"{zone}"'
    moment = np.datetime64(local, "ms").item()
    tz = ZoneInfo(zone)
    shown = []
    for aside in (timedelta(days=-1), timedelta(days=1)):
        offset = (moment + aside).replace(tzinfo=tz).strftime("%z")
        shown.append(f'"{offset[:3]}:{offset[3:5]}"')
    return " or ".join(shown)
