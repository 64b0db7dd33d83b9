"""When a kit that does not deliver is to be checked: a rule about the kit and not about an exposure."""

from dataclasses import dataclass

from catalog.identifiers import RuleId
from rules.bilingual import Bilingual
from rules.workplace_actions import AmtType


@dataclass(frozen=True, slots=True)
class KitCheckRule:
    """How many shifts with too little data make a check of the kit.

    Attributes
    ----------
    id : RuleId
        A ticket's rule is this, a hyphen and the kit: one kit, one ticket.
    recent : int
        Shifts looked at first; what failed long ago and works again needs no check.
    insufficient : int
        Shifts with too little data among the recent ones that are enough.
    campaign_share : float
        Or more than this share of all shifts, as many at least, and one of them recent [1].
    delay : float
        From the start of the first such shift to the end of the last [s]; a cut of one morning is no reason to visit.
    priority : int
        1 (at once) to 4 (when there is time).
    """

    id: RuleId
    title: Bilingual
    advice: Bilingual
    recent: int
    insufficient: int
    campaign_share: float
    delay: float
    priority: int
    amt_type: AmtType = AmtType.KIT_CHECK
