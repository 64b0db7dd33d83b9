"""The decision under uncertainty (exposure-semantics, section 5): what a value may say about a limit."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import RuleId
from dsp.exposure import Exposure


class Decision(Enum):
    """Vigie screens; it never says *compliant*."""

    EXCEEDANCE_INDICATED = "exceedance_indicated"
    INCONCLUSIVE = "inconclusive"
    NO_EXCEEDANCE_INDICATED = "no_exceedance_indicated"
    INSUFFICIENT_DATA = "insufficient_data"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One exposure held against one level of one rule.

    Attributes
    ----------
    limit : float
        In the exposure's unit.
    limit_source : str
        Article, standard or guide, with "(unverified)" where nobody checked the value.
    probability : float or None
        That the true value breaches the limit; None where there is no value.
    """

    rule: RuleId
    level: str
    exposure: Exposure
    limit: float
    limit_source: str
    decision: Decision
    probability: float | None
