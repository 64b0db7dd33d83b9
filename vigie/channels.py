"""From stored readings to the series of one deployment: which channel, which uncertainties, which arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from catalog.identifiers import KitId, QuantityId
from catalog.kits import Channel, Deployment, kit_models
from catalog.places import TransferFactor, Zone
from catalog.quantities import Averaging, Quantity, Uncertainty, quantity
from catalog.registry import Registry
from catalog.schedule import Interval
from dsp.calibration import CalibrationStep, calibration_steps, corrected
from dsp.campaign import Subject
from dsp.quality.runs import MarkedRuns
from dsp.series import Series, build, median_step
from vigie.corrections import humidity_corrected
from vigie.kit_columns import Column, ColumnSource, read_columns
from vigie.quality import examined_columns

_BEFORE = 6 * 3_600_000
"""Milliseconds read before a deployment: more than the longest hold time."""
_FALLBACK_PERIOD = 60.0
_HOLD_PERIODS = 3


@dataclass(frozen=True, slots=True)
class ChannelSeries:
    """One channel of a kit during a deployment: the series and all a measure must know about it.

    Attributes
    ----------
    heard : Interval
        Instants of the first and the last reading in the span [ms UTC], usable or not; a sensor of impossible values
        has an empty series, and was heard all the same.
    marked : tuple of MarkedRuns
        What the quality tests found; of a quantity that is computed from others, where its formula does not hold.
    """

    subject: Subject
    series: Series
    heard: Interval
    marked: tuple[MarkedRuns, ...] = ()


def channel_series(
    store: ColumnSource,
    registry: Registry,
    deployment: Deployment,
    span: Interval,
    version: int | None = None,
) -> Iterator[ChannelSeries]:
    """Series of every quantity a deployment has readings of, one after the other, in the catalog's order.

    Parameters
    ----------
    span : Interval
        The deployment, as far as it is to be computed [ms UTC]. A quantity without readings in it is passed over; the
        series goes back a little further, because a reading stands for the time since the one before it.
    version : int, optional
        Delta version of the readings to read.
    """
    zone = registry.zones[deployment.zone]
    read = read_columns(store, deployment.kit, span.start - _BEFORE, span.end, version)
    channels = {
        name: _channel(registry, deployment.kit, quantity(name).id) or _fallback(quantity(name).id, column.instants)
        for name, column in read.items()
    }
    examined = examined_columns(store, registry, deployment, read, channels, span, version)
    columns = {name: found.column for name, found in examined.items()}
    humidity = _humidity(registry, zone, deployment.kit, columns) if zone.corrections else None
    for name in sorted(columns):
        said = columns[name]
        within = int(np.searchsorted(said.instants, span.start, side="right"))
        if within == said.instants.size:
            continue
        measured, channel = quantity(name), channels[name]
        history = _calibrations(registry, zone, deployment.kit, channel)
        calibrated = replace(said, values=corrected(said.instants, said.values, history))
        column = _at_the_person(zone, measured, humidity_corrected(zone, measured, calibrated, humidity))
        yield ChannelSeries(
            subject_of(registry, deployment, zone, measured, channel, column.simulated),
            build(column.instants, column.values, column.flags, channel.period, channel.hold, measured.averaging),
            Interval(int(column.instants[within]), int(column.instants[-1])),
            examined[name].runs,
        )


def unheard_channels(registry: Registry, deployment: Deployment, now: int) -> list[ChannelSeries]:
    """Series without a reading for every channel of a kit that is there now and was never heard from.

    Without them nobody would be told of a kit that never began: what nothing was said of is in no table.

    Parameters
    ----------
    now : int
        Milliseconds UTC. Nothing is made of a deployment that is over, or to come: what it sent may be imported yet.
    """
    known = registry.kits.get(deployment.kit)
    model = kit_models().get(known.model) if known else None
    if model is None or not deployment.start < now or (deployment.end is not None and deployment.end <= now):
        return []
    zone, start = registry.zone_of(deployment), Interval(deployment.start, deployment.start)
    nothing = np.empty(0)
    return [
        ChannelSeries(
            subject_of(registry, deployment, zone, measured, channel, simulated=False),
            build(nothing, nothing, nothing, channel.period, channel.hold, measured.averaging),
            start,
        )
        for channel in model.channels
        for measured in (quantity(channel.quantity),)
    ]


def _humidity(registry: Registry, zone: Zone, kit: KitId, columns: Mapping[str, Column]) -> Series | None:
    """Relative humidity of a kit, for corrections of its other quantities; None where it measures none."""
    read = columns.get("humidity")
    if read is None:
        return None
    measured = quantity("humidity")
    channel = _channel(registry, kit, measured.id) or _fallback(measured.id, read.instants)
    values = corrected(read.instants, read.values, _calibrations(registry, zone, kit, channel))
    return build(read.instants, values, read.flags, channel.period, channel.hold, measured.averaging)


def subject_of(
    registry: Registry, deployment: Deployment, zone: Zone, measured: Quantity, channel: Channel, simulated: bool
) -> Subject:
    """What a measure is told about a channel: the kit model's and the zone's own uncertainties before the catalog's."""
    kit = registry.kits.get(deployment.kit)
    return Subject(
        zone=zone.id,
        kit=deployment.kit,
        deployment=deployment.id,
        quantity=measured,
        instrument=channel.instrument or measured.instrument,
        repeatability=channel.repeatability or measured.repeatability,
        place=_place(zone, measured),
        deployed=Interval(deployment.start, deployment.end if deployment.end is not None else _OPEN_END),
        simulated=simulated or (kit is not None and kit.simulated),
        calibrations=_calibrations(registry, zone, deployment.kit, channel),
    )


def _calibrations(registry: Registry, zone: Zone, kit: KitId, channel: Channel) -> tuple[CalibrationStep, ...]:
    """The channel's history on the clock of the place."""
    done = (c for c in registry.calibrations if c.kit == kit and c.quantity == channel.quantity)
    return calibration_steps(done, registry.establishment_of(zone).timezone, channel.drift)


def _transfer(zone: Zone, measured: Quantity) -> TransferFactor | None:
    return next((factor for factor in zone.transfer_factors if factor.quantity == measured.id), None)


def _place(zone: Zone, measured: Quantity) -> Uncertainty:
    """How well the sensor's place stands for the person: as measured, as the zone says, or the catalog's default."""
    transfer = _transfer(zone, measured)
    return transfer.uncertainty if transfer else zone.place_uncertainty.get(measured.id, measured.place)


def _at_the_person(zone: Zone, measured: Quantity, column: Column) -> Column:
    """Values where people are, through the measured transfer factor: dB are added, other quantities multiplied."""
    transfer = _transfer(zone, measured)
    if transfer is None:
        return column
    is_level = measured.averaging is Averaging.ENERGETIC
    return replace(column, values=column.values + transfer.factor if is_level else column.values * transfer.factor)


_OPEN_END = 253_402_300_800_000
"""The end of the year 9999: a deployment nobody has ended yet."""


def _channel(registry: Registry, kit: KitId, name: QuantityId) -> Channel | None:
    known = registry.kits.get(kit)
    model = kit_models().get(known.model) if known else None
    return model.channel(name) if model else None


def _fallback(name: QuantityId, instants: npt.NDArray[np.int64]) -> Channel:
    """A channel the kit model does not have: its period is the median step of what was sent."""
    period = median_step(instants) if instants.size > 1 else _FALLBACK_PERIOD
    return Channel(name, period, _HOLD_PERIODS * period, "")
