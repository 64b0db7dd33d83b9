"""Shares of a legal chemical limit that call for something before it is reached."""

from datetime import date

import pytest

from catalog.identifiers import RuleId
from dsp.exposure import Measure
from rules.decision import Assessment, Decision
from rules.tiers import Tier, tier_of
from tests.rules.situations import measured

DAY = date(2026, 3, 2)
NONE, OPEN = Decision.NO_EXCEEDANCE_INDICATED, Decision.INCONCLUSIVE


def against_20(value: float | None, decision: Decision) -> Assessment:
    exposure = measured("co", Measure.TWA_8H, DAY, value)
    return Assessment(RuleId("r"), "l", exposure, 20.0, "source", decision, None)


@pytest.mark.parametrize(
    ("value", "decision", "tier"),
    [
        (1.9, NONE, Tier.NOTHING),
        (1.9, OPEN, Tier.NOTHING),
        (2.0, NONE, Tier.WATCH),
        (10.0, NONE, Tier.WATCH),
        (10.1, NONE, Tier.TARGETED_METROLOGY),
        (5.0, OPEN, Tier.TARGETED_METROLOGY),
        (30.0, Decision.EXCEEDANCE_INDICATED, Tier.WORKPLACE_ACTION),
        (None, NONE, Tier.NOTHING),
        (None, Decision.INSUFFICIENT_DATA, None),
    ],
)
def test_tier_of_a_share_of_the_limit(value: float | None, decision: Decision, tier: Tier | None) -> None:
    assert tier_of(against_20(value, decision)) is tier
