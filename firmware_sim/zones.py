"""From a zone's description to the truth about it: every quantity, minute by minute, with people and machines in it."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from catalog.identifiers import QuantityId, ZoneId
from catalog.schedule import instant_of
from firmware_sim import rooms
from firmware_sim.rooms import SECONDS_PER_HOUR, Floats
from firmware_sim.scenario import Activity, Outdoors, People, Room, SimulatedZone
from firmware_sim.scenario_words import clock_time
from firmware_sim.sound_field import level_at, peak_at

Instants = npt.NDArray[np.int64]

STEP = 60_000
"""Grid of the simulation [ms]."""

LAMP_MARGIN = 900_000
"""Lamps are lit before the first person comes and until after the last one leaves [ms]."""

DEPOSITION = {"pm1": 0.1, "pm2_5": 0.3, "pm4": 0.8, "pm10": 2.0}
"""Loss to surfaces of the particles between one size and the next smaller [1/h]: engineering estimate after
Thatcher and Layton, Atmos. Environ. 29 (1995)."""

AIR_HEAT = 1206.0
"""Heat capacity of a cubic metre of air [J/(m³·K)]."""

PEAK_OVER_MAXIMUM = 12.0
"""LCpeak of steady machine noise above its LAFmax [dB]: engineering estimate."""

PRESSURE_SWING = 4.0
"""Passing weather [hPa]."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What really was in a zone.

    Attributes
    ----------
    instants : array
        Ends of the one-minute steps [ms UTC].
    people : array
        Mean number of people during each step.
    values : mapping of QuantityId to array
        Where the kit hangs, in the quantity's unit: levels over the step, all else at its end.
    worker : mapping of QuantityId to array
        At the breathing zone, the ear and the work plane of the worker whose exposure is judged.
    room : mapping of QuantityId to array
        Of the well-mixed room and its diffuse sound.
    """

    zone: ZoneId
    instants: Instants
    people: Floats
    values: Mapping[QuantityId, Floats]
    worker: Mapping[QuantityId, Floats]
    room: Mapping[QuantityId, Floats]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time [ms UTC]."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """An activity as it happened: the share of each step during which it was on."""

    activity: Activity
    share: Floats


def seeded(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each name, so that adding something to a scenario changes nothing else in it."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def local_instant(day: date, clock: str, timezone: ZoneInfo) -> int:
    """A local time of a day [ms UTC]."""
    return instant_of(datetime.combine(day, clock_time(clock)), timezone)


def simulate(
    zone: SimulatedZone, outdoors: Outdoors, days: Sequence[date], timezone: ZoneInfo, seed: int, phase: int = 0
) -> Truth:
    """The truth about a zone over whole local days.

    Parameters
    ----------
    days : sequence of datetime.date
        Days in a row; nobody is there on days the presence does not name.
    seed : int
        Same seed, same truth, to the bit.
    phase : int
        Where in the minute the steps end [ms].
    """
    first = local_instant(days[0], "00:00", timezone) + phase
    last = local_instant(days[-1] + timedelta(days=1), "00:00", timezone)
    # readings of a day lie in (00:00, 24:00]
    instants = np.arange(first if phase else first + STEP, last + 1, STEP, dtype=np.int64)
    edges = np.concatenate((instants[:1] - STEP, instants))

    stays = _presence(zone.people, days, timezone, seeded(seed, zone.id, "presence"))
    people = sum((stay.people * _share(edges, [stay.span]) for stay in stays), np.zeros(instants.size))
    occupied = _occupied(stays)
    runs = []
    for activity in zone.activities:
        switchings = _switchings(activity, occupied, days, timezone, seeded(seed, zone.id, activity.name))
        runs.append(Run(activity, _share(edges, switchings)))
    lit = _share(edges, _lamp_spans(occupied, days, timezone))

    ventilation = _ventilation(zone.room, people, runs)

    values = _air(zone, outdoors, people, runs, ventilation)
    values |= _climate(zone, outdoors, instants, people, runs, lit, ventilation)
    values |= _sound(zone.room, runs, seeded(seed, zone.id, "sound"), instants.size)
    values["illuminance"] = _light(zone.room, outdoors, instants, lit, seeded(seed, "sky", str(days[0])))
    named = {QuantityId(name): v for name, v in values.items()}
    return Truth(ZoneId(zone.id), instants, people, named, named, named)


def _share(edges: Instants, spans: Sequence[Span]) -> Floats:
    """Share of each step between two edges that the spans, in order and apart, cover."""
    if not spans:
        return np.zeros(edges.size - 1)
    bounds = np.array([bound for span in spans for bound in (span.start, span.end)], dtype=float)
    lengths = np.diff(bounds)
    lengths[1::2] = 0.0  # between one span's end and the next one's start nothing is on
    covered = np.concatenate(([0.0], np.cumsum(lengths)))
    return np.diff(np.interp(edges, bounds, covered)) / np.diff(edges)


@dataclass(frozen=True, slots=True)
class _Stay:
    span: Span
    people: int


def _presence(people: People, days: Sequence[date], timezone: ZoneInfo, rng: np.random.Generator) -> list[_Stay]:
    """The presence blocks as people kept to them."""
    stays = []
    for day in days:
        for block in people.presence:
            late = np.clip(rng.normal(0.0, 1.0, 2), -2.0, 2.0) * people.punctuality * 60_000
            if day.isoweekday() not in block.days:
                continue
            start = local_instant(day, block.from_, timezone) + round(late[0])
            end = local_instant(day, block.to, timezone) + round(late[1])
            stays.append(_Stay(Span(start, max(start, end)), block.people))
    return stays


def _occupied(stays: Sequence[_Stay]) -> list[Span]:
    """When at least one person is there: the stays joined where they touch or overlap."""
    joined: list[Span] = []
    for stay in sorted(stays, key=lambda stay: stay.span.start):
        if joined and stay.span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, stay.span.end))
        else:
            joined.append(stay.span)
    return joined


def _switchings(
    activity: Activity, occupied: Sequence[Span], days: Sequence[date], timezone: ZoneInfo, rng: np.random.Generator
) -> list[Span]:
    """When an activity is on: runs and pauses of random length, while somebody is there and it is its time of day."""
    hours = [
        Span(local_instant(day, activity.from_, timezone), local_instant(day, activity.to, timezone)) for day in days
    ]
    spans: list[Span] = []
    for window in (_common(stay, hour) for stay in occupied for hour in hours):
        if window.end <= window.start:
            continue
        if activity.share >= 1.0:
            spans.append(window)
            continue
        if activity.share <= 0.0:
            continue
        on = activity.minutes * 60_000
        off = on * (1.0 - activity.share) / activity.share
        cycles = int((window.end - window.start) / (on + off) * 3) + 10
        runs = on * np.clip(rng.exponential(1.0, cycles), 0.2, 3.0)
        pauses = off * np.clip(rng.exponential(1.0, cycles), 0.2, 3.0)
        pauses[0] *= rng.uniform()
        ends = window.start + np.cumsum(pauses + runs)
        for start, end in zip((ends - runs).tolist(), ends.tolist(), strict=True):
            if start >= window.end:
                break
            spans.append(Span(round(start), min(round(end), window.end)))
    return sorted(spans, key=lambda span: span.start)


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))


def _lamp_spans(occupied: Sequence[Span], days: Sequence[date], timezone: ZoneInfo) -> list[Span]:
    """From before the first arrival of a day until after its last leave: nobody works in the dark."""
    spans = []
    for day in days:
        midnight = local_instant(day, "00:00", timezone)
        next_midnight = local_instant(day + timedelta(days=1), "00:00", timezone)
        of_day = [span for span in occupied if midnight <= span.start < next_midnight]
        if of_day:
            start = max(midnight, of_day[0].start - LAMP_MARGIN)
            spans.append(Span(start, min(next_midnight, of_day[-1].end + LAMP_MARGIN)))
    return spans


def _ventilation(room: Room, people: Floats, runs: Sequence[Run]) -> Floats:
    """Outdoor air in room volumes [1/s]."""
    changes = np.where(people > 0, room.air_changes + room.air_changes_occupied, room.air_changes)
    for run in runs:
        changes = changes + run.activity.air_changes * run.share
    return np.asarray(changes / SECONDS_PER_HOUR, dtype=np.float64)


def _air(
    zone: SimulatedZone, outdoors: Outdoors, people: Floats, runs: Sequence[Run], ventilation: Floats
) -> dict[str, Floats]:
    """CO2, vapours and particles: what is given off, less what the ventilation and the surfaces take away."""
    volume, step = zone.room.volume, STEP / 1000
    nothing = np.zeros(people.size)
    # 1 L of CO2 in 1 m3 is 1000 ppm; 1 mL of vapour in 1 m3 is 1000 ppb
    breath = 1000.0 * zone.people.co2 * people / volume
    per_second = 1000.0 / SECONDS_PER_HOUR / volume
    vapour = sum((run.activity.vapour * run.share for run in runs), nothing) * per_second
    formaldehyde = sum((run.activity.formaldehyde * run.share for run in runs), nothing) * per_second
    # building and furniture give off more into stale air, which keeps their part about constant
    usual_tvoc = outdoors.tvoc + zone.usual_tvoc
    usual_formaldehyde = outdoors.formaldehyde + zone.usual_formaldehyde
    tvoc = rooms.mass_balance(usual_tvoc, vapour, ventilation, usual_tvoc, step)
    values = {
        "co2": rooms.mass_balance(outdoors.co2, breath, ventilation, outdoors.co2, step),
        "co": rooms.mass_balance(outdoors.co, nothing, ventilation, outdoors.co, step),
        "tvoc": tvoc,
        "voc_index": rooms.voc_index(tvoc, usual_tvoc),
        "formaldehyde": rooms.mass_balance(usual_formaldehyde, formaldehyde, ventilation, usual_formaldehyde, step),
    }
    # PM10 includes PM4 and so on: each slice of sizes settles at its own pace, then they are put together again
    together = nothing
    for size, settling in DEPOSITION.items():
        removal = ventilation + settling / SECONDS_PER_HOUR
        supply = outdoors.particles.slices()[size] * ventilation / removal
        given_off = sum((run.activity.particles.slices()[size] * run.share for run in runs), nothing)
        source = given_off * 1000.0 / 60.0 / volume
        together = together + rooms.mass_balance(float(supply[0]), source, removal, supply, step)
        values[size] = together
    return values


def _climate(
    zone: SimulatedZone,
    outdoors: Outdoors,
    instants: Instants,
    people: Floats,
    runs: Sequence[Run],
    lit: Floats,
    ventilation: Floats,
) -> dict[str, Floats]:
    """Temperature, humidity and pressure."""
    room, step = zone.room, STEP / 1000
    # warmest at about 15:00 in the west of Europe, 14:00 UTC
    hours = (instants % 86_400_000) / 3_600_000
    outside = outdoors.temperature + outdoors.temperature_swing * np.cos(2 * np.pi * (hours - 14.0) / 24.0)
    gains = zone.people.heat * people + room.lamp_power * lit
    gains = sum((run.activity.heat * run.share for run in runs), gains)
    conductance = room.conductance + AIR_HEAT * room.volume * ventilation
    inside = rooms.temperature(
        room.setpoint, outside, gains, conductance, room.capacity * 1e6, room.setpoint, room.heating_power, step
    )
    water_outside = float(rooms.vapour_density(outdoors.humidity, outdoors.temperature))
    moisture = sum((run.activity.moisture * run.share for run in runs), zone.people.moisture * people)
    water = rooms.mass_balance(
        water_outside, moisture / SECONDS_PER_HOUR / room.volume, ventilation, water_outside, step
    )
    weather = np.sin(2 * np.pi * instants / (50 * 3_600_000))
    return {
        "temperature": inside,
        "humidity": rooms.relative_humidity(water, inside),
        "pressure": outdoors.pressure + PRESSURE_SWING * weather,
    }


def _sound(room: Room, runs: Sequence[Run], rng: np.random.Generator, steps: int) -> dict[str, Floats]:
    """Levels of each minute: the energy of all that sounds, the loudest moment, and the highest impulse."""
    sounding = [(run, level) for run in runs if (level := _level_at_kit(room, run.activity)) is not None]
    background = np.full(steps, room.background_level)
    levels = [background, *(np.full(steps, level) for _, level in sounding)]
    laeq = rooms.level_sum(np.stack(levels), np.stack([np.ones(steps), *(run.share for run, _ in sounding)]))
    # the machine that runs gives the minute its maximum even if it ran for ten seconds only
    lafmax = np.maximum(laeq, background) + 2.0 + rng.exponential(2.0, steps)
    impulse = np.full(steps, -np.inf)
    for run, level in sounding:
        heard, activity = run.share > 0, run.activity
        running = level + activity.crest + rng.exponential(1.0, steps)
        lafmax = np.maximum(lafmax, np.where(heard, running, -np.inf))
        hit = rng.uniform(size=steps) < -np.expm1(-activity.peaks_per_hour / 60.0 * run.share)
        peak = rng.normal(peak_at(activity.peak_level, activity.kit_distance), activity.peak_spread, steps)
        impulse = np.maximum(impulse, np.where(hit, peak, -np.inf))
    steady = lafmax + PEAK_OVER_MAXIMUM + np.abs(rng.normal(0.0, 1.5, steps))
    return {"laeq": laeq, "lafmax": lafmax, "lcpeak": np.maximum(steady, impulse)}


def _level_at_kit(room: Room, activity: Activity) -> float | None:
    if activity.sound_power is None:
        return None
    return level_at(activity.sound_power, activity.kit_distance, room.absorption)


def _light(room: Room, outdoors: Outdoors, instants: Instants, lit: Floats, rng: np.random.Generator) -> Floats:
    """Lamps, and the daylight that clouds let through: they drift by within a quarter of an hour or so."""
    sky = rooms.daylight(instants, outdoors.latitude, outdoors.longitude, outdoors.clearness)
    quarters = np.arange(instants[0], instants[-1] + 900_000, 900_000)
    clouds = np.interp(instants, quarters, rng.normal(0.0, 0.25, quarters.size))
    return np.asarray(room.lamps * lit + room.daylight_factor * sky * np.exp(clouds))
