"""The trap of quarter hours by the clock: what straddles two of them is a peak all the same."""

from datetime import date

from catalog.places import ZoneKind
from catalog.quantities import quantity
from catalog.schedule import Interval
from dsp.campaign import exposures
from dsp.exposure import Measure
from rules import engine
from rules.decision import Decision, decide
from rules.pack import default_packs
from tests.dsp.campaigns import minutes, of, shift
from tests.dsp.situations import subject
from tests.rules.situations import HOUR, zone

DAY = date(2026, 1, 5)


def test_quarter_hour_that_straddles_two_of_the_clock_is_acute() -> None:
    """Methods, section 1: clock-aligned blocks under-read straddling peaks. CO, 100 ppm over 15 minutes (R4412-149)."""
    burst = [10.0] * 127 + [165.0] * 15 + [10.0] * (480 - 142)
    found = exposures(
        subject(quantity("co"), Interval(0, 24 * HOUR)), minutes(list(burst)), [shift(0, 8 * HOUR)], [], []
    )
    highest = of(found, Measure.MAX_15MIN)
    assert highest.value == 165.0
    place, days = zone(ZoneKind.WORKSHOP), {0: DAY}
    packs = default_packs()
    assessments = engine.assess(packs, place, found, days)
    [ticket] = [p for p in engine.propose(packs, place, assessments, found, days) if p.rule == "co-15min"]
    assert ticket.priority == 1
    [acute] = ticket.evidence
    assert (acute.limit, acute.decision) == (100.0, Decision.EXCEEDANCE_INDICATED)

    blocks = [sum(burst[start : start + 15]) / 15 for start in range(0, 480, 15)]
    assert max(blocks) < 95.0
    assert highest.uncertainty is not None
    by_the_clock = decide(max(blocks), highest.uncertainty.combined, acute.limit, acute.comparator)
    assert by_the_clock.decision is Decision.INCONCLUSIVE
