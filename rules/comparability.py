"""What may be held against what: the limits a kit's value cannot be compared with, and why."""

from catalog.limits import Limit
from catalog.places import WorkIntensity, ZoneKind
from dsp.exposure import Measure

_VAGUE_VOC = {
    "tvoc": "a TVOC sensor adds up what it happens to react to and knows no substance",
    "voc_index": "a VOC index is relative to its own room and has no concentration",
}

_NON_SPECIFIC = frozenset(
    {
        ZoneKind.OFFICE,
        ZoneKind.OPEN_PLAN_OFFICE,
        ZoneKind.MEETING_ROOM,
        ZoneKind.CLASSROOM,
        ZoneKind.SHOP,
        ZoneKind.BLIND_ROOM,
    }
)
"""Rooms whose air is spoiled by people only (locaux à pollution non spécifique, R4222-3)."""

_WORK_ROOMS = frozenset(
    {
        ZoneKind.OFFICE,
        ZoneKind.OPEN_PLAN_OFFICE,
        ZoneKind.MEETING_ROOM,
        ZoneKind.CLASSROOM,
        ZoneKind.SHOP,
        ZoneKind.WORKSHOP,
        ZoneKind.SPECIFIC_POLLUTION,
        ZoneKind.SANITARY,
    }
)

_OPEN_PLAN = frozenset({ZoneKind.OPEN_PLAN_OFFICE})
_OFFICES = frozenset({ZoneKind.OFFICE, ZoneKind.OPEN_PLAN_OFFICE})

_KINDS_BY_CONTEXT = {
    "local à pollution spécifique": frozenset({ZoneKind.SPECIFIC_POLLUTION}),
    "indoor circulation routes": frozenset({ZoneKind.CIRCULATION}),
    "stairs and warehouses": frozenset({ZoneKind.STAIRS, ZoneKind.WAREHOUSE}),
    "work rooms, changing rooms, sanitary rooms": _WORK_ROOMS,
    "blind rooms (no daylight) with permanent work": frozenset({ZoneKind.BLIND_ROOM}),
    "outdoor areas with permanent work": frozenset({ZoneKind.OUTDOOR}),
    "outdoor circulation zones and routes": frozenset({ZoneKind.OUTDOOR}),
    "nurseries, schools, leisure centres (ERP); used by analogy elsewhere": _NON_SPECIFIC,
    "nurseries, schools, leisure centres (ERP); by analogy elsewhere": _NON_SPECIFIC,
    "offices / non-specific pollution rooms": _NON_SPECIFIC,
    "indoor air, general population": _NON_SPECIFIC,
    "ambient & indoor air, general population": _NON_SPECIFIC,
    "open-plan, activity mainly by phone": _OPEN_PLAN,
    "open-plan, collaborative": _OPEN_PLAN,
    "open-plan, low-collaboration/concentration": _OPEN_PLAN,
    "open-plan receiving public": _OPEN_PLAN,
    "open-plan office": _OPEN_PLAN,
    "open-plan, ISO space types 2-5": _OPEN_PLAN,
    "office: writing, typing, reading, data processing": _OFFICES,
    "offices": _NON_SPECIFIC,
    "classrooms (general)": frozenset({ZoneKind.CLASSROOM}),
    "mines and quarries": frozenset(),
    "ambient air": frozenset(),
}

_INTENSITY_BY_CONTEXT = {"sedentary / office": WorkIntensity.SEDENTARY, "physical work": WorkIntensity.PHYSICAL}

_MEASURES_BY_METRIC = {
    "LEX_8h": {Measure.LEX_8H},
    "LEX_40h": {Measure.LEX_40H},
    "LCpeak": {Measure.PEAK},
    "LAeq": {Measure.LEQ},
    "LAeq occupied": {Measure.LEQ},
    "L50 occupied": {Measure.P50},
    "TWA-8h": {Measure.TWA_8H},
    "STEL-15min": {Measure.MAX_15MIN},
    "ceiling": {Measure.PEAK, Measure.MAX_15MIN},
    "instant / short mean while occupied": {Measure.MAX_15MIN, Measure.MAX_1H},
    "instant": {Measure.MAX_15MIN, Measure.MAX_1H},
    "instant or hourly mean": {Measure.MAX_1H, Measure.MEAN},
    "mean while occupied": {Measure.MAX_1H, Measure.MEAN},
    "hourly mean": {Measure.MAX_1H, Measure.MIN_1H, Measure.MEAN},
    "minimum while workers present": {Measure.MINIMUM, Measure.P5, Measure.P10},
    "minimum": {Measure.MINIMUM, Measure.P5, Measure.P10},
    "maintained mean": {Measure.MEAN, Measure.P50},
    "24-h mean, 99th percentile (3-4 days/yr)": {Measure.MAX_24H},
}
"""A limit's metric → the measures that speak of it. A shift mean beyond an hourly limit implies an hour beyond it."""

_MEAN_BY_PERIOD = {
    900.0: {Measure.MAX_15MIN},
    1800.0: {Measure.MAX_30MIN},
    3600.0: {Measure.MAX_1H},
    28_800.0: {Measure.MAX_8H, Measure.TWA_8H},
    86_400.0: {Measure.MAX_24H},
}
"""Limits whose metric is just ``mean``: their averaging period [s] → the measures that speak of it."""


def cannot_compare(quantity: str, limit: Limit) -> str | None:
    """Why a quantity cannot be held against a limit; None where it can.

    References
    ----------
    exposure-semantics, section 5; methods, sections 7 and 8.
    """
    if quantity in _VAGUE_VOC:
        return (
            f"{_VAGUE_VOC[quantity]}: it cannot be held against {limit.level_name} of {limit.agent}; "
            "compare with a guide of your own ({value, unit, comparator, source, status: guide}) or ask for metrology"
        )
    if limit.agent == "noise" and limit.level_name in {"exposure limit value", "limit value"}:
        return (
            f"{limit.value:g} {limit.unit} holds under the hearing protector, an ambient level cannot decide it; "
            "use the action values 80 and 85 dB(A), 135 and 137 dB(C)"
        )
    if quantity not in limit.comparable_with:
        expected = ", ".join(limit.comparable_with)
        mend = f"it can be compared with {expected}" if expected else "no kit measures what it is about"
        return f'the limit is about "{limit.quantity}" of {limit.agent}, which {quantity} is not; {mend}'
    return None


def is_gravimetric_dust(limit: Limit) -> bool:
    """Whether the limit is for dust that is sampled and weighed, which an optical counter only hints at."""
    return limit.agent == "dust"


def is_maintained_mean(limit: Limit) -> bool:
    """Whether the limit is a mean maintained over the points of a task area (EN 12464-1), which no one sensor sees."""
    return limit.metric == "maintained mean"


def measures_of(limit: Limit) -> frozenset[Measure]:
    """The measures that speak of a limit's metric; empty where none does (an annual mean)."""
    if limit.metric == "mean" and limit.averaging_period is not None:
        return frozenset(_MEAN_BY_PERIOD.get(limit.averaging_period, set()))
    return frozenset(_MEASURES_BY_METRIC.get(limit.metric, set()))


def kinds_of(limit: Limit) -> frozenset[ZoneKind]:
    """The kinds of zone a limit is made for."""
    return _KINDS_BY_CONTEXT.get(limit.context, frozenset(ZoneKind))


def intensity_of(limit: Limit) -> WorkIntensity | None:
    """The intensity of work a limit is made for, or None where it does not depend on it."""
    return _INTENSITY_BY_CONTEXT.get(limit.context)
