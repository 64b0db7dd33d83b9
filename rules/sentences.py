"""Why a ticket is proposed, in one exact sentence of French and of English."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.quantities import quantity
from dsp.exposure import Measure
from rules.course_sentences import Course, told
from rules.decision import Assessment, Decision
from rules.findings import LevelFinding, ShiftFinding
from rules.language import (
    NARROW_SPACE,
    NO_BREAK_SPACE,
    Language,
    days,
    limit_number,
    number,
    percent,
    source_words,
    typeset_french,
    with_unit,
)
from rules.rounding import Side, decimals_worth, told_as_bound
from rules.rule import Bilingual, Comparability, Rule, Standing
from rules.ticket_kinds import TicketKind

EXPANDED = 2.0
"""Coverage factor k of the uncertainty a sentence prints."""

_COLON = f"{NO_BREAK_SPACE}:"
_SEMICOLON = f"{NARROW_SPACE};"

MEASURES = {
    Measure.MEAN: Bilingual("moyenne de la période de travail", "mean over the shift"),
    Measure.LEQ: Bilingual("niveau équivalent", "equivalent level"),
    Measure.TWA_8H: Bilingual("moyenne pondérée sur 8 h", "8-hour time-weighted average"),
    Measure.LEX_8H: Bilingual("exposition quotidienne L_EX,8h", "daily exposure L_EX,8h"),
    Measure.LEX_40H: Bilingual("exposition hebdomadaire L_EX,40h", "weekly exposure L_EX,40h"),
    Measure.MAX_15MIN: Bilingual("moyenne la plus haute sur 15 min", "highest 15-minute mean"),
    Measure.MAX_30MIN: Bilingual("moyenne la plus haute sur 30 min", "highest 30-minute mean"),
    Measure.MAX_1H: Bilingual("moyenne la plus haute sur 1 h", "highest 1-hour mean"),
    Measure.MAX_8H: Bilingual("moyenne la plus haute sur 8 h", "highest 8-hour mean"),
    Measure.MAX_24H: Bilingual("moyenne la plus haute sur 24 h", "highest 24-hour mean"),
    Measure.MIN_1H: Bilingual("moyenne la plus basse sur 1 h", "lowest 1-hour mean"),
    Measure.PEAK: Bilingual("valeur de crête", "peak"),
    Measure.MINIMUM: Bilingual("valeur la plus basse", "lowest value"),
    Measure.P5: Bilingual("valeur dépassée pendant 95 % du temps de travail", "value exceeded during 95% of the shift"),
    Measure.P10: Bilingual(
        "valeur dépassée pendant 90 % du temps de travail", "value exceeded during 90% of the shift"
    ),
    Measure.P50: Bilingual("valeur médiane", "median"),
    Measure.P90: Bilingual(
        "valeur dépassée pendant 10 % du temps de travail", "value exceeded during 10% of the shift"
    ),
    Measure.P95: Bilingual("valeur dépassée pendant 5 % du temps de travail", "value exceeded during 5% of the shift"),
    Measure.NOISE_CLIMATE: Bilingual("climat sonore L10 − L90", "noise climate L10 − L90"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a sentence tells: the level that decided, its shifts, and the level above it that stays open.

    Attributes
    ----------
    shifts : tuple of ShiftFinding
        Those the ticket rests on.
    worst : Assessment
        The most extreme of them.
    still_open : Level and its limit, or None
        The next higher level that repeated doubt leaves open.
    course : Course
        Where the matter stands now.
    """

    rule: Rule
    finding: LevelFinding
    shifts: tuple[ShiftFinding, ...]
    worst: Assessment
    still_open: Assessment | None
    course: Course


def reason(case: Case) -> Bilingual:
    """The sentence in both languages."""
    return Bilingual(typeset_french(_french(case)), _english(case))


