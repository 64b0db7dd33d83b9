"""A backtest: every zone judged by the packs in force and by a candidate, over what is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catalog.identifiers import ZoneId
from catalog.places import Zone
from rules.backtest import Change, Compared
from rules.rule import Pack
from store.registry import load
from store.scope import Scope
from vigie.backtest.period import Period
from vigie.backtest.reality import Fate, Reality
from vigie.backtest.sides import Sides
from vigie.backtest.zone import Source, ZoneBacktest, backtest_zone
from vigie.workspace import Workspace

Progress = Callable[[int, int, str], None]
"""Called with (zones done, zones in all, name of the zone under way)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One matter under both, and what became of the service's own ticket about it.

    Attributes
    ----------
    unsure : bool
        It rests on times beyond a limit that nobody can know any more; the least they can be were taken.
    cut : bool
        Its campaign began before the period or goes on after it.
    """

    compared: Compared
    fate: Fate | None
    timezone: str
    unsure: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of it.

    Attributes
    ----------
    zones : tuple of ZoneBacktest
        Those with something to judge, in the registry's order.
    judged : tuple of Judged
        In their order, the most urgent of each first.
    """

    sides: Sides
    zones: tuple[ZoneBacktest, ...]
    judged: tuple[Judged, ...]

    def of(self, change: Change) -> list[Judged]:
        """The matters of which one thing becomes."""
        return [each for each in self.judged if each.compared.change is change]

    @property
    def anew(self) -> int:
        """Times beyond a limit, one a shift, that were counted from the readings."""
        return sum(zone.anew for zone in self.zones)

    @property
    def unknown(self) -> int:
        """Times beyond a limit, one a shift, that nobody can know any more and that matter."""
        return sum(zone.unknown for zone in self.zones)

    @property
    def cut(self) -> int:
        """Deployments only a part of which was judged."""
        return len({cut.deployment for zone in self.zones for cut in zone.cut})

    @property
    def unheard(self) -> tuple[str, ...]:
        """Rules only the candidate has that no stored exposure speaks to: nothing can be said of them."""
        heard = {rule for zone in self.zones for rule in zone.judged}
        return tuple(rule.id for pack in self.sides.own for rule in pack.rules if rule.id not in heard)

    def zone(self, name: ZoneId) -> Zone:
        """One of the judged zones."""
        return next(each.zone for each in self.zones if each.zone.id == name)


def run_backtest(
    place: Workspace,
    candidate: Sequence[Pack],
    zones: Sequence[str] | None,
    period: Period,
    now: int,
    progress: Progress | None = None,
) -> Backtest:
    """Judge what is stored by the packs in force and by a candidate in their place.

    Parameters
    ----------
    zones : sequence of str or None
        Only these; None for all.
    now : int
        Milliseconds UTC.
    progress : callable, optional

    Raises
    ------
    UsageError
        The period is none.
    """
    registry = load(place.database, Scope.service())
    source = Source(place.exposures, place.readings, registry, now, place.readings.version())
    sides = Sides.of(place.packs, candidate)
    wanted: list[Zone] = [zone for name, zone in registry.zones.items() if zones is None or name in zones]
    reality = Reality(place.views, place.database)
    found: list[ZoneBacktest] = []
    judged: list[Judged] = []
    for done, zone in enumerate(wanted):
        if progress:
            progress(done, len(wanted), zone.name)
        timezone = registry.establishment_of(zone).timezone
        span = period.at(timezone)
        backtest = backtest_zone(source, sides, zone, span)
        if backtest is None:
            continue
        found.append(backtest)
        cut = {each.deployment for each in backtest.cut}
        judged += [
            Judged(
                compared=each,
                fate=reality.fate(each, span),
                timezone=timezone,
                unsure=each.rule in backtest.unsure,
                cut=not cut.isdisjoint(each.asked.deployments),
            )
            for each in backtest.compared
        ]
    if progress:
        progress(len(wanted), len(wanted), "")
    return Backtest(sides, tuple(found), tuple(judged))
