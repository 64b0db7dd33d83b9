"""The indicators for a person: a page for a whole period, a table where they are grouped."""

from collections.abc import Iterator, Mapping

from rules.indicator_rows import Cell, Grouping, Row
from vigie.indicators.report import Report
from vigie.output import Sheet, counted

_FLOWS = (
    ("amt", "workplace actions (AMT)"),
    ("metrology", "targeted metrology"),
    ("kit_check", "checks of kits"),
)
_DELAYS = (
    ("to_validation", "proposed → validated"),
    ("to_action", "AMT validated → done"),
    ("to_verification", "AMT done → verified"),
    ("to_result", "metrology asked → result"),
)
_COLUMNS = (
    ("campaigns", "campaigns_begun"),
    ("people", "campaigns_headcount"),
    ("positive", "positive_validated"),
    ("AMT opened", "amt_opened"),
    ("done", "amt_done"),
    ("open", "amt_open_after"),
    ("metrology asked", "metrology_validated"),
    ("results", "returned_results"),
    ("kit checks", "kit_check_opened"),
    ("overdue", "overdue_to_act"),
    ("days to validate", "to_validation_median"),
    ("to act", "to_action_median"),
)


def title(report: Report) -> str:
    """What a report speaks of, in a line."""
    asked = report.asked
    return f"{asked.first} to {asked.last} ({asked.timezone})"


def sheet(report: Report) -> Sheet:
    """The main figures of each group, and the total."""
    rows = [
        (row.group, *(_number(row.values[name]) for _, name in _COLUMNS))
        for row in (*report.table.rows, report.table.total)
    ]
    columns = (report.table.by.value, *(label for label, _ in _COLUMNS))
    return Sheet(f"Indicators, {title(report)}", columns, rows)


def page(report: Report) -> str:
    """Everything about a whole period."""
    return "\n".join([f"Indicators, {title(report)}", "", *_lines(report.table.total), *footnotes(report)]) + "\n"


def footnotes(report: Report) -> Iterator[str]:
    """What must be known to read them."""
    left_out = (
        f"{counted(report.simulated_tickets, 'simulated ticket')} and "
        f"{counted(report.simulated_campaigns, 'simulated campaign')} are left out. "
        * bool(report.simulated_tickets or report.simulated_campaigns)
    )
    yield ""
    yield (
        f"{left_out}Days are Kaplan-Meier quartiles: what still waits counts with the time it has waited; – where so "
        "many are not over yet."
    )
    if report.asked.by is not Grouping.NOTHING:
        yield "The table shows some of the figures; --csv FILE and --json have all of them."


def _lines(row: Row) -> Iterator[str]:
    v = row.values
    yield _line(
        "campaigns",
        f"{v['campaigns_begun']} begun, {v['campaigns_finished']} finished, {v['campaigns_under_way_after']} under way "
        "at the end",
    )
    people = (
        f"{counted(_count(v, 'campaigns_zones'), 'zone')} of "
        f"{counted(_count(v, 'campaigns_establishments'), 'establishment')} and "
        f"{counted(_count(v, 'campaigns_employers'), 'employer')}, headcount {v['campaigns_headcount']}"
    )
    yield _line("screened", people)
    yield _line(
        "positive",
        f"of the campaigns begun {v['positive_proposed']} raised a ticket{_share(v['positive_rate_proposed'])}, "
        f"{v['positive_validated']} a validated one{_share(v['positive_rate_validated'])}",
    )
    yield ""
    yield _columns("tickets", "open before", "opened", "validated", "done", "verified", "dismissed", "reopened", "open")
    for key, label in _FLOWS:
        names = ("open_before", "opened", "validated", "done", "verified", "dismissed", "reopened", "open_after")
        yield _columns(label, *(str(v[f"{key}_{name}"]) for name in names))
    yield ""
    yield _line("opened", f"{v['fate_opened']}: {v['fate_still_open']} open, {v['fate_done']} done, "
                f"{v['fate_verified']} verified, {v['fate_dismissed']} dismissed at the end")  # fmt: skip
    yield _line("metrology", f"{counted(_count(v, 'metrology_validated'), 'ticket')} asked for it, "
                f"{counted(_count(v, 'returned_results'), 'result')} came back about "
                f"{counted(_count(v, 'returned_tickets'), 'new ticket')}")  # fmt: skip
    yield _line("dismissed", f"{v['dismissals_false_alarm']} false alarm, {v['dismissals_known']} known, "
                f"{v['dismissals_out_of_scope']} out of scope")  # fmt: skip
    yield _line("verified", f"{v['verifications_by_campaign']} by the next campaign, "
                f"{v['verifications_by_follow_up']} by a follow-up visit")  # fmt: skip
    yield _line("overdue", f"{v['overdue_to_decide']} to decide, {v['overdue_to_act']} to act on, "
                f"{v['overdue_to_follow_up']} to follow up")  # fmt: skip
    yield _line("follow-ups", f"{v['follow_ups_due']} fell due: {v['follow_ups_looked_at']} looked at, "
                f"{v['follow_ups_waiting']} waiting")  # fmt: skip
    yield ""
    yield _columns("days", "began", "over", "waiting", "left", "q1", "median", "q3")
    for key, label in _DELAYS:
        counts = (str(v[f"{key}_{name}"]) for name in ("started", "completed", "waiting", "left"))
        yield _columns(label, *counts, *(_number(v[f"{key}_{name}"]) for name in ("q1", "median", "q3")))


def _line(label: str, words: str) -> str:
    return f"{label:<26}{words}"


def _columns(label: str, *cells: str) -> str:
    return f"{label:<26}" + "".join(f"{cell:>12}" for cell in cells)


def _count(values: Mapping[str, Cell], name: str) -> int:
    return int(values[name] or 0)


def _share(rate: Cell) -> str:
    return "" if rate is None else f" ({100 * rate:.0f} %)"


def _number(value: Cell) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.1f}"
