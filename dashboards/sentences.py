"""Plain sentences: what was found, how sure it is, how much was seen; said before any figure is shown."""

from collections.abc import Sequence

from catalog.quantities import Quantity
from dashboards.standing import AgentStanding, Finding, digits
from dashboards.vocabulary import AGENTS, ICONE_WORDS
from dashboards.words import Words
from dsp.exposure import Measure
from rules.decision import Decision

_ALL_DAYS = 1.0


def agent_name(words: Words, agent: str) -> str:
    """An agent's name; one the catalogues do not know keeps its own."""
    return words.say(AGENTS[agent]) if agent in AGENTS else agent


def colon(words: Words) -> str:
    """A colon as the language spaces it."""
    return words.pick("\N{NO-BREAK SPACE}:", ":")


def standing_sentence(standing: AgentStanding, words: Words) -> str:
    """The first thing a reader is told of an agent, e.g. ``CO₂ : dépassement indiqué 3 jours sur 9``."""
    name = agent_name(words, standing.agent)
    decision = standing.decision
    if decision is None:
        return words.say("%(agent)s was measured; no rule compares it with a limit here.", agent=name)
    return f"{name}{colon(words)} {_on_days(decision, standing, words)}"


def other_days(standing: AgentStanding, words: Words) -> str:
    """What the days say that the first sentence does not speak of; empty where it speaks of all."""
    others = [
        _on_days(decision, standing, words)
        for decision in Decision
        if decision is not standing.decision and standing.days_with(decision)
    ]
    return words.say("Otherwise: %(days)s.", days=", ".join(others)) if others else ""


def _on_days(decision: Decision, standing: AgentStanding, words: Words) -> str:
    number, total = standing.days_with(decision), words.number(len(standing.days), 0)
    if decision is Decision.EXCEEDANCE_INDICATED:
        return words.say_many(
            "exceedance indicated on %(num)s day out of %(total)s",
            "exceedance indicated on %(num)s days out of %(total)s",
            number,
            total=total,
        )
    if decision is Decision.INCONCLUSIVE:
        return words.say_many(
            "inconclusive on %(num)s day out of %(total)s",
            "inconclusive on %(num)s days out of %(total)s",
            number,
            total=total,
        )
    if decision is Decision.NO_EXCEEDANCE_INDICATED:
        return words.say_many(
            "no exceedance indicated on %(num)s day out of %(total)s",
            "no exceedance indicated on %(num)s days out of %(total)s",
            number,
            total=total,
        )
    return words.say_many(
        "insufficient data on %(num)s day out of %(total)s",
        "insufficient data on %(num)s days out of %(total)s",
        number,
        total=total,
    )


def sureness(finding: Finding, quantity: Quantity, words: Words) -> str:
    """How sure the value stands on its side of the limit, in words and in numbers."""
    confidence, half_width, limit = finding.confidence, finding.half_width, finding.limit
    if finding.value is None or limit is None or finding.decision is Decision.INSUFFICIENT_DATA:
        return words.say("Nothing can be said: too little was measured.")
    if confidence is None or half_width is None:
        return words.say("The uncertainty of this value is not known.")
    width = words.quantity(half_width, quantity.unit, digits(half_width, quantity.decimals))
    return words.say(
        "%(sure)s that the true value is %(side)s the limit (%(probability)s); the value is known to %(half_width)s.",
        sure=_sure_words(confidence, words),
        side=words.say("above") if finding.value > limit else words.say("below"),
        probability=words.share(confidence),
        half_width=f"±\N{NO-BREAK SPACE}{width}",
    )


def _sure_words(confidence: float, words: Words) -> str:
    if confidence >= 0.95:
        return words.say("Almost certain")
    if confidence >= 0.8:
        return words.say("Likely")
    if confidence >= 0.6:
        return words.say("Rather likely")
    return words.say("Not possible to tell: about as likely as not")


def coverage_sentence(standing: AgentStanding, words: Words) -> str:
    """How much of the working time the kits saw."""
    telling = standing.telling
    if telling is None or standing.coverage is None or standing.telling_coverage is None:
        return "–"
    if standing.coverage >= _ALL_DAYS:
        return words.say("the kits saw all of the time")
    return words.say(
        "the kits saw %(mean)s of the time on average, %(telling)s in the window above",
        mean=words.share(standing.coverage),
        telling=words.share(standing.telling_coverage),
    )


def confinement(findings: Sequence[Finding], words: Words) -> str:
    """The air stuffiness index ICONE of the campaign, the highest where several kits have one; empty without one."""
    indices = [round(f.value) for f in findings if f.measure is Measure.ICONE and f.value is not None]
    if not indices:
        return ""
    return words.say(
        "Air stuffiness index ICONE: %(index)s out of 5 (%(word)s)",
        index=words.number(max(indices), 0),
        word=words.say(ICONE_WORDS[max(indices)]),
    )


def nothing_to_do(standing: AgentStanding, words: Words) -> str:
    """What to do where no ticket asks for anything."""
    if standing.decision is Decision.NO_EXCEEDANCE_INDICATED or standing.decision is None:
        return words.say("Nothing is proposed.")
    if standing.decision is Decision.EXCEEDANCE_INDICATED:
        return words.say("No ticket yet: your occupational-health service decides what this calls for.")
    return words.say("Nothing is proposed yet: what was measured does not decide.")


def measured(standing: AgentStanding, words: Words) -> str:
    """The quantities behind an agent, with their symbols and units."""
    names = []
    for quantity in standing.quantities:
        unit = "" if quantity.unit == "1" else f" ({quantity.unit})"
        names.append(f"{words.pick(quantity.name_fr, quantity.name_en)}{unit}")
    return ", ".join(names)


def withheld(too_few: bool, resolution: int | None, minimum_group: int, words: Words) -> str:
    """Why an employer sees less than was measured; empty where nothing is held back."""
    if too_few:
        return words.say_many(
            "No time course is shown: fewer than %(num)s person works in this zone.",
            "No time course is shown: fewer than %(num)s people work in this zone, and it would tell who was there.",
            minimum_group,
        )
    if resolution is None:
        return ""
    return words.say(
        "Time courses are means over %(duration)s: finer ones would tell who was there and when.",
        duration=words.duration(resolution),
    )
