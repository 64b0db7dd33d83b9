"""What a kit reads of the true signals at its place: every channel of its model through the sensor it names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from catalog.identifiers import QuantityId
from catalog.kits import Channel, KitModel
from firmware_sim.rooms import Floats
from firmware_sim.sensor_faults import SensorFault, faulty
from firmware_sim.sensors import (
    barometer,
    cells,
    climate,
    microphone,
    mox,
    ndir,
    optical,
    photodiode,
    pid,
    synthetic_sound,
    voc_index,
)
from firmware_sim.sensors.grades import Grade, grade_of, words_of
from firmware_sim.sensors.surroundings import Surroundings, causes, hydrogen
from firmware_sim.zones import seeded

OneChannel = Callable[[Surroundings, Floats, Grade, np.random.Generator], Floats]
SeveralChannels = Callable[[Surroundings, Grade, np.random.Generator], Mapping[str, Floats]]


class SoundPath(Enum):
    """How levels come about."""

    LEVELS = "levels"
    """A microphone's errors are added to true levels."""
    SAMPLES = "samples"
    """Sound is made, picked up and measured; slow."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a kit with one channel; its name seeds it, whatever the grade: grades are compared on equal luck."""

    name: str
    read: OneChannel


_PARTS: Mapping[QuantityId, _Part] = {
    QuantityId("co2"): _Part("NDIR", ndir.read),
    QuantityId("tvoc"): _Part("MOX", mox.read),
    QuantityId("voc_index"): _Part("VOC index", voc_index.read),
    QuantityId("formaldehyde"): _Part("formaldehyde cell", cells.read_formaldehyde),
    QuantityId("co"): _Part("CO cell", cells.read_carbon_monoxide),
    QuantityId("illuminance"): _Part("photodiode", photodiode.read),
    # one housing, one warming of its own: both draw it first
    QuantityId("temperature"): _Part("housing", climate.read_temperature),
    QuantityId("humidity"): _Part("housing", climate.read_humidity),
    QuantityId("pressure"): _Part("barometer", barometer.read),
}
_PID = _Part("PID", pid.read)
_SIZES = frozenset(map(QuantityId, optical.SIZES))
_LEVELS = frozenset(map(QuantityId, microphone.QUANTITIES))


def has_sensor(quantity: QuantityId) -> bool:
    """Whether there is a virtual sensor for a quantity."""
    return quantity in _PARTS or quantity in _SIZES or quantity in _LEVELS


def sense(
    model: KitModel,
    at_kit: Mapping[QuantityId, Floats],
    step: float,
    seed: int,
    kit: str,
    faults: Iterable[SensorFault] = (),
    *,
    place: str | None = None,
    sound: SoundPath = SoundPath.LEVELS,
) -> dict[QuantityId, Floats]:
    """Readings of one kit.

    Parameters
    ----------
    model : KitModel
        Its channels; one whose quantity has no true signal, or no virtual sensor, reads nothing. The words of
        ``sensor`` say what part it is (``PID``; a metal oxide otherwise) and of what grade (``basic``, ``reference``).
    at_kit : mapping of QuantityId to array
        True signals where the kit hangs, at equal steps, in the quantities' units.
    step : float
        [s]
    seed : int
    kit : str
        Same model, signals, seed and kit: same readings, to the bit.
    faults : iterable of SensorFault
        Those of channels the kit has not are passed over.
    place : str, optional
        Where it hangs: kits of one place err alike by what the place does to them (:class:`Cause`). A place of its own
        where it is not said.
    sound : SoundPath
        Of the three levels; samples need all of them.

    Returns
    -------
    dict of QuantityId to array
        In the order of the model's channels; NaN where a channel says nothing.
    """
    channels = [c for c in model.channels if c.quantity in at_kit and has_sensor(c.quantity)]
    if not channels:
        return {}
    size = at_kit[channels[0].quantity].size
    where = kit if place is None else place
    air = hydrogen(size, step, seeded(seed, where, "hydrogen"))
    around = Surroundings(at_kit, step, air, causes(seed, where))
    shared: dict[str, Mapping[str, Floats]] = {}
    readings = {}
    for channel in channels:
        if channel.quantity in _SIZES:
            readings[channel.quantity] = _of_several(channel, optical.read, "optical", around, shared, seed, kit)
        elif channel.quantity in _LEVELS:
            read = synthetic_sound.read if sound is SoundPath.SAMPLES else microphone.read
            readings[channel.quantity] = _of_several(channel, read, "microphone", around, shared, seed, kit)
        else:
            part = (
                _PID if channel.quantity == "tvoc" and "PID" in words_of(channel.sensor) else _PARTS[channel.quantity]
            )
            rng = seeded(seed, kit, part.name)
            readings[channel.quantity] = part.read(around, at_kit[channel.quantity], grade_of(channel.sensor), rng)
    by_channel: dict[QuantityId, list[SensorFault]] = {}
    for fault in faults:
        if fault.quantity in readings:
            by_channel.setdefault(fault.quantity, []).append(fault)
    for name, own in by_channel.items():
        readings[name] = faulty(readings[name], own, step, seeded(seed, kit, "fault", name))
    return readings


def _of_several(
    channel: Channel,
    read: SeveralChannels,
    name: str,
    around: Surroundings,
    shared: dict[str, Mapping[str, Floats]],
    seed: int,
    kit: str,
) -> Floats:
    """One channel of a part that has several: it errs once for all of them."""
    grade = grade_of(channel.sensor)
    key = f"{name}, {grade.value}"
    if key not in shared:
        shared[key] = read(around, grade, seeded(seed, kit, name))
    return shared[key][channel.quantity]
