"""Is something beyond an urgent limit that nobody was told of yet?"""

from catalog.places import Zone
from catalog.registry import Registry
from rules.rule import Rule
from store.rule_states import firing_levels
from vigie.acute import acute_assessments
from vigie.workspace import Workspace


def is_news(place: Workspace, registry: Registry, zone: Zone, now: int, version: int) -> bool:
    """Whether a shift under way in the zone is beyond a limit that acts at once, at a level its rule is not firing at.

    Parameters
    ----------
    now : int
        Milliseconds UTC.
    version : int
        Delta version of the readings.
    """
    acute = acute_assessments(place.readings, registry, place.packs, zone, now, version)
    if not acute.assessments:
        return False
    rules = {rule.id: rule for pack in place.packs for rule in pack.rules}
    with place.database.reading() as session:
        firing = firing_levels(session, zone.id)
    return any(_rank(rules[a.rule], a.level) > _rank(rules[a.rule], firing.get(a.rule)) for a in acute.assessments)


def _rank(rule: Rule, level: str | None) -> int:
    """How severe a level is among those of its rule; −1 for none."""
    names = [each.name for each in rule.levels]
    return names.index(level) if level in names else -1
