"""Several agents at once, told in French and English."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.limits import Comparator
from catalog.quantities import quantity
from rules.bilingual import Bilingual
from rules.decision import Scale, scale_of
from rules.language import (
    NARROW_SPACE,
    NO_BREAK_SPACE,
    Language,
    day,
    enumeration,
    limit_number,
    number,
    percent,
    typeset_french,
    with_unit,
)
from rules.poly_exposure import AdditiveIndex, Contribution, PolyExposure
from rules.rounding import Side, decimals_worth, told_as_bound
from rules.rule import Comparability, Standing
from rules.sentences import EXPANDED, MEASURES

_ASSUMPTION = Bilingual(
    "Cette somme suppose que les effets de ces agents s’ajoutent (même organe, même mode d’action) : c’est une "
    "hypothèse qu’un professionnel doit vérifier. Ce n’est pas une preuve de respect ni de dépassement.",
    "This sum assumes that the effects of these agents add up (same organ, same way of acting): an assumption that a "
    "professional must check. It proves neither compliance nor a breach.",
)


@dataclass(frozen=True, slots=True)
class PolyTold:
    """What is told of several agents: an opening, a line for each agent, a line for each sum, and the caution to it.

    Attributes
    ----------
    caution : Bilingual or None
        None where nothing was added up.
    """

    opening: Bilingual
    agents: tuple[Bilingual, ...]
    sums: tuple[Bilingual, ...]
    caution: Bilingual | None

    @property
    def whole(self) -> Bilingual:
        """All of it as one text."""
        parts = [self.opening, *self.agents, *self.sums, *([self.caution] if self.caution else [])]
        return Bilingual(" ".join(part.fr for part in parts), " ".join(part.en for part in parts))


def told(poly: PolyExposure) -> PolyTold:
    """What a professional is told of several agents in one campaign."""
    count = len(poly.contributions)
    when_fr, when_en = (_span(poly, language) for language in (Language.FRENCH, Language.ENGLISH))
    opening = Bilingual(
        f"Poly-exposition{NO_BREAK_SPACE}: {count} agents au-delà de la moitié de leur valeur réglementaire, ou d’une "
        f"valeur repère, pendant la même campagne ({when_fr}).",
        f"Several agents at once: {count} beyond half of their regulatory value, or beyond a guide value, in one "
        f"campaign ({when_en}).",
    )
    return PolyTold(
        opening=opening,
        agents=tuple(_agent(one) for one in poly.contributions),
        sums=tuple(_sum(index) for index in poly.indices),
        caution=Bilingual(typeset_french(_ASSUMPTION.fr), _ASSUMPTION.en) if poly.indices else None,
    )


def _span(poly: PolyExposure, language: Language) -> str:
    if poly.first == poly.last:
        return day(poly.first, language)
    first, last = day(poly.first, language), day(poly.last, language)
    return f"du {first} au {last}" if language is Language.FRENCH else f"from {first} to {last}"


def _agent(one: Contribution) -> Bilingual:
    assessment = one.assessment
    exposure = assessment.exposure
    measured = quantity(exposure.quantity)
    measure = MEASURES[exposure.measure]
    of_limit = _of_limit(one)
    hint = Bilingual("", "")
    if one.comparability is Comparability.INDICATION_ONLY:
        hint = Bilingual(", indication seulement", ", an indication only")
    return Bilingual(
        f"{measured.name_fr}{NO_BREAK_SPACE}: {measure.fr} {_value(one, Language.FRENCH)} le "
        f"{day(one.day, Language.FRENCH)}, {of_limit.fr} ({assessment.limit_source}){hint.fr}.",
        f"{measured.name_en}: {measure.en} {_value(one, Language.ENGLISH)} on {day(one.day, Language.ENGLISH)}, "
        f"{of_limit.en} ({assessment.limit_source}){hint.en}.",
    )


def _value(one: Contribution, language: Language) -> str:
    exposure = one.assessment.exposure
    most = quantity(exposure.quantity).decimals
    if exposure.value is not None and exposure.uncertainty is not None:
        half_width = EXPANDED * exposure.uncertainty.combined
        decimals = decimals_worth(half_width, most)
        value, width = (number(each, decimals, language) for each in (exposure.value, half_width))
        return f"{with_unit(f'{value} ± {width}', exposure.unit)} (k = {number(EXPANDED, 0, language)})"
    below = one.value == exposure.high and one.value != exposure.low
    side = Side.AT_MOST if below else Side.AT_LEAST
    text = with_unit(number(told_as_bound(one.value, most, side), most, language), exposure.unit)
    if language is Language.FRENCH:
        return f"{'au plus' if below else 'au moins'} {text}"
    return f"{'at most' if below else 'at least'} {text}"


def _of_limit(one: Contribution) -> Bilingual:
    """The share and what it is of, in both languages."""
    assessment = one.assessment
    unit, decimals = assessment.exposure.unit, quantity(assessment.exposure.quantity).decimals
    legal = one.standing is Standing.LEGAL
    of_fr = with_unit(limit_number(assessment.limit, decimals, Language.FRENCH), unit)
    of_en = with_unit(limit_number(assessment.limit, decimals, Language.ENGLISH), unit)
    what_fr = f"la valeur {'réglementaire' if legal else 'repère'} de {of_fr}"
    what_en = f"the {'regulatory' if legal else 'guide'} value of {of_en}"
    if one.share is None:
        return Bilingual(f"au-delà de {what_fr}", f"beyond {what_en}")
    if scale_of(unit) is Scale.LEVEL:
        what_fr, what_en = f"la dose que donne {of_fr}", f"the dose at {of_en}"
    if _is_minimum(one):
        return _of_minimum(one, of_fr, of_en)
    return Bilingual(
        f"soit {percent(one.share, Language.FRENCH)} de {what_fr}",
        f"{percent(one.share, Language.ENGLISH)} of {what_en}",
    )


def _is_minimum(one: Contribution) -> bool:
    return one.assessment.comparator is Comparator.BELOW


def _of_minimum(one: Contribution, of_fr: str, of_en: str) -> Bilingual:
    under = one.share is not None and (math.isinf(one.share) or one.share > 1.0)
    if under:
        return Bilingual(f"sous le minimum de {of_fr}", f"under the minimum of {of_en}")
    return Bilingual(f"moins du double du minimum de {of_fr}", f"less than twice the minimum of {of_en}")


def _sum(index: AdditiveIndex) -> Bilingual:
    names = _names(index.terms)
    named_fr = enumeration([name.fr for name in names], Language.FRENCH)
    named_en = enumeration([name.en for name in names], Language.ENGLISH)
    measure = MEASURES[index.measure]
    return Bilingual(
        f"Somme des parts de valeurs réglementaires (Σ C/L, {measure.fr}) le {day(index.day, Language.FRENCH)}"
        f"{NO_BREAK_SPACE}: {number(index.value, 2, Language.FRENCH)} pour {named_fr}"
        f"{NARROW_SPACE}; repère{NO_BREAK_SPACE}: {limit_number(index.limit, 0, Language.FRENCH)} ({index.source}).",
        f"Sum of shares of regulatory values (Σ C/L, {measure.en}) on {day(index.day, Language.ENGLISH)}: "
        f"{number(index.value, 2, Language.ENGLISH)} for {named_en}; guide: "
        f"{limit_number(index.limit, 0, Language.ENGLISH)} ({index.source}).",
    )


def _names(terms: Sequence[Contribution]) -> Sequence[Bilingual]:
    """As they stand within a sentence."""
    named = [quantity(term.assessment.exposure.quantity) for term in terms]
    return [Bilingual(q.name_fr[:1].lower() + q.name_fr[1:], q.name_en[:1].lower() + q.name_en[1:]) for q in named]
