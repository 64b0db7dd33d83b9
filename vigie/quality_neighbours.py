"""Two kits in one zone: their daily medians of temperature and of absolute humidity, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.kits import Channel, Deployment
from catalog.quality import Allowance, QualityLimits
from catalog.quantities import quantity
from catalog.readings import Flag
from catalog.registry import Registry
from catalog.schedule import Interval, local_days
from dsp.heat.psychrometrics import absolute_humidity
from dsp.quality.between import day_medians, neighbours
from dsp.quality.examine import Instants, Marks, Readings, Values
from vigie.kit_columns import ColumnSource, read_columns

_COMPARED = ("temperature", "humidity")


@dataclass(frozen=True, slots=True)
class Zone24:
    """Daily medians of a kit and of the others in its zone.

    Attributes
    ----------
    days : tuple of Interval
        Local days, one after the other [ms UTC].
    own : mapping of str to array
        By quantity; those of ``humidity`` are of absolute humidity [g/m³].
    others : mapping of str to list of arrays
    """

    days: tuple[Interval, ...]
    own: Mapping[str, Values]
    others: Mapping[str, list[Values]]

    @property
    def quantities(self) -> tuple[str, ...]:
        """What was compared with at least one other kit."""
        return tuple(name for name in self.own if self.others[name])

    def marks(self, name: str, instants: Instants, limits: QualityLimits) -> Marks:
        """What the comparison says of a quantity's readings."""
        allowance = limits.neighbour or Allowance(0.0, 0.0)
        unit = "g/m³ absolute humidity" if name == "humidity" else quantity(name).unit
        parts = [f"{allowance.absolute:g} {unit}"] if allowance.absolute else []
        parts += [f"{100 * allowance.relative:g} % of absolute humidity"] if allowance.relative else []
        words = f"median of the day before differs from the zone's other kits by more than {' + '.join(parts)}"
        return neighbours(instants, self.days, self.own[name], self.others[name], allowance, words)


def zone_days(
    store: ColumnSource,
    registry: Registry,
    deployment: Deployment,
    readings: Mapping[str, Readings],
    channels: Mapping[str, Channel],
    span: Interval,
    version: int | None,
) -> Zone24 | None:
    """The medians of every local day in ``span``; None where no other kit was in the zone at the time."""
    compared = [name for name in _COMPARED if name in readings and channels[name].tests.neighbour is not None]
    zone = registry.zone_of(deployment)
    nearby = [
        (other, Interval(max(other.start, span.start), min(span.end, other.end or span.end)))
        for other in registry.deployments_of(zone)
        if other.kit != deployment.kit
    ]
    nearby = [(other, together) for other, together in nearby if together.start < together.end]
    if not compared or not nearby:
        return None
    timezone = registry.establishment_of(zone).timezone
    days = tuple(day for _, day in local_days(timezone, span.start, span.end) if day.end <= span.end)
    holds = {name: round(1000 * channels[name].hold) for name in compared}
    own = _medians(readings, compared, days, holds)
    others: dict[str, list[Values]] = {name: [] for name in compared}
    for other, together in nearby:
        columns = read_columns(store, other.kit, together.start, together.end, version, _COMPARED)
        theirs = {name: Readings(c.instants, c.values, c.flags) for name, c in columns.items()}
        for name, medians in _medians(theirs, compared, days, holds).items():
            others[name].append(medians)
    return Zone24(days, own, others)


def _medians(
    readings: Mapping[str, Readings], compared: list[str], days: tuple[Interval, ...], holds: Mapping[str, int]
) -> dict[str, Values]:
    found = {}
    for name in compared:
        series = _moisture(readings, holds[name]) if name == "humidity" else readings.get(name)
        if series is not None:
            found[name] = day_medians(series, days, holds[name], holds[name])
    return found


def _moisture(readings: Mapping[str, Readings], hold: int) -> Readings | None:
    """Absolute humidity where humidity was read, with the latest temperature no older than ``hold``."""
    air, heat = readings.get("humidity"), readings.get("temperature")
    if air is None or heat is None:
        return None
    warm = _possible(heat, "temperature")
    damp = _possible(air, "humidity")
    t, v = heat.instants[warm], heat.values[warm]
    latest = np.searchsorted(t, air.instants, side="right") - 1
    known = damp & (latest >= 0)
    known[known] &= air.instants[known] - t[latest[known]] <= hold
    instants = air.instants[known]
    values = absolute_humidity(v[latest[known]], air.values[known])
    return Readings(instants, values, np.ones(instants.size, np.int8))


def _possible(readings: Readings, name: str) -> npt.NDArray[np.bool_]:
    known = quantity(name)
    inside = readings.values >= known.physical_low
    inside &= (readings.values <= known.physical_high) & (readings.flags != Flag.BAD) & (readings.flags != Flag.MISSING)
    return inside
