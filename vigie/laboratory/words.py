"""What ``vigie stats`` says: the report as JSON, and as text that explains the verdict."""

from typing import TYPE_CHECKING

from dsp.statistics.en689 import FEWEST_IN_ALL, Preliminary, Reason, Verdict, above
from vigie.laboratory.report import LabReport, Note, highest

if TYPE_CHECKING:
    from dsp.statistics.expostats import BayesianEstimate, Credible

_REASONS = {
    Reason.FEWER_THAN_THREE: "the first campaign has at least three results; {n} given.",
    Reason.FIRST_CAMPAIGN_TOO_SMALL: "the first campaign has fewer than the three results the law asks for.",
    Reason.FIRST_CAMPAIGN_ABOVE: "a result of the first campaign is above the limit.",
    Reason.ALL_BELOW_A_TENTH: "every result is below a tenth of the limit.",
    Reason.NINE_NEEDED: "not every result is below a tenth of the limit and none is surely above it; "
    "at least nine results over up to three campaigns within a year are needed; {n} given.",
    Reason.TOO_MANY_CAMPAIGNS: "the results come from more than three campaigns; "
    "at least nine results over up to three campaigns within a year are needed.",
    Reason.LONGER_THAN_A_YEAR: "the results span more than a year; "
    "at least nine results over up to three campaigns within a year are needed.",
    Reason.NO_DISTRIBUTION: "U cannot be computed, because no log-normal distribution can be fitted to these results.",
    Reason.U_BELOW: "U = {u:.3f} is below U_T = {u_t:.3f} for n = {n}: with 70 % confidence, "
    "it cannot be said that at most 5 % of the exposures exceed the limit.",
    Reason.U_REACHES: "U = {u:.3f} reaches U_T = {u_t:.3f} for n = {n}: with 70 % confidence, "
    "at most 5 % of the exposures exceed the limit.",
    Reason.CAMPAIGN_UNKNOWN: "U = {u:.3f} reaches U_T = {u_t:.3f}, but a result is above the limit; in the first "
    "campaign that alone is a dépassement. Name the column of the campaign with --campaign.",
}
_PRELIMINARY = {
    Preliminary.BELOW: "every result is below its share of the limit (0.1, 0.15, 0.2 for 3, 4, 5 results)",
    Preliminary.ABOVE: "a result is above the limit",
    Preliminary.MORE_RESULTS: "not decided by so few results; at least six and the statistical test are needed",
    Preliminary.STATISTICAL_TEST: "not for six results or more; U against U_T decides",
}
_NOTES = {
    Note.READ_AS: "Read as {n} results: {read_as}; write semicolons for decimal commas, e.g. 24,7;64,1.",
    Note.HEADER_LINE: "The header is line {header_line} of the file; what stands above it was not read.",
    Note.TOO_CENSORED: "More than 80 % of the results are censored: no distribution is fitted. What can be said: the "
    "highest result is {highest}, and the upper bound of the exceedance fraction (no distribution assumed).",
    Note.ALL_EQUAL: "All results are equal (GSD = 1): no spread can be estimated. "
    "Are they one result written many times?",
    Note.ONE_RESULT: "One result has no spread: no distribution is fitted.",
    Note.NO_FIT: "Fewer than two different measured results: no distribution is fitted.",
    Note.HALF_LOQ: "Fewer than three measured results, or fewer than five in all: half the LOQ stands in for results "
    "below it, which is biased.",
    Note.MLE_FOR_BOUNDS: "Results above a range or between bounds: estimated by maximum likelihood.",
    Note.LOQ_TOO_HIGH: "A limit of quantification is above a tenth of the limit: ask the laboratory for a lower one.",
    Note.PRIOR_WEIGHS: "The Bayesian estimate rests largely on its prior here.",
    Note.WIDE_SPREAD: "GSD above 3.5: are these workers one group of similar exposure?",
}


def verdict_sentence(report: LabReport) -> str:
    """Why the verdict is what it is, and what is missing for one."""
    diagnosis = report.diagnosis
    return _REASONS[diagnosis.reason].format(n=report.lab_set.results.n, u=diagnosis.u or 0, u_t=diagnosis.u_t or 0)


def notes(report: LabReport) -> list[str]:
    """The notes in words."""
    top = f"{highest(report.lab_set.results)} {report.limit.unit}".strip()
    given = report.lab_set
    facts = {"highest": top, "n": given.results.n, "read_as": given.read_as, "header_line": given.header_line}
    return [_NOTES[note].format(**facts) for note in report.notes]


def as_json(report: LabReport) -> dict[str, object]:
    """The report as one flat object with the Bayesian estimate inside; null where there is no such number."""
    results, known = report.lab_set.results, report.distribution
    return {
        "n": results.n,
        "n_censored": results.censored,
        "unit": report.limit.unit or None,
        "limit": report.limit.value,
        "limit_id": report.limit.id or None,
        "limit_source": report.limit.source or None,
        "highest": highest(results),
        "above_limit": int(above(results, report.limit.value).sum()),
        "method": report.method.value if report.method is not None else None,
        "gm": known.gm if known is not None else None,
        "gsd": known.gsd if known is not None else None,
        "p95": known.p95 if known is not None else None,
        "exceedance_fraction": report.exceedance,
        "confidence": report.confidence,
        "exceedance_low": report.exceedance_low,
        "exceedance_high": report.exceedance_high,
        "utl95_70": report.utl95_70,
        "utl95": report.utl,
        "u": report.diagnosis.u,
        "u_t": report.diagnosis.u_t,
        "verdict": report.diagnosis.verdict.value,
        "reason": report.diagnosis.reason.value,
        "explanation": verdict_sentence(report),
        "preliminary": report.preliminary.value if report.preliminary is not None else None,
        "bayes": _bayes_json(report.bayes),
        "notes": notes(report),
    }


