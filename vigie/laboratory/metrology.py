"""A metrology result beside what the screening said, in words and as a row."""

from collections.abc import Sequence

from catalog.limits import Comparator
from rules.metrology import Agreement, Measurement, MetrologyVerdict, Scale, agreement_of
from rules.performance import Basis
from store.metrology import ComparedResult, StoredResult
from store.screened import Screened
from vigie.output import counted, with_minus, with_spread

METROLOGY_FIELDS = (
    "id",
    "ticket",
    "performed",
    "quantity",
    "value",
    "unit",
    "expanded_uncertainty",
    "coverage_factor",
    "below_loq",
    "limit",
    "comparator",
    "limit_source",
    "verdict",
    "agreement",
    "screening_value",
    "screening_uncertainty",
    "screening_unit",
    "screening_limit",
    "same_day",
    "ratio",
    "difference",
    "overlap",
    "method",
    "laboratory",
    "note",
    "replaces",
    "by",
)
_VERDICTS = {
    MetrologyVerdict.EXCEEDS: "exceeds",
    MetrologyVerdict.DOES_NOT_EXCEED: "does not exceed",
    MetrologyVerdict.INCONCLUSIVE: "is inconclusive about",
}
_AGREEMENTS = {
    Agreement.CONFIRMED: "confirmed: metrology found the limit exceeded",
    Agreement.NOT_CONFIRMED: "not confirmed: metrology did not find the limit exceeded",
    Agreement.UNDECIDED: "undecided: metrology cannot tell either",
}
_NO_COMPLIANCE = (
    "One result is no verdict on compliance: the arrêté of 15 December 2009 and EN 689 need at least three of a group; "
    "see vigie stats."
)


def as_row(each: ComparedResult) -> dict[str, object]:
    """The fields :data:`METROLOGY_FIELDS` of a result."""
    result, screened, comparison = each.result, each.screened, each.comparison
    own = screened if each.basis is Basis.SAME_QUANTITY else None
    distance = None if comparison is None else comparison.distance
    is_ratio = comparison is not None and comparison.scale is Scale.RATIO
    agreement = None if screened is None else agreement_of([each.verdict])
    found = result.measurement
    return {
        "id": result.id,
        "ticket": result.ticket,
        "performed": result.performed.isoformat(),
        "quantity": result.quantity,
        "value": found.value,
        "unit": result.unit,
        "expanded_uncertainty": found.expanded_uncertainty,
        "coverage_factor": None if found.expanded_uncertainty is None else found.coverage_factor,
        "below_loq": found.below_loq,
        "limit": result.limit.value,
        "comparator": result.limit.comparator.value,
        "limit_source": result.limit.source,
        "verdict": result.verdict.value,
        "agreement": None if agreement is None else agreement.value,
        "screening_value": None if own is None else own.value,
        "screening_uncertainty": None if own is None else own.uncertainty,
        "screening_unit": None if own is None else own.limit.unit,
        "screening_limit": None if own is None else own.limit.value,
        "same_day": None if own is None else own.same_day,
        "ratio": distance if is_ratio else None,
        "difference": None if is_ratio else distance,
        "overlap": None if comparison is None else comparison.overlap,
        "method": result.method,
        "laboratory": result.laboratory,
        "note": result.note,
        "replaces": result.replaces,
        "by": result.by,
    }


def as_text(each: ComparedResult) -> str:
    """A result for a person: what was found, what that says of the limit, what the screening had."""
    result, screened = each.result, each.screened
    found = told(result.measurement, result.unit)
    whom = f"{result.method}, {result.laboratory} (result {result.id})"
    limit = f"{_kind_of_limit(result)} of {result.limit.value:.4g} {result.unit} ({result.limit.source})"
    lines = [
        f"{result.performed}  {result.quantity}  {found}  {whom}",
        f"  {_VERDICTS[result.verdict]} the {limit}{_alone(result.measurement)}",
    ]
    if screened is None:
        return "\n".join(lines)
    if each.basis is Basis.OTHER_QUANTITY:
        lines.append(f"  the screening is about {screened.quantity}: the two values are not compared")
        return "\n".join(lines)
    if each.verdict is not result.verdict:
        lines.append(
            f"  {_VERDICTS[each.verdict]} the ticket's own limit of {screened.limit.value:.4g} {screened.limit.unit}"
        )
    lines.append(f"  screening: {_screening(screened)}")
    if each.comparison is not None and each.comparison.distance is not None:
        lines.append(f"  {_distance(each)}{_overlap(each.comparison.overlap)}")
    return "\n".join(lines)


def conclusion(compared: Sequence[ComparedResult]) -> str:
    """What all results of a ticket together say of its screening."""
    speaking = [each for each in compared if each.screened is not None]
    own = [each for each in speaking if each.basis is Basis.SAME_QUANTITY] or speaking
    agreement = agreement_of(each.verdict for each in own)
    if agreement is None:
        return _NO_COMPLIANCE
    return f"screening {_AGREEMENTS[agreement]} ({counted(len(own), 'result')})\n{_NO_COMPLIANCE}"


def told(found: Measurement, unit: str) -> str:
    """A result with its uncertainty as its report has it.

    >>> told(Measurement(3.4, 0.6), "mg/m3"), told(Measurement(0.5, below_loq=True), "mg/m3")
    ('3.40 ± 0.60 mg/m3 (k = 2)', '< 0.5 mg/m3 (below the limit of quantification)')
    """
    if found.below_loq:
        return f"< {found.value:.4g} {unit} (below the limit of quantification)"
    if found.expanded_uncertainty is None:
        return with_minus(f"{found.value:.6g} {unit}")
    return with_minus(f"{with_spread(found.value, found.expanded_uncertainty)} {unit} (k = {found.coverage_factor:g})")


def _kind_of_limit(result: StoredResult) -> str:
    return "lower limit" if result.limit.comparator is Comparator.BELOW else "limit"


def _alone(found: Measurement) -> str:
    if found.below_loq or found.expanded_uncertainty is not None:
        return ""
    return "; by its value alone: the result has no uncertainty"


def _screening(screened: Screened) -> str:
    unit = screened.limit.unit
    if screened.value is None:
        return f"{screened.measure} not known (gaps), {counted(screened.windows, 'window')}"
    value = (
        f"{with_spread(screened.value, 2 * screened.uncertainty)} {unit} (k = 2)"
        if screened.uncertainty is not None
        else f"{screened.value:.4g} {unit}"
    )
    which = "of the same day" if screened.same_day else f"the worst of {counted(screened.windows, 'window')}"
    return with_minus(f"{screened.measure} {value}, {which}")


def _distance(each: ComparedResult) -> str:
    comparison = each.comparison
    if comparison is None or comparison.distance is None or each.screened is None:
        return ""
    most = "at most " if each.result.measurement.below_loq else ""
    if comparison.scale is Scale.RATIO:
        return f"metrology ÷ screening: {most}{comparison.distance:.2f}"
    return with_minus(f"metrology minus screening: {most}{comparison.distance:+.1f} {each.screened.limit.unit}")


def _overlap(overlap: bool | None) -> str:
    if overlap is None:
        return "; whether their intervals overlap cannot be told without both uncertainties"
    return "; their intervals overlap" if overlap else "; their intervals do not overlap"