def _french(case: Case) -> str:
    quantity_ = quantity(case.rule.quantity)
    below = case.rule.direction == "below"
    if case.finding.fires:
        what = "valeur sous le minimum indiquée" if below else "dépassement indiqué"
    elif _half_only(case):
        what = "plus de la moitié de la valeur réglementaire, ou résultat incertain"
    else:
        what = f"l’incertitude ne permet pas de conclure{_likely(case, Language.FRENCH)}"
    if case.rule.comparability is Comparability.INDICATION_ONLY:
        what = _in_brackets(what, "indication seulement, le capteur ne remplace pas la méthode de référence")
    when = days([shift.day for shift in case.shifts], Language.FRENCH)
    standing = "valeur réglementaire" if case.finding.level.standing is Standing.LEGAL else "valeur repère"
    kind = f"{standing} minimale" if below else standing
    limit = with_unit(limit_number(case.worst.limit, quantity_.decimals, Language.FRENCH), quantity_.unit)
    parts = [
        f"{quantity_.name_fr}{_COLON} {what} lors {_of_shifts_fr(case)} ({when}{_sure_among_fr(case)})",
        (
            f"{MEASURES[case.rule.measure].fr} "
            f"{_value(case, Language.FRENCH)} pour une {kind} de {limit} "
            f"({source_words(case.worst.limit_source, Language.FRENCH)})"
        ),
    ]
    if case.finding.share is not None:
        side = "sous" if below else "au-dessus de"
        parts.append(
            f"au moins {percent(case.finding.share, Language.FRENCH)} du temps de travail de "
            f"{case.rule.repetition.working_days} jours ouvrés consécutifs {side} cette valeur"
        )
    if case.still_open is not None:
        other = limit_number(case.still_open.limit, quantity_.decimals, Language.FRENCH)
        parts.append(f"le niveau suivant, {with_unit(other, quantity_.unit)}, reste incertain")
    parts += [clause.fr for clause in told(case.course, case.rule.direction)]
    return f"{_SEMICOLON} ".join(parts) + "."


def _english(case: Case) -> str:
    quantity_ = quantity(case.rule.quantity)
    below = case.rule.direction == "below"
    if case.finding.fires:
        what = "a value under the minimum is indicated" if below else "exceedance indicated"
    elif _half_only(case):
        what = "more than half of the regulatory value, or an uncertain result,"
    else:
        what = f"the uncertainty leaves the answer open{_likely(case, Language.ENGLISH)}"
    if case.rule.comparability is Comparability.INDICATION_ONLY:
        what = _in_brackets(what, "indication only, the sensor does not replace the reference method")
    when = days([shift.day for shift in case.shifts], Language.ENGLISH)
    standing = "regulatory" if case.finding.level.standing is Standing.LEGAL else "guide"
    kind = f"{standing} minimum" if below else f"{standing} value"
    limit = with_unit(limit_number(case.worst.limit, quantity_.decimals, Language.ENGLISH), quantity_.unit)
    parts = [
        f"{quantity_.name_en}: {what} in {_of_shifts_en(case)} ({when}{_sure_among_en(case)})",
        (
            f"{MEASURES[case.rule.measure].en} {_value(case, Language.ENGLISH)} "
            f"against a {kind} of {limit} ({source_words(case.worst.limit_source, Language.ENGLISH)})"
        ),
    ]
    if case.finding.share is not None:
        side = "under" if below else "above"
        parts.append(
            f"at least {percent(case.finding.share, Language.ENGLISH)} of the occupied time of "
            f"{case.rule.repetition.working_days} consecutive working days {side} it"
        )
    if case.still_open is not None:
        other = limit_number(case.still_open.limit, quantity_.decimals, Language.ENGLISH)
        parts.append(f"the next level, {with_unit(other, quantity_.unit)}, stays open")
    parts += [clause.en for clause in told(case.course, case.rule.direction)]
    return "; ".join(parts) + "."


def _value(case: Case, language: Language) -> str:
    """The worst value with its expanded uncertainty, or the bound that was enough where gaps hide the value."""
    exposure = case.worst.exposure
    quantity_ = quantity(exposure.quantity)
    below = case.rule.direction == "below"
    if exposure.value is not None and exposure.uncertainty is not None:
        half_width = EXPANDED * exposure.uncertainty.combined
        decimals = decimals_worth(half_width, quantity_.decimals)
        value, width = (number(each, decimals, language) for each in (exposure.value, half_width))
        factor = number(EXPANDED, 0, language)
        reached = f"{with_unit(f'{value} ± {width}', exposure.unit)} (k = {factor})"
        if language is Language.FRENCH:
            return f"{'descendant à' if below else 'atteignant'} {reached}"
        return f"{'down to' if below else 'up to'} {reached}"
    bound = exposure.high if below else exposure.low
    known = 0.0 if bound is None else bound
    decimals = _decimals(known, quantity_.decimals)
    told = told_as_bound(known, decimals, Side.AT_MOST if below else Side.AT_LEAST)
    text = with_unit(number(told, decimals, language), exposure.unit)
    if language is Language.FRENCH:
        return f"{'au plus' if below else 'au moins'} {text} malgré les données manquantes"
    return f"{'at most' if below else 'at least'} {text} despite missing data"


