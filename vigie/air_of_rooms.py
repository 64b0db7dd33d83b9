"""Temperature and humidity side by side: of a kit, of a file, or of every kit of a zone."""

from dataclasses import dataclass
from pathlib import Path

from dsp.series import Series
from vigie.measured_series import Asked, measured_series
from vigie.zone_series import zone_series


@dataclass(frozen=True, slots=True)
class RoomAir:
    """Air one kit measured [°C], [%], and the clock of its place."""

    name: str
    timezone: str
    temperature: Series
    humidity: Series


def air_as_asked(asked: Asked) -> list[RoomAir]:
    """Of one kit or one file.

    Raises
    ------
    UsageError, RefusedError
        As :func:`vigie.measured_series.measured_series`.
    """
    warm, damp = measured_series(asked, "temperature"), measured_series(asked, "humidity")
    return [RoomAir(warm.name, warm.timezone, warm.series, damp.series)]


def air_of_zone(workspace: Path | None, zone: str, since: str | None, until: str | None) -> list[RoomAir]:
    """Of every kit that was in a zone.

    Raises
    ------
    UsageError, RefusedError
        As :func:`vigie.zone_series.zone_series`.
    """
    read = zone_series(workspace, zone, ["temperature", "humidity"], since, until)
    return [RoomAir(kit.kit, read.timezone, *kit.series) for kit in read.kits]
