"""``vigie rules performance``: how often the screening was right, by the service's own metrology."""

import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, FromOption, JsonOption, ToOption, WorkspaceOption, form_of
from vigie.commands.rules import rules_app
from vigie.errors import UsageError
from vigie.output import Form, Sheet, counted, print_sheet, show_rows
from vigie.times import parse_instant, parse_until
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    from rules.performance import Performance

PERFORMANCE_FIELDS = (
    "rule",
    "level",
    "kind",
    "group",
    "tickets",
    "measured",
    "confirmed",
    "not_confirmed",
    "undecided",
    "decisive",
    "predictive_value",
    "low",
    "high",
    "other_confirmed",
    "other_not_confirmed",
    "other_undecided",
    "false_alarms",
)
_NOTES = """\
Predictive value: confirmed / (confirmed + not confirmed), with its 95 % interval (Clopper-Pearson).
Only what is sent to metrology is measured: what the screening missed (its sensitivity) cannot be told from this.
A false alarm is a professional's judgement, no measurement, and counts in no value.
"""


class By(Enum):
    """What values are told apart by."""

    RULE = "rule"
    MODEL = "model"
    SENSOR = "sensor"


def register(_app: typer.Typer) -> None:
    """Add the verb of this module to ``vigie rules``."""
    rules_app.command("performance")(performance)


def performance(
    rule: Annotated[str | None, typer.Option("--rule", metavar="ID", help="Only this rule.")] = None,
    by: Annotated[By, typer.Option("--by", help="Told apart by the kits' model or kind of sensor too.")] = By.RULE,
    since: FromOption = None,
    until: ToOption = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Only tickets of simulated readings, in place of real ones.")
    ] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How often metrology confirmed what the rules proposed, by rule, level and kind of ticket.

    --from and --to are of the day a ticket was proposed on.

    Example: vigie rules performance --from 2026-01-01
    """
    from rules.performance import Grouping
    from rules.performance import performance as counted_by
    from store.outcomes import OutcomeFilter, outcomes

    place = find_workspace(workspace)
    form = form_of(as_json, as_csv)
    timezone = place.settings.service.timezone
    start = parse_instant(since, timezone, "--from") if since else None
    end = parse_until(until, timezone, "--to") if until else None
    if start is not None and end is not None and end <= start:
        raise UsageError(f"--to {until} is before --from {since}")
    with place.database.reading() as session:
        found = outcomes(session, OutcomeFilter(rule, start, end, (simulated,)))
    if rule is not None and not found:
        _check_rule(rule, [known.id for pack in place.packs for known in pack.rules])
    rows = counted_by(found, Grouping(by.value))
    if form is not Form.TABLE:
        show_rows([_row(each) for each in rows], form, title="", nothing="", columns=PERFORMANCE_FIELDS)
        return
    if not rows:
        kind = "simulated" if simulated else "real"
        sys.stdout.write(f"No {kind} ticket about an exposure in that period.\n")
        return
    print_sheet(_sheet(rows, by))
    sys.stdout.write(_NOTES)


def _check_rule(rule: str, known: list[str]) -> None:
    from catalog.suggest import did_you_mean

    if rule not in known:
        raise UsageError(f'--rule is "{rule}", which no pack in force and no ticket knows; {did_you_mean(rule, known)}')


def _row(each: "Performance") -> dict[str, object]:
    known = each.own.decisive > 0
    return {
        "rule": each.rule,
        "level": each.level,
        "kind": each.kind.value,
        "group": each.group,
        "tickets": each.tickets,
        "measured": each.own.measured + each.other.measured,
        "confirmed": each.own.confirmed,
        "not_confirmed": each.own.not_confirmed,
        "undecided": each.own.undecided,
        "decisive": each.own.decisive,
        "predictive_value": each.predictive_value,
        "low": each.interval.low if known else None,
        "high": each.interval.high if known else None,
        "other_confirmed": each.other.confirmed,
        "other_not_confirmed": each.other.not_confirmed,
        "other_undecided": each.other.undecided,
        "false_alarms": each.false_alarms,
    }


def _sheet(rows: "list[Performance]", by: By) -> Sheet:
    grouped = () if by is By.RULE else (by.value,)
    columns = (
        "rule",
        "level",
        "ticket",
        *grouped,
        "proposed",
        "measured",
        "confirmed",
        "predictive value",
        "dismissed",
    )
    lines = []
    for each in rows:
        group = () if by is By.RULE else (each.group,)
        measured = each.own.measured + each.other.measured
        false = counted(each.false_alarms, "false alarm") if each.false_alarms else "–"
        lines.append(
            (each.rule, each.level, each.kind.value, *group, str(each.tickets), str(measured), _confirmed(each),
             _value(each), false)
        )  # fmt: skip
    return Sheet("Screening against metrology", columns, lines)


def _confirmed(each: "Performance") -> str:
    parts = []
    if each.own.decisive:
        parts.append(f"{each.own.confirmed} of {each.own.decisive}")
    if each.own.undecided:
        parts.append(f"{each.own.undecided} undecided")
    if each.other.measured:
        parts.append(f"by another quantity {each.other.confirmed} of {each.other.decisive}")
        if each.other.undecided:
            parts.append(f"{each.other.undecided} of these undecided")
    return ", ".join(parts) or "–"


def _value(each: "Performance") -> str:
    if not each.own.decisive:
        return "no result yet"
    interval = f"{100 * each.interval.low:.0f} to {100 * each.interval.high:.0f} %"
    if each.predictive_value is None:
        return f"not enough results yet ({each.own.decisive}): {interval}"
    return f"{100 * each.predictive_value:.0f} % ({interval})"
