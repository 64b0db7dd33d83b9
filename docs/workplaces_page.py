"""Write the page of the simulated workplaces: what each is about, and how far its people truly are from the limits.

``python docs/workplaces_page.py`` simulates a week of every workplace and variant and writes the page.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from statistics import median

from catalog.identifiers import DeploymentId, KitId, RuleId
from catalog.kits import Deployment
from catalog.limits import Comparator
from docs.markdown import listed, page, table
from firmware_sim.placing import Placing, kit_place, worker_distances
from firmware_sim.scenario import Workplace
from firmware_sim.simulation import simulate, truth
from firmware_sim.variants import AS_IS, as_variant
from firmware_sim.workplaces import packaged_names, packaged_workplace
from rules.decision import Assessment, Scale
from rules.pack import default_packs
from rules.rule import Rule
from vigie.evaluation.deciding import true_distance
from vigie.evaluation.truth import TrueWindows, true_answer
from vigie.simulation.registry import registry_of
from vigie.times import instant_of

PAGE = Path(__file__).resolve().parent / "reference" / "workplaces.md"
VARIANTS = ("under", "near", "over")

MONDAY = date(2026, 11, 16)
WEEK = tuple(MONDAY + timedelta(days=number) for number in range(7))

SEEDS = (1, 2, 3)
"""The table tells the median of these weeks."""

CONTROL = "quiet_control"


@dataclass(frozen=True, slots=True)
class TrueDistance:
    """How far the worker of a zone truly is from the limit of a rule.

    Attributes
    ----------
    value : float
        Of the shift that decides: value/limit, limit/value for a lower limit (above 1 is on the wrong side); value less
        limit for levels [dB] and temperatures [°C].
    unit : str
        ``dB``, ``°C``, or nothing for a ratio.
    """

    zone: str
    rule: RuleId
    value: float
    unit: str


def true_distances(workplace: Workplace, seed: int, days: Sequence[date] = WEEK) -> list[TrueDistance]:
    """The distance of every rule that applies, in every zone of a workplace over some days in a row."""
    registry = registry_of(workplace, (), days[0], days[-1])
    start = instant_of(days[0], workplace.timezone)
    end = instant_of(days[-1] + timedelta(days=1), workplace.timezone)
    packs = default_packs()
    found: list[TrueDistance] = []
    for room in simulate(workplace, days, seed):
        described = room.happened.zone
        place = kit_place(described, described.kit.id, seed, Placing.AS_WRITTEN)
        signals = truth(room, place, worker_distances(described, seed, Placing.AS_WRITTEN))
        lent = Deployment(DeploymentId("truth"), KitId(described.kit.id), signals.zone, start, end)
        told = TrueWindows.of(registry, lent, days[0], days[-1])
        answer = true_answer(packs, registry.zones[signals.zone], told, signals)
        for rule in (rule for pack in packs for rule in pack.rules):
            of_rule = [each for each in answer.assessments if each.rule == rule.id]
            found += _distance(described.id, rule, of_rule)
    return found


def _distance(zone: str, rule: Rule, assessments: Sequence[Assessment]) -> Iterator[TrueDistance]:
    known = true_distance(rule, assessments) if assessments else None
    if known is None:
        return
    if known.scale is Scale.LEVEL:
        yield TrueDistance(zone, rule.id, known.value, "dB")
    elif rule.quantity == "temperature":
        # a share of degrees Celsius means nothing
        limits = [each.limit for each in assessments]
        limit = max(limits) if assessments[0].comparator is Comparator.BELOW else min(limits)
        yield TrueDistance(zone, rule.id, (known.value - 1.0) * limit, "°C")
    else:
        yield TrueDistance(zone, rule.id, known.value, "")


@cache
def packaged_distances(name: str, variant: str) -> tuple[TrueDistance, ...]:
    """Those of a packaged workplace and one of its variants, the median of :data:`SEEDS` for each rule and zone."""
    workplace = as_variant(packaged_workplace(name), variant)
    weeks = [true_distances(workplace, seed) for seed in SEEDS]
    return tuple(
        TrueDistance(one.zone, one.rule, median(each.value for each in same), one.unit)
        for same in zip(*weeks, strict=True)
        for one in same[:1]
    )


def workplaces_page() -> str:
    """The page of the packaged workplaces."""
    return page(
        "# Simulated workplaces",
        "<!-- Written by docs/workplaces_page.py; change the workplace files or that text and run it again. -->",
        _INTRO,
        "## The twelve",
        table(("file", "what it is about", "zones: kind, people, kit model"), _described()),
        "## Under, near and over the limits",
        _VARIANTS.format(monday=MONDAY.strftime("%-d %B %Y"), seeds=len(SEEDS)),
        table(("file", "zone", "rule", *VARIANTS), _varied()),
        "## The quiet control",
        _CONTROL,
        table(("rule", "true distance"), _controlled()),
        _OWN,
    )


def _described() -> Iterator[tuple[str, ...]]:
    for name in packaged_names():
        workplace = packaged_workplace(name)
        zones = [
            f"`{zone.id}` ({zone.place.kind}, {zone.place.headcount}, `{zone.kit.model}`)" for zone in workplace.zones
        ]
        yield f"`{name}`", f"{_about(name)} *{workplace.title_fr}.*", listed(zones)


def _about(name: str) -> str:
    """The comment a workplace file begins with, without the note on units."""
    text = (files("firmware_sim") / "workplaces" / f"{name}.yaml").read_text(encoding="utf-8")
    lines = text[: text.index("\nname:")].splitlines()
    return " ".join(line.removeprefix("#").strip() for line in lines).partition(" Units of every field")[0]


def _varied() -> Iterator[tuple[str, ...]]:
    for name in packaged_names():
        for concern in packaged_workplace(name).concerns:
            cells = (_told(packaged_distances(name, variant), concern.zone, concern.rule) for variant in VARIANTS)
            yield f"`{name}`", f"`{concern.zone}`", f"`{concern.rule}`", *cells


def _told(distances: Iterable[TrueDistance], zone: str, rule: str) -> str:
    return next(_said(each) for each in distances if (each.zone, each.rule) == (zone, rule))


def _said(distance: TrueDistance) -> str:
    if not distance.unit:
        return f"{distance.value:.2f}"
    rounded = round(distance.value, 1) + 0.0  # never minus nought
    return f"{rounded:+.1f} {distance.unit}".replace("-", "−")


def _controlled() -> Iterator[tuple[str, ...]]:
    return ((f"`{each.rule}`", _said(each)) for each in packaged_distances(CONTROL, AS_IS))


_INTRO = """
Where a real workplace has sensors, a simulated one also has the truth: what the people there really breathe, hear
and see. Twelve come with Vigie, as YAML files in `firmware_sim/workplaces/`; every block of numbers names its
source, a reference or *engineering estimate* and what it rests on. They are made up, like any teaching case: a
limit passed in one of them says nothing about the trade.