def as_text(report: LabReport) -> str:
    """The report for a person."""
    return "\n".join(
        [*_head(report), "", *_sample(report), "", *_verdict(report), "", *_bayes(report), *_warned(report)]
    )


def _head(report: LabReport) -> list[str]:
    results, limit = report.lab_set.results, report.limit
    censored = f", {results.censored} of them censored" if results.censored else ""
    lines = [f"{results.n} result{'s' * (results.n != 1)}{censored}; limit {_value(limit.value, report)}"]
    if limit.id:
        lines.append(f"limit {limit.id}: {limit.source}")
    lines.append(
        "For laboratory results of personal sampling, one per worker and shift; never for readings of a sensor."
    )
    return lines


def _sample(report: LabReport) -> list[str]:
    known, confidence = report.distribution, f"{100 * report.confidence:g} %"
    if known is None or report.utl is None or report.exceedance is None:
        return [
            f"Highest result               {highest(report.lab_set.results)} {report.limit.unit}".rstrip(),
            f"Exceedance fraction          at most {_percent(report.exceedance_high)} ({confidence} confidence)",
        ]
    how = {"sample": "", "ros": " (ROS)", "mle": " (maximum likelihood)", "half_loq": " (half the LOQ)"}
    lines = [
        f"Geometric mean               {_value(known.gm, report)}{how[report.method.value] if report.method else ''}",
        f"Geometric standard deviation {known.gsd:.3g}",
        f"95th percentile              {_value(known.p95, report)}",
        f"Upper tolerance limit 95,70  {_value(report.utl95_70 or 0, report)}",
    ]
    if report.confidence != 0.70:
        lines.append(f"Upper tolerance limit 95,{100 * report.confidence:<4g}{_value(report.utl, report)}")
    bounds = f"{_percent(report.exceedance_low or 0)} to {_percent(report.exceedance_high)}"
    lines.append(
        f"Exceedance fraction          {_percent(report.exceedance)} ({confidence} confidence bounds {bounds})"
    )
    return lines


def _verdict(report: LabReport) -> list[str]:
    word = report.diagnosis.verdict
    said = "no diagnosis yet" if word is Verdict.UNDECIDED else word.value
    lines = [f"Arrêté of 15 December 2009:  {said}", f"  {verdict_sentence(report)}"]
    if report.preliminary is not None and report.lab_set.results.n < FEWEST_IN_ALL:
        lines.append(f"EN 689, preliminary test:    {_PRELIMINARY[report.preliminary]}")
    if word is Verdict.UNDECIDED and above(report.lab_set.results, report.limit.value).any():
        lines.append("  A result is above the limit: act at the workplace, whatever the number of results.")
    return lines


def _bayes(report: LabReport) -> list[str]:
    found = report.bayes
    bands = ", ".join(
        f"{number}: {_percent(share)}" for number, share in enumerate(found.bands) if round(share, 3) or number == 4
    )
    fraction = found.exceedance_fraction
    share = f"{_percent(fraction.median)} [{_percent(fraction.low)} – {_percent(fraction.high)}]"
    return [
        "Bayesian estimate (prior of Expostats; median and 90 % credible interval)",
        f"  95th percentile            {_interval(found.p95, report)}",
        f"  Geometric mean             {_interval(found.gm, report)}",
        f"  Exceedance fraction        {share}",
        f"  Overexposure risk          {_percent(found.overexposure_risk)} (P95 > limit; Expostats: act from 30 %)",
        f"  AIHA bands                 {bands}",
    ]


def _warned(report: LabReport) -> list[str]:
    return ["", *(f"Note: {note}" for note in notes(report))] if report.notes else []


def _bayes_json(found: "BayesianEstimate") -> dict[str, object]:
    document: dict[str, object] = {}
    for name in ("gm", "gsd", "p95", "arithmetic_mean", "exceedance_fraction"):
        quantity: Credible = getattr(found, name)
        document |= {name: quantity.median, f"{name}_low": quantity.low, f"{name}_high": quantity.high}
    document |= {"p95_upper_70": found.p95_upper, "overexposure_risk": found.overexposure_risk}
    return document | {"bands": list(found.bands)}


def _interval(quantity: "Credible", report: LabReport) -> str:
    ends = f"[{_number(quantity.low)} – {_number(quantity.high)}]"
    return f"{_number(quantity.median)} {ends} {report.limit.unit}".rstrip()


def _value(value: float, report: LabReport) -> str:
    return f"{_number(value)} {report.limit.unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:.0f}" if 1000 <= value < 1e6 else f"{value:.3g}"


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.3g} %"
