"""What ``vigie evaluate`` prints: detection by workplace, and how honest the stated uncertainties are."""

from collections.abc import Iterator, Sequence

from vigie.evaluation.answers import Answer, Question, Verdict
from vigie.evaluation.detection import Detection
from vigie.evaluation.figures import Summary
from vigie.evaluation.measure_errors import HONEST_HIGH, HONEST_LOW, MeasureErrors
from vigie.evaluation.shares import Share
from vigie.output import Sheet, counted

_QUESTIONS = {
    Question.CLEAR: "clear exceedances that got a ticket (twice the limit, or +3 dB)",
    Question.QUIET: "campaigns of the quiet control without an exposure ticket",
    Question.HONEST: "workplaces in which the 95 % interval of the values holds the truth in 90 to 98 % of campaigns",
    Question.NARROW: "measures whose 95 % interval holds the truth in 90 % of campaigns or more",
    Question.BAND: "near the limit (20 %, 1 dB or 1 °C) that went to metrology",
    Question.DOUBT: "in doubt (5 to 95 %, on the shift that decides) that went to metrology",
    Question.SENSITIVITY: "sensitivity: a ticket where the truth asks for one",
    Question.SPECIFICITY: "specificity: none where it does not",
}
_VERDICTS = {
    Verdict.REACHED: "yes",
    Verdict.NOT_REACHED: "NO",
    Verdict.NOT_ENOUGH: "no case",
    Verdict.TOLD: "",
}


def detection_sheet(summary: Summary) -> Sheet:
    """A row a workplace and rule its variants are about, then all of them."""
    rows = [_detection_row(each, each.name, each.rule) for each in summary.by_family]
    if len(rows) > 1:
        rows.append(_detection_row(summary.overall, "all", ""))
    return Sheet(
        f"{counted(summary.campaigns, 'campaign')}; shares in % with their 95 % interval",
        ["workplace", "rule", "true +", "true −", "sensitivity", "specificity", "PPV", "NPV", "clear proposed"],
        rows,
    )


def _detection_row(found: Detection, name: str, rule: str) -> list[str]:
    rates = found.any_ticket
    return [
        name,
        rule,
        str(rates.sensitivity.of),
        str(rates.specificity.of),
        *(
            _percent(share)
            for share in (
                rates.sensitivity,
                rates.specificity,
                rates.positive_predictive,
                rates.negative_predictive,
                found.clear_proposed,
            )
        ),
    ]


def quiet_sheet(summary: Summary) -> Sheet:
    """A row a workplace: tickets where nothing is wrong, and how honest the values are."""
    rows = []
    for quiet in summary.quiet:
        errors = [each for each in summary.errors if each.group == quiet.family and each.honest is not None]
        together = next((each.coverage for each in summary.coverage if each.family == quiet.family), None)
        rows.append(
            [
                f"{quiet.family} (control)" if quiet.control else quiet.family,
                _percent(quiet.without_ticket),
                "–" if together is None else _percent(together),
                f"{sum(each.honest is True for each in errors)} of {len(errors)}",
                _worst(errors, low=True),
                _worst(errors, low=False),
            ]
        )
    return Sheet(
        "Nothing wrong and no ticket; 95 % intervals that hold the truth",
        ["workplace", "no ticket where nothing is", "intervals hold %", "measures 90–98 %", "lowest", "highest"],
        rows,
    )


def _worst(errors: Sequence[MeasureErrors], *, low: bool) -> str:
    told = [(each.coverage.value or 0.0, f"{each.quantity} {each.measure}") for each in errors]
    if not told:
        return "–"
    share, name = min(told) if low else max(told)
    return f"{100 * share:.0f} {name}"


def measures_sheet(summary: Summary) -> Sheet:
    """A row a workplace, quantity and measure: bias, spread, and how often the interval holds the truth."""
    return Sheet(
        "(value − truth): bias and spread; z is the error in stated standard uncertainties",
        ["workplace", "quantity", "measure", "n", "bias", "bias %", "spread", "mean z", "sd z", "holds %", ""],
        [
            *(_measure_row(each, "") for each in summary.errors),
            *(_measure_row(each, "no rule") for each in summary.other_errors),
        ],
    )


def _measure_row(each: MeasureErrors, remark: str) -> list[str]:
    held = each.coverage.value or 0.0
    mark = "too narrow" if held < HONEST_LOW else "too wide" if held > HONEST_HIGH else ""
    if each.honest is None and mark:
        mark += "?"
    return [
        each.group,
        each.quantity,
        each.measure,
        str(each.values),
        f"{each.bias:.3g} {each.unit}",
        "–" if each.relative_bias is None else f"{100 * each.relative_bias:.1f}",
        _number(each.spread),
        _number(each.score_mean),
        _number(each.score_spread),
        _percent(each.coverage),
        ", ".join(part for part in (mark, remark) if part),
    ]


def answer_lines(told: Sequence[Answer]) -> Iterator[str]:
    """The promises and whether they hold."""
    for answer in told:
        target = "" if answer.target is None else f", expected {100 * answer.target:.0f}"
        if answer.target is not None and answer.target < 1:
            target += " or more"
        verdict = _VERDICTS[answer.verdict]
        end = f": {verdict}" if verdict else ""
        yield f"{_QUESTIONS[answer.question]}: {_counts(answer.share)}{target}{end}"


def _counts(share: Share) -> str:
    return f"{_percent(share, interval=False)} % ({share.cases} of {share.of})" if share.of else "–"


def _percent(share: Share, *, interval: bool = True) -> str:
    if share.value is None:
        return "–"
    value = f"{100 * share.value:.1f}"
    return f"{value} ({100 * share.interval.low:.0f}–{100 * share.interval.high:.0f})" if interval else value


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"
