"""What the kits of a zone saw of its light while people were there, and what could not be told, by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from catalog.places import Zone
from dsp.batch import lay_out
from dsp.light import LightError, Uniformity
from dsp.light_time import MOST_DARK, LightTime, dark_reading, daylight_share, light_time, uniformity_of_kits
from dsp.uncertainty import of_instrument
from vigie.errors import RefusedError
from vigie.times import local_day
from vigie.zone_series import KitSeries, ZoneSeries, zone_series

_MOST_RELATIVE = 0.5
"""Relative uncertainty beyond which a kit says nothing about uniformity [1]."""


@dataclass(frozen=True, slots=True)
class KitLight:
    """One deployment of a kit in the zone.

    Attributes
    ----------
    since : date
        Local day of its first reading in the time asked for.
    u_p10, u_median : float
        Standard uncertainties of instrument and place [lx].
    dark : float or None
        What the sensor says in darkness [lx]; None where it never was dark.
    daylight : float or None
        At least this share of the light was the sun's [1]; None where nobody said what the lamps give.
    """

    kit: str
    since: date
    time: LightTime
    u_p10: float
    u_median: float
    dark: float | None
    daylight: float | None


@dataclass(frozen=True, slots=True)
class ZoneLight:
    """All kits of the zone, their uniformity, and what is missing, each in a sentence."""

    zone: str
    kits: tuple[KitLight, ...]
    uniformity: Uniformity | None
    remarks: tuple[str, ...]


def light_of_zone(
    workspace: Path | None, zone: str, since: str | None, until: str | None, lamps: float | None
) -> ZoneLight:
    """Distribution, daylight share and uniformity of the light in a zone.

    Parameters
    ----------
    lamps : float or None
        What the lamps alone give where people are [lx].

    Raises
    ------
    RefusedError
        No kit saw any light there while people were there.
    """
    read = zone_series(workspace, zone, ["illuminance"], since, until)
    seen = [kit for kit in read.kits if kit.occupied]
    kits = [found for kit in seen if (found := _kit(kit, read.timezone, lamps)) is not None]
    if not kits:
        raise RefusedError(f"{zone}: no light was measured there while people were there; choose another time")
    even = _uniformity(seen)
    return ZoneLight(zone, tuple(kits), even, tuple(_remarks(read, kits, even, lamps)))


def _kit(kit: KitSeries, timezone: str, lamps: float | None) -> KitLight | None:
    (series,) = kit.series
    try:
        time = light_time(series, kit.occupied)
    except LightError:
        return None
    dark = dark_reading(series, kit.empty)
    share = None if lamps is None else daylight_share(series, lamps, kit.occupied, dark or 0.0)
    u_p10, u_median = _uncertainties(kit, [time.p10, time.median])
    return KitLight(kit.kit, local_day(kit.span.start, timezone), time, u_p10, u_median, dark, share)


def _uncertainties(kit: KitSeries, values: list[float]) -> list[float]:
    (subject,) = kit.subjects
    windows = lay_out([kit.occupied] * len(values))
    own = of_instrument(subject, windows, np.array(values))
    return [float(np.hypot(u, subject.place.at(value))) for u, value in zip(own.tolist(), values, strict=True)]


def _uniformity(kits: list[KitSeries]) -> Uniformity | None:
    """Of the kits' means; each over its own time, so they are compared over the time all were there."""
    together = max((kit.span.start for kit in kits), default=0), min((kit.span.end for kit in kits), default=0)
    pieces = [
        piece for piece in (kits[0].occupied if kits else ()) if piece.start >= together[0] and piece.end <= together[1]
    ]
    if len(kits) < 2 or not pieces:
        return None
    single = max(_relative(kit) for kit in kits)
    try:
        return uniformity_of_kits([kit.series[0] for kit in kits], pieces, min(single, _MOST_RELATIVE))
    except LightError:
        return None


def _relative(kit: KitSeries) -> float:
    level = max(float(np.median(kit.series[0].values)), 1.0)
    return _uncertainties(kit, [level])[0] / level


def _remarks(read: ZoneSeries, kits: list[KitLight], even: Uniformity | None, lamps: float | None) -> Iterator[str]:
    if not _has_transfer(read.zone):
        yield (
            "No transfer factor in the registry: values are those at the kits, and their uncertainty is that of the"
            " place; see vigie measure transfer-factor."
        )
    for kit in read.without:
        yield f"{kit}: sent no illuminance in that time."
    if lamps is None:
        yield "Daylight share not told: say what the lamps alone give with --artificial-only LUX."
    else:
        yield "The daylight share is a lower bound: it takes the lamps for lit all the time."
        for each in kits:
            if each.dark is None:
                yield f"{each.kit}: never under {MOST_DARK:g} lx while nobody was there: no dark reading was taken off."
    if even is None:
        yield "Uniformity not told: it takes two kits that saw light at the same time."


def _has_transfer(zone: Zone) -> bool:
    return any(factor.quantity == "illuminance" for factor in zone.transfer_factors)