def _in_brackets(what: str, remark: str) -> str:
    """A remark in brackets; a comma before it moves behind it."""
    return f"{what[:-1]} ({remark})," if what.endswith(",") else f"{what} ({remark})"


def _decimals(value: float, decimals: int) -> int:
    """Digits worth showing: none after the point of a value in the thousands."""
    return 0 if abs(value) >= 1000.0 else decimals


def _half_only(case: Case) -> bool:
    """Whether the doubt comes from a tier: no exceedance indicated, but over half of a legal chemical limit."""
    doubtful = [a for shift in case.shifts for a in shift.doubtful]
    return any(a.decision is Decision.NO_EXCEEDANCE_INDICATED for a in doubtful)


def _likely(case: Case, language: Language) -> str:
    """From which probability doubt counts, where not all of it does: the other shifts are not all in order."""
    least = case.finding.level.doubt_from
    if least == 0.0:
        return ""
    below = case.rule.direction == "below"
    share = percent(least, language)
    if language is Language.FRENCH:
        what = "une valeur sous le minimum" if below else "un dépassement"
        return f", {what} étant probable à {share} ou plus,"
    what = "a value under the minimum" if below else "an exceedance"
    return f", {what} being {share} likely or more,"


def _of_shifts_fr(case: Case) -> str:
    return counted_fr(len(case.shifts), case.finding.usable, "de travail évaluée", "de travail évaluées")


def counted_fr(some: int, of: int, one: str, many: str) -> str:
    """``de 2 des 5 périodes …``, with the French for one and for all."""
    if of == 1:
        return f"de la seule période {one}"
    if some == of:
        return f"des {of} périodes {many}"
    return f"d’une des {of} périodes {many}" if some == 1 else f"de {some} des {of} périodes {many}"


def _of_shifts_en(case: Case) -> str:
    return counted_en(len(case.shifts), case.finding.usable, "assessed")


def counted_en(some: int, of: int, how: str) -> str:
    """``2 of 5 shifts …``, with the English for one and for all."""
    if of == 1:
        return f"the only shift {how}"
    return f"all {of} shifts {how}" if some == of else f"{some} of {of} shifts {how}"


def _sure_among_fr(case: Case) -> str:
    sure = sum(bool(shift.sure) for shift in case.shifts)
    if case.finding.fires or not sure:
        return ""
    return f", dont {sure} avec un dépassement indiqué"


def _sure_among_en(case: Case) -> str:
    sure = sum(bool(shift.sure) for shift in case.shifts)
    return "" if case.finding.fires or not sure else f", {sure} of them with an exceedance indicated"


def titles(case: Case) -> Bilingual:
    """The rule's title and what was found."""
    title, level = case.rule.title, case.finding.level.title
    if case.finding.fires:
        return Bilingual(typeset_french(f"{title.fr} : {level.fr}"), f"{title.en}: {level.en}")
    return Bilingual(
        typeset_french(f"{title.fr} : mesure ciblée à prévoir"), f"{title.en}: targeted measurement needed"
    )


def advice(case: Case) -> Bilingual:
    """What to do, and what the law or the guide asks for."""
    parts: Sequence[Bilingual] = (case.finding.level.advice, *_metrology(case), case.rule.law)
    if not case.finding.fires:
        first = Bilingual(
            "Faire mesurer avant de décider : le capteur ne permet pas de trancher.",
            "Have it measured before deciding: the sensor cannot settle it.",
        )
        parts = (first, *parts)
    return Bilingual(typeset_french(" ".join(part.fr for part in parts)), " ".join(part.en for part in parts))


def _metrology(case: Case) -> Sequence[Bilingual]:
    """The measurement to ask for: where one is asked for, and where the law's limit is to be confirmed."""
    method, level = case.rule.metrology, case.finding.level
    if method is None:
        return ()
    if not case.finding.fires or level.on_exceedance is TicketKind.TARGETED_METROLOGY:
        return (Bilingual(f"Mesurage à demander : {method.fr}.", f"Measurement to ask for: {method.en}."),)
    if level.standing is Standing.LEGAL:
        return (Bilingual(f"Pour confirmer : {method.fr}.", f"To confirm: {method.en}."),)
    return ()
