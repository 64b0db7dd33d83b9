"""One deployment's readings → exposures and episodes, and how they stand against the rules; stores nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from catalog.identifiers import QuantityId
from catalog.kits import Deployment
from catalog.places import Establishment, Zone
from catalog.registry import Registry
from catalog.schedule import Interval, Shift, local_days, shifts
from catalog.weeks import WorkWeek, work_weeks
from dsp.campaign import exceedances, exposures
from dsp.episodes import Delays
from dsp.exposure import Exceedance, Exposure, WindowKind
from dsp.live_shift import Watch
from dsp.series import Series
from dsp.subject import Subject, Threshold
from dsp.weekly import weekly_exposures
from dsp.whole_campaign import campaign_exposures
from rules.engine import thresholds
from rules.pack import Pack
from store.quality import QualityMark
from vigie.channels import ChannelSeries, channel_series, unheard_channels
from vigie.derived_channels import derived_channels
from vigie.kit_columns import ColumnSource
from vigie.plan import settled_until
from vigie.times import instant_of, local_day

_SILENCE = 7
"""Days a silent kit is told of after its last reading; a deployment nobody ended does not fill the table for ever."""


ALL_WINDOWS = frozenset(WindowKind)

WantedWindows = Mapping[QuantityId, Collection[WindowKind]]
"""Kinds of windows, by quantity."""


@dataclass(slots=True)
class Computed:
    """What one deployment's readings mean.

    Attributes
    ----------
    days : dict of int to date
        Start of every window [ms UTC] and the local day whose limits apply.
    marks : list of QualityMark
        Readings the quality tests flagged.
    """

    deployment: Deployment
    exposures: list[Exposure] = field(default_factory=list)
    exceedances: list[Exceedance] = field(default_factory=list)
    days: dict[int, date] = field(default_factory=dict)
    marks: list[QualityMark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ClosedWindows:
    """The windows of a deployment that are closed: shifts, local days, and whole weeks of work."""

    worked: list[Shift]
    days: list[tuple[date, Interval]]
    weeks: list[WorkWeek]


def compute_deployment(
    store: ColumnSource,
    registry: Registry,
    packs: Sequence[Pack],
    deployment: Deployment,
    now: int,
    version: int,
    wanted: WantedWindows | None = None,
) -> Computed:
    """All exposures and episodes of one deployment in the windows that are closed, and of its campaign.

    Parameters
    ----------
    now : int
        Milliseconds UTC; a window that ends later is not closed and not computed.
    version : int
        Delta version of the readings, so that the computation can be repeated.
    wanted : mapping, optional
        Kinds of windows to tell of each quantity; all of them by default.

    Notes
    -----
    Windows are told from the local day of the kit's first reading on, for every quantity it sent in this
    deployment, until the deployment ends, or for a week after the kit fell silent: a window without readings is
    insufficient, and that is how a silent kit is noticed. Of a kit that is there and never was heard from, every
    quantity of its model is told for the first week of the deployment. Readings too late to matter for a closed
    window are not looked at: they would change the period of a channel nobody described, or end a silence, before
    anything plans a computation for them.
    """
    zone = registry.zone_of(deployment)
    establishment = registry.establishment_of(zone)
    result = Computed(deployment)
    deployed = Interval(deployment.start, now if deployment.end is None else min(deployment.end, now))
    channels = deployment_channels(store, registry, deployment, now, version)
    channels = channels or unheard_channels(registry, deployment, now)
    if not channels:
        return result
    earliest = min(channel.heard.start for channel in channels)
    first = local_day(max(earliest, deployed.start), establishment.timezone)
    last = local_day(max(channel.heard.end for channel in channels), establishment.timezone)
    last = min(last + timedelta(days=_SILENCE), local_day(deployed.end, establishment.timezone))
    windows = closed_windows(zone, establishment, deployed, first, last, now)
    watches = watches_in(packs, zone, windows.worked)
    for channel in channels:
        watched = watches.get(channel.subject.quantity.id, ())
        limits = [watch.threshold for watch in watched]
        kinds = ALL_WINDOWS if wanted is None else wanted.get(channel.subject.quantity.id, ())
        result.exposures += exposures_in(windows, channel.subject, channel.series, limits, kinds)
        result.exceedances += _episodes(channel, windows.worked, watched)
        result.marks += _marks(channel)
    result.days = days_of(windows, first, result.exposures)
    return result


def exposures_in(
    windows: ClosedWindows,
    subject: Subject,
    series: Series,
    limits: Sequence[Threshold],
    kinds: Collection[WindowKind] = ALL_WINDOWS,
) -> list[Exposure]:
    """Exposures of one quantity of one deployment in some kinds of windows.

    Parameters
    ----------
    limits : sequence of Threshold
        To count time above or below of.
    """
    worked = windows.worked if WindowKind.SHIFT in kinds else []
    days = windows.days if WindowKind.DAY in kinds else []
    found = exposures(subject, series, worked, days, limits)
    if WindowKind.WEEK in kinds:
        found += weekly_exposures(subject, series, windows.weeks)
    if WindowKind.CAMPAIGN in kinds:
        found += campaign_exposures(subject, series, windows.worked, limits)
    return found


def days_of(windows: ClosedWindows, first: date, found: Iterable[Exposure]) -> dict[int, date]:
    """Start of every window [ms UTC] and the local day whose limits apply; campaigns begin on the day ``first``."""
    # a campaign may begin with the night shift of the evening before: that one keeps its own day
    campaigns = {exposure.start: first for exposure in found if exposure.window_kind is WindowKind.CAMPAIGN}
    days = {day.start: date_ for date_, day in windows.days} | {shift.start: shift.day for shift in windows.worked}
    return campaigns | days | {week.start: week.monday for week in windows.weeks}


def deployment_channels(
    store: ColumnSource, registry: Registry, deployment: Deployment, now: int, version: int
) -> list[ChannelSeries]:
    """The series the closed windows of a deployment are computed from, computed quantities among them.

    Parameters
    ----------
    now, version
        As for :func:`compute_deployment`.
    """
    settled = settled_until(registry, deployment, now)
    if settled is None:
        return []
    end = now if deployment.end is None else min(deployment.end, now)
    heard = Interval(deployment.start, min(end, settled))
    channels = list(channel_series(store, registry, deployment, heard, version))
    return channels + derived_channels(channels, heard)


def _marks(channel: ChannelSeries) -> list[QualityMark]:
    of = channel.subject
    return [QualityMark(of.zone, of.kit, of.deployment, of.quantity.id, runs, of.simulated) for runs in channel.marked]


def _episodes(channel: ChannelSeries, worked: Sequence[Shift], watched: Sequence[Watch]) -> list[Exceedance]:
    found: list[Exceedance] = []
    for watch in watched:
        delays = watch.delays
        found += exceedances(
            channel.subject,
            channel.series,
            worked,
            watch.threshold,
            delays.hysteresis,
            delays.on_delay_s,
            delays.off_delay_s,
        )
    return found


def watches_of(packs: Sequence[Pack], zone: Zone, day: date, subject: Subject) -> tuple[Watch, ...]:
    """Every limit a rule compares a quantity with on a day, and how its episodes begin and end."""
    return _watches(packs, zone, [day]).get(subject.quantity.id, ())


def watches_in(packs: Sequence[Pack], zone: Zone, worked: Iterable[Shift]) -> dict[str, tuple[Watch, ...]]:
    """Every limit a rule compares a quantity with in some shifts of a zone, by quantity."""
    return _watches(packs, zone, sorted({shift.day for shift in worked}))


def closed_windows(
    zone: Zone, establishment: Establishment, deployed: Interval, first: date, last: date, now: int
) -> ClosedWindows:
    """The windows of a deployment that meet the local days ``first`` to ``last`` and are closed at ``now`` [ms UTC]."""

    def counts(start: int, end: int) -> bool:
        return end <= now and start < deployed.end and end > deployed.start

    # a night shift of the evening before the first reading may have been seen in part
    worked = shifts(zone.schedule, establishment, first - timedelta(days=1), last)
    midnight = instant_of(first, establishment.timezone)
    after = instant_of(last + timedelta(days=1), establishment.timezone)
    seen = [shift for shift in worked if shift.day >= first or shift.end > midnight]
    days = local_days(establishment.timezone, midnight, after)
    return ClosedWindows(
        [shift for shift in seen if counts(shift.start, shift.end)],
        [(day, interval) for day, interval in days if counts(interval.start, interval.end)],
        [week for week in work_weeks(zone.schedule, establishment, first, last) if week.closed <= now],
    )


def _watches(packs: Sequence[Pack], zone: Zone, days: Iterable[date]) -> dict[str, tuple[Watch, ...]]:
    """Every value a rule compares on one of some days, each once, by quantity, in order.

    Where two rules compare one value, its episodes are those of the first in the packs' order; ``vigie rules check``
    refuses packs that disagree on it.
    """
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    found: dict[str, dict[Threshold, Delays]] = {}
    for day in days:
        for quantity, levels in thresholds(packs, zone, day).items():
            for level in levels:
                rule = rules[level.rule]
                delays = Delays(rule.hysteresis, rule.delays.on, rule.delays.off)
                found.setdefault(quantity, {}).setdefault(Threshold(level.value, level.direction), delays)
    return {
        quantity: tuple(
            Watch(threshold, delays)
            for threshold, delays in sorted(watched.items(), key=lambda item: (item[0].direction, item[0].value))
        )
        for quantity, watched in found.items()
    }
