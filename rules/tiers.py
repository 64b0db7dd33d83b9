"""Tiers of a legal chemical limit: shares of it that call for something before it is reached."""

from enum import Enum

from rules.decision import Assessment, Decision

NOTHING_UNDER = 0.1
"""Share of the limit under which nothing is done."""

METROLOGY_OVER = 0.5
"""Share of the limit over which it is measured properly."""


class Tier(Enum):
    """What a value's share of a legal chemical limit calls for (exposure-semantics, section 5; methods, section 6)."""

    NOTHING = "nothing"
    WATCH = "watch"
    TARGETED_METROLOGY = "targeted_metrology"
    WORKPLACE_ACTION = "workplace_action"


def tier_of(assessment: Assessment) -> Tier | None:
    """The tier of an assessment against a legal chemical limit; None where the data say nothing.

    Notes
    -----
    Under 0.1 L nothing, however uncertain; 0.1 to 0.5 L watch; over 0.5 L, or inconclusive, targeted metrology; an
    exceedance indicated, workplace action. Where gaps hide the value the gap bounds have decided already.
    """
    if assessment.decision is Decision.EXCEEDANCE_INDICATED:
        return Tier.WORKPLACE_ACTION
    if assessment.decision is Decision.INSUFFICIENT_DATA:
        return None
    value = assessment.exposure.value if assessment.exposure.value is not None else assessment.exposure.high
    if value is None or value < NOTHING_UNDER * assessment.limit:
        return Tier.NOTHING
    if assessment.decision is Decision.INCONCLUSIVE or value > METROLOGY_OVER * assessment.limit:
        return Tier.TARGETED_METROLOGY
    return Tier.WATCH
