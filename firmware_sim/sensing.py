"""What a kit reads of the true signals at its place: every channel of its model through the sensor it names."""

from collections.abc import Mapping, Sequence

from catalog.identifiers import QuantityId
from catalog.kits import KitModel
from firmware_sim.rooms import Floats
from firmware_sim.sensors import SENSOR_TYPES, Sensor
from firmware_sim.zones import seeded


def sense(
    model: KitModel,
    at_kit: Mapping[QuantityId, Floats],
    step: float,
    seed: int,
    kit: str,
    faults: Sequence[object] = (),  # noqa: ARG001 - sensor faults follow
) -> dict[QuantityId, Floats]:
    """Readings of one kit.

    Parameters
    ----------
    model : KitModel
        Its channels; one whose quantity has no true signal, or no virtual sensor, reads nothing.
    at_kit : mapping of QuantityId to array
        True signals where the kit hangs, at equal steps, in the quantities' units.
    step : float
        [s]
    seed : int
    kit : str
        Same model, signals, seed and kit: same readings, to the bit.

    Returns
    -------
    dict of QuantityId to array
        NaN where a channel says nothing.
    """
    readings: dict[QuantityId, Floats] = {}
    for channel in model.channels:
        if channel.quantity not in at_kit or channel.quantity not in SENSOR_TYPES:
            continue
        # channels of one part (the sizes of an optical counter, the levels of a microphone) err together
        rng = seeded(seed, kit, channel.sensor)
        sensor = Sensor.made(SENSOR_TYPES[channel.quantity], rng)
        readings[channel.quantity] = sensor.read(at_kit[channel.quantity], step, rng)
    return readings
