"""What cannot wait for the end of a shift: extremes of the shifts under way against the rules that act at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from catalog.kits import Deployment
from catalog.places import Zone
from catalog.registry import Registry
from catalog.schedule import Interval, Shift
from dsp.campaign import exposures
from dsp.exposure import Exposure, WindowKind
from rules.decision import EXTREMES, Assessment, Decision
from rules.engine import assess
from rules.rule import Onset, Pack, Rule
from vigie.channels import ChannelSeries, channel_series
from vigie.derived_channels import derived_channels
from vigie.kit_columns import ColumnSource
from vigie.open_shifts import OpenShift, open_shifts

_CONTEXT = 24 * 3_600_000
"""Milliseconds before a shift whose readings the quality tests may look at."""


@dataclass(frozen=True, slots=True)
class Acute:
    """Exceedances of shifts under way.

    Attributes
    ----------
    assessments : tuple of Assessment
        Each indicates an exceedance. Their window is the whole shift, which is not over: what is highest by now can
        only become higher, so the closed shift will say the same or worse.
    days : mapping of int to datetime.date
        Start of each shift [ms UTC] and its local day.
    """

    assessments: tuple[Assessment, ...]
    days: Mapping[int, date]


def acute_assessments(
    source: ColumnSource, registry: Registry, packs: Sequence[Pack], zone: Zone, now: int, version: int | None
) -> Acute:
    """What is beyond a limit of a rule that acts at once, in the shifts of a zone that are under way.

    Parameters
    ----------
    now : int
        Milliseconds UTC; readings after it are not looked at.
    version : int or None
        Delta version of the readings.

    References
    ----------
    exposure-semantics, section 5: at once for acute agents and peaks.
    """
    urgent = [replace(pack, rules=tuple(_urgent(pack, zone))) for pack in packs]
    rules = [rule for pack in urgent for rule in pack.rules]
    if not rules:
        return Acute((), {})
    found: list[Exposure] = []
    days: dict[int, date] = {}
    for each in open_shifts(registry, now):
        if each.deployment.zone == zone.id:
            found += _so_far(source, registry, rules, each, now, version)
            days[each.shift.start] = each.shift.day
    beyond = [a for a in assess(urgent, zone, found, days) if a.decision is Decision.EXCEEDANCE_INDICATED]
    return Acute(tuple(beyond), days)


def _urgent(pack: Pack, zone: Zone) -> Iterator[Rule]:
    for rule in pack.rules:
        at_once = rule.repetition.onset is Onset.IMMEDIATE and rule.measure in EXTREMES
        if at_once and rule.window_kind is WindowKind.SHIFT and rule.applies_to(zone):
            yield rule


def _so_far(
    source: ColumnSource, registry: Registry, rules: Sequence[Rule], each: OpenShift, now: int, version: int | None
) -> Iterator[Exposure]:
    """The extremes the rules speak of, of a shift cut at the newest reading, under the name of the whole shift."""
    wanted = {(rule.quantity, rule.measure) for rule in rules}
    quantities = {rule.quantity for rule in rules}
    shift = each.shift
    for channel in channels_so_far(source, registry, each.deployment, shift.start, now, version):
        name = channel.subject.quantity.id
        cut = _cut(shift, channel.heard.end) if name in quantities else None
        if cut is None:
            continue
        for exposure in exposures(channel.subject, channel.series, [cut], []):
            if (name, exposure.measure) in wanted:
                yield replace(exposure, end=shift.end)


def channels_so_far(
    source: ColumnSource, registry: Registry, deployment: Deployment, start: int, now: int, version: int | None
) -> list[ChannelSeries]:
    """The series of a shift under way that began at ``start`` [ms UTC], computed quantities among them."""
    heard = Interval(max(deployment.start, start - _CONTEXT), _last(deployment, now))
    channels = list(channel_series(source, registry, deployment, heard, version))
    return channels + derived_channels(channels, heard)


def _cut(shift: Shift, reached: int) -> Shift | None:
    """The part of a shift up to an instant; None where none of its pieces has begun."""
    pieces = tuple(Interval(p.start, min(p.end, reached)) for p in shift.pieces if p.start < reached)
    return replace(shift, end=min(shift.end, reached), pieces=pieces) if pieces else None


def _last(deployment: Deployment, now: int) -> int:
    return now if deployment.end is None else min(deployment.end, now)
