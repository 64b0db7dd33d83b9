"""Air changes of a room, each against the outdoor CO2 of its own week."""

from dataclasses import dataclass

import numpy as np

from catalog.schedule import Interval
from dsp.air.build_up import Source, build_up
from dsp.air.co2 import Co2Error
from dsp.air.decay import decays
from dsp.air.outdoor_co2 import Baseline, outdoor_baseline
from dsp.air.ventilation import OUTDOOR_UNCERTAINTY, Followed, Ground, Outdoor, Refusal, between
from dsp.series import Series
from vigie.errors import RefusedError
from vigie.measured_series import MeasuredSeries

_WEEK = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class FollowedRoom:
    """A stretch of time CO2 was followed in, and the outdoor CO2 it was held against; None where nobody knows it."""

    followed: Followed
    outdoor: Baseline | None


def told_baseline(outdoor: float) -> Baseline:
    """Outdoor CO2 as a person measured it [ppm]."""
    return Baseline(outdoor, OUTDOOR_UNCERTAINTY, "")


def followed_decays(read: MeasuredSeries, told: Baseline | None) -> list[FollowedRoom]:
    """Every decay in the time nobody is there, each with the low point of the seven days that end with it.

    Parameters
    ----------
    told : Baseline or None
        Outdoor CO2 that somebody measured; it is then that of every decay.

    Raises
    ------
    RefusedError
        Outdoor CO2 can be taken from no week of the readings.
    """
    found: list[FollowedRoom] = []
    troubles: list[Co2Error] = []
    for stretch in between(read.occupied, read.span):
        part = read.series.during(stretch)
        if not len(part):
            continue
        try:
            base = told or outdoor_baseline(read.whole, _end_of_week(read, part, stretch))
        except Co2Error as error:
            troubles.append(error)
            found.append(FollowedRoom(Followed(stretch, Refusal(Ground.OUTDOOR_UNKNOWN, str(error))), None))
            continue
        found += [FollowedRoom(each, base) for each in decays(read.series, [stretch], _as_outdoor(base))]
    if troubles and len(troubles) == len(found):
        raise _refused(read, troubles[-1])
    return found


def followed_build_up(read: MeasuredSeries, told: Baseline | None, source: Source | None) -> FollowedRoom:
    """The rise over the whole span, with the low point of the seven days that end with it.

    Raises
    ------
    RefusedError
        Outdoor CO2 cannot be taken from the readings.
    """
    try:
        base = told or outdoor_baseline(read.whole, read.span.end)
    except Co2Error as error:
        raise _refused(read, error) from None
    result = build_up(read.series.instants, read.series.values, _as_outdoor(base), source)
    return FollowedRoom(Followed(read.span, result), base)


def _end_of_week(read: MeasuredSeries, part: Series, stretch: Interval) -> int:
    """End of the stretch; a week after its highest reading in a longer one; in the first week, the end of that week."""
    end = min(stretch.end, int(part.instants[np.argmax(part.values)]) + _WEEK)
    first_week = int(read.whole.instants[0] - read.whole.weights[0]) + _WEEK
    return max(end, min(first_week, int(read.whole.instants[-1])))


def _as_outdoor(base: Baseline) -> Outdoor:
    return Outdoor(base.value, base.uncertainty)


def _refused(read: MeasuredSeries, error: Co2Error) -> RefusedError:
    return RefusedError(f"{read.name}: {error} (--outdoor PPM)")
