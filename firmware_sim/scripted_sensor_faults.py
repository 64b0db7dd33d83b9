"""Sensor faults as a workplace file says them: days and local times, and what cannot be."""

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from catalog.identifiers import QuantityId
from catalog.kits import KitModel
from firmware_sim.kit_mistakes import WrongSetting
from firmware_sim.kit_settings import KitSettings, ScriptedSensorFault
from firmware_sim.sensing import has_sensor
from firmware_sim.sensor_faults import SensorFault, SensorFaultKind
from firmware_sim.zones import Instants, local_instant

SHORTEST_SOUND = 2.0
"""A sampling of sound as samples lasts at least that long [s]."""


def sensor_faults(
    settings: KitSettings, instants: Instants, days: Sequence[date], timezone: ZoneInfo
) -> tuple[SensorFault, ...]:
    """The scripted faults of a kit on its record; those of a day that is not among ``days`` do not happen.

    Parameters
    ----------
    instants : array
        Of its samplings [ms UTC], at equal steps; at least two.
    days : sequence of datetime.date
        On which it is switched on: day 1 is the first.
    """
    zero = int(2 * instants[0] - instants[1])

    def seconds(day: int, clock: str) -> float:
        return (local_instant(days[day - 1], clock, timezone) - zero) / 1000.0

    found = []
    for fault in settings.sensor_faults:
        if fault.day > len(days):
            continue
        end = float("inf")
        if fault.to is not None and (last := _last_day(fault)) <= len(days):
            end = seconds(last, fault.to)
        found.append(
            SensorFault(
                QuantityId(fault.quantity),
                SensorFaultKind(fault.kind),
                seconds(fault.day, fault.from_),
                end,
                fault.size,
                fault.per_hour,
                fault.share,
            )
        )
    return tuple(found)


def wrong_sensor_faults(settings: KitSettings, model: KitModel) -> Iterator[WrongSetting]:
    """All about them, and about sound as samples, that cannot be."""
    for number, fault in enumerate(settings.sensor_faults):
        field = f"sensor_faults[{number}]"
        quantity = QuantityId(fault.quantity)
        if model.channel(quantity) is None or not has_sensor(quantity):
            channels = ", ".join(channel.quantity for channel in model.channels)
            yield WrongSetting(f"{field}.quantity", f'is "{quantity}"; expected a channel of {model.id} ({channels})')
        if fault.to is None and fault.to_day is not None:
            yield WrongSetting(f"{field}.to_day", f"is {fault.to_day} without a time; add to, or leave both out")
        if fault.to is not None and (fault.day, fault.from_) >= (_last_day(fault), fault.to):
            expected = "from before to, or to_day for another day"
            yield WrongSetting(field, f"ends before it starts ({fault.from_} to {fault.to}); expected {expected}")
        if fault.kind in ("spike", "drift-away") and fault.size == 0.0:
            yield WrongSetting(f"{field}.size", f"is 0, so that this {fault.kind} changes nothing; say how far")
    if settings.sound == "samples" and settings.sampling_step < 1000 * SHORTEST_SOUND:
        seconds = settings.sampling_step / 1000
        yield WrongSetting(
            "sound",
            f"is samples with a sampling every {seconds:g} s; expected at least {SHORTEST_SOUND:g} s, or levels",
        )


def _last_day(fault: ScriptedSensorFault) -> int:
    return fault.day if fault.to_day is None else fault.to_day
