"""Settings of a kit that cannot be, beyond what the types of a workplace file say."""

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_sim.kit_settings import KitSettings
from firmware_sim.zones import STEP


@dataclass(frozen=True, slots=True)
class WrongSetting:
    """Where, and what was found and expected."""

    field: str
    problem: str


def wrong_settings(kit: KitSettings) -> Iterator[WrongSetting]:
    """All that cannot be."""
    yield from _periods(kit)
    several = isinstance(kit.lost_network, list)
    for number, outage in enumerate(kit.outages):
        start, end = (outage.day, outage.from_), (outage.last_day, outage.to)
        if start >= end:
            field = f"lost_network[{number}]" if several else "lost_network"
            expected = "from before to, or to_day for another day"
            yield WrongSetting(field, f"ends before it starts ({outage.from_} to {outage.to}); expected {expected}")
    for number, hours in enumerate(kit.mains or ()):
        if hours.from_ >= hours.to:
            problem = f"ends before it starts ({hours.from_} to {hours.to}); expected from before to, on one day"
            yield WrongSetting(f"mains[{number}]", problem)


def _periods(kit: KitSettings) -> Iterator[WrongSetting]:
    sampling, report = kit.sampling_step, kit.report_step
    field, seconds = ("report", kit.report) if kit.sampling is None else ("sampling", kit.sampling)
    if sampling < 1 or (STEP % sampling and sampling % STEP):
        yield WrongSetting(field, f"is {seconds:g} s; expected a whole fraction or a multiple of {STEP // 1000} s")
    elif report % sampling:
        yield WrongSetting("report", f"is {kit.report:g} s; expected a multiple of sampling, {seconds:g} s")
