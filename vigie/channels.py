"""From stored readings to the series of one deployment: which channel, which uncertainties, which arrays."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.identifiers import KitId, QuantityId
from catalog.kits import Channel, Deployment, kit_models
from catalog.places import TransferFactor, Zone
from catalog.quantities import Averaging, Quantity, Uncertainty, quantity
from catalog.registry import Registry
from catalog.schedule import Interval
from dsp.campaign import Subject
from dsp.series import Series, build
from store.readings import ReadingStore

_CHUNK = 60 * 86_400_000
"""Milliseconds read from the table at a time, so that a year of a zone stays far under a gigabyte."""
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
    """

    subject: Subject
    series: Series
    heard: Interval


def channel_series(
    store: ReadingStore,
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
    columns = _columns(store, deployment.kit, span.start - _BEFORE, span.end, version)
    for name in sorted(columns):
        arrays = columns[name]
        within = int(np.searchsorted(arrays.instants, span.start, side="right"))
        if within == arrays.instants.size:
            continue
        measured = quantity(name)
        channel = _channel(registry, deployment.kit, measured.id) or _fallback(measured.id, arrays.instants)
        values = _at_the_person(zone, measured, arrays.values)
        yield ChannelSeries(
            subject_of(registry, deployment, zone, measured, channel, arrays.simulated),
            build(arrays.instants, values, arrays.flags, channel.period, channel.hold, measured.averaging),
            Interval(int(arrays.instants[within]), int(arrays.instants[-1])),
        )


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
    )


def _transfer(zone: Zone, measured: Quantity) -> TransferFactor | None:
    return next((factor for factor in zone.transfer_factors if factor.quantity == measured.id), None)


def _place(zone: Zone, measured: Quantity) -> Uncertainty:
    """How well the sensor's place stands for the person: as measured, as the zone says, or the catalog's default."""
    transfer = _transfer(zone, measured)
    return transfer.uncertainty if transfer else zone.place_uncertainty.get(measured.id, measured.place)


def _at_the_person(zone: Zone, measured: Quantity, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values where people are, through the measured transfer factor: dB are added, other quantities multiplied."""
    transfer = _transfer(zone, measured)
    if transfer is None:
        return values
    return values + transfer.factor if measured.averaging is Averaging.ENERGETIC else values * transfer.factor


_OPEN_END = 253_402_300_800_000
"""The end of the year 9999: a deployment nobody has ended yet."""


@dataclass(slots=True)
class _Arrays:
    instants: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    flags: npt.NDArray[np.int8]
    simulated: bool


def _columns(store: ReadingStore, kit: KitId, start: int, end: int, version: int | None) -> dict[str, _Arrays]:
    parts: dict[str, list[_Arrays]] = {}
    for chunk_start in range(start, end, _CHUNK):
        chunk_end = min(chunk_start + _CHUNK, end)
        frame = store.read(kits=[kit], start=chunk_start, end=chunk_end, version=version)
        for (name,), rows in frame.partition_by("quantity", as_dict=True, maintain_order=True).items():
            parts.setdefault(str(name), []).append(
                _Arrays(
                    rows["instant"].dt.epoch("ms").to_numpy().astype(np.int64),
                    rows["value"].to_numpy(),
                    rows["flag"].to_numpy(),
                    bool(rows["simulated"].any()),
                )
            )
    return {
        name: _Arrays(
            np.concatenate([part.instants for part in pieces]),
            np.concatenate([part.values for part in pieces]),
            np.concatenate([part.flags for part in pieces]),
            any(part.simulated for part in pieces),
        )
        for name, pieces in parts.items()
    }


def _channel(registry: Registry, kit: KitId, name: QuantityId) -> Channel | None:
    known = registry.kits.get(kit)
    model = kit_models().get(known.model) if known else None
    return model.channel(name) if model else None


def _fallback(name: QuantityId, instants: npt.NDArray[np.int64]) -> Channel:
    """A channel the kit model does not have: its period is the median step of what was sent."""
    period = float(np.median(np.diff(instants))) / 1000 if instants.size > 1 else _FALLBACK_PERIOD
    return Channel(name, period, _HOLD_PERIODS * period, "")
