"""Rules of round numbers, so that a test can be read without the pack: 100 and 120 ppm, a margin of 10."""

from collections.abc import Sequence
from dataclasses import replace

from catalog.identifiers import QuantityId, RuleId
from catalog.limits import Comparator, LegalStatus, Verification
from catalog.places import ZoneKind
from dsp.exposure import Measure, WindowKind
from rules.decision import Probabilities
from rules.kit_check_rule import KitCheckRule
from rules.rule import (
    Bilingual,
    Clearing,
    Comparability,
    DatedLimit,
    Delays,
    Flapping,
    InconclusiveOutcome,
    Level,
    Onset,
    Pack,
    Repetition,
    Rule,
    Standing,
    Tiers,
)
from rules.tickets import TicketKind

NOTHING = Bilingual("", "")
DAY_S = 86_400.0


def level(name: str, value: float, priority: int, comparator: Comparator = Comparator.ABOVE) -> Level:
    """One level with one limit that always holds."""
    return Level(
        name=name,
        title=NOTHING,
        limits=(DatedLimit(None, value, comparator, "source", LegalStatus.GUIDE, Verification.YES, None, None),),
        standing=Standing.GUIDE,
        on_exceedance=TicketKind.WORKPLACE_ACTION,
        on_inconclusive=InconclusiveOutcome.TARGETED_METROLOGY,
        priority=priority,
        advice=NOTHING,
    )


TWICE = Rule(
    id=RuleId("twice"),
    agent="co2",
    quantity=QuantityId("co2"),
    measure=Measure.MAX_1H,
    window_kind=WindowKind.SHIFT,
    zones=(ZoneKind.OFFICE,),
    intensities=(),
    comparability=Comparability.DIRECT,
    tiers=Tiers.NONE,
    probabilities=Probabilities(),
    minimum_coverage=0.75,
    repetition=Repetition(Onset.REPEATED, 2, None, 5),
    clearing=Clearing(margin=10.0, shifts=3),
    title=NOTHING,
    advice=NOTHING,
    law=NOTHING,
    levels=(level("100", 100.0, 3), level("120", 120.0, 2)),
    delays=Delays(no_data=2 * DAY_S),
    flapping=Flapping(times=3, shifts=10),
)
"""Two shifts over 100, or over 120."""

AT_ONCE = replace(TWICE, id=RuleId("at-once"), repetition=replace(TWICE.repetition, onset=Onset.IMMEDIATE))
"""The first shift over it is enough."""

SHARE = replace(TWICE, id=RuleId("share"), levels=TWICE.levels[:1], repetition=Repetition(Onset.REPEATED, 3, 0.2, 5))
"""Three shifts, or a fifth of five working days."""

MINIMUM = replace(TWICE, id=RuleId("minimum"), levels=(level("60", 60.0, 4, Comparator.BELOW),))
"""Two shifts under 60."""

HALF = replace(TWICE, id=RuleId("half"), tiers=Tiers.LEGAL_CHEMICAL, levels=(level("200", 200.0, 2),))
"""Over half of 200, twice, asks for metrology."""

SURE_ONLY = replace(
    TWICE,
    id=RuleId("sure-only"),
    levels=(replace(TWICE.levels[0], on_inconclusive=InconclusiveOutcome.NOTHING), TWICE.levels[1]),
)
"""Doubt about 100 asks for nothing."""

LIKELY = replace(
    TWICE,
    id=RuleId("likely"),
    levels=(replace(TWICE.levels[0], doubt_from=0.5), TWICE.levels[1]),
)
"""Doubt about 100 counts where it is more likely exceeded than not."""

ALL = (TWICE, AT_ONCE, SHARE, MINIMUM, HALF, SURE_ONLY, LIKELY)


KIT_CHECK = KitCheckRule(
    id=RuleId("kit-check"),
    title=NOTHING,
    advice=NOTHING,
    recent=3,
    insufficient=2,
    campaign_share=0.5,
    delay=43_200.0,
    priority=3,
)
"""Two of the last three shifts, or most of them."""


def pack(rules: Sequence[Rule] = ALL) -> tuple[Pack, ...]:
    """One pack of some rules and the kit check."""
    return (Pack("plain", "1", NOTHING, None, tuple(rules), (KIT_CHECK,)),)