`joinery`, `hair_salon` and `open_plan_office`, as they stand, are the kits of `vigie demo`; `vigie simulate NAME`
makes those of any of them, `vigie evaluate` random campaigns of all. How rooms are simulated:
[Simulated workplaces](../explanation/simulated-workplaces.md)."""

_VARIANTS = """
Each file but the quiet control has three variants, `under`, `near` and `over`, that change what the file's
`concerns` are about: how much is given off, how loud it is, how many people there are, how much air and light they
get, how warm it is outside. `firmware_sim/draws.py` makes random campaigns around each.

The table is simulated: the worker's own signal over the week of Monday {monday}, by the arithmetic every kit's
readings go through but without any uncertainty; the shift that decides (the second worst for a rule that waits for
two), against the mildest limit of the rule; the median of {seeds} seeds. Ratios are value over limit, or limit over
value for a lower limit, so that more than 1 is on the wrong side; levels and temperatures are value less limit. CO₂
in the classroom cannot come under 0.6 of the objective of 800 ppm: the air outdoors alone is 0.53 of it. For a
legal chemical limit more than 0.5 already asks for metrology (`tiers` in [rules](rules.md))."""

_CONTROL = """
Nothing is wrong here, so that every exposure ticket it raises is a false alarm. True distances of all rules that
apply, as above. CO₂ and humidity lie above half of their limits, as in any good office: air outdoors has more than
400 ppm, and humidity has a limit on both sides."""

_OWN = """
## A file of your own

Copy the packaged file that is nearest and change it. The words, with their units, are in
`firmware_sim/scenario.py`; a field that does not exist, a name that leads nowhere, a share above 1 is refused with
the file, the line and the field:

```text
mine.yaml:42: zones[0].place.kind is "wharehouse"; expected one of office, open_plan_office, ...
```

In this order:

1. `place`: what the [registry](registry.md) would say of the zone. Its `kind` and `intensity` decide which rules
   apply.
2. `room` and `outdoors`: volume, ventilation, heat, light, absorption. Look at the empty room first: CO₂ and PM of
   the air outdoors, the background level, the lamps.
3. `people`: who is there when; CO₂ and moisture follow.
4. `activities`: what is on and off. `share` is the time it is on, `minutes` one run. Emissions go into the room's
   air; `attended` is the part the worker has in his own near field first (a machine five people take turns at:
   0.2). `worker_distance` is averaged by energy over his day: one metre for a fifth of the time and four metres
   otherwise is 2.1 m.
5. `spread` and `place_uncertainty`: how far a kit's place is from standing for the people. The [catalog's
   default](quantities.md) holds while what the worker gets is 0.9 to 1.4 times what the kit gets (±2.5 dB); where a
   source is at arm's length, state more, and why.
6. `concerns` and `variants`, if it is to be evaluated: the rules its variants are about, then factors until the
   true values lie where you want them.

`vigie simulate mine.yaml` and `vigie evaluate mine.yaml` take it as they take the names of the twelve.

Kit and zone ids must differ from those of other files you simulate with it. `python docs/workplaces_page.py` writes
this page again after a change of a packaged file; a test holds it against the simulation."""


def main() -> None:
    """Write the page; say so if it changed."""
    text = workplaces_page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")
        sys.stdout.write("reference/workplaces.md written\n")


if __name__ == "__main__":
    main()
