"""``vigie ticket metrology``: what a laboratory or a meter found, entered against the ticket that asked for it."""

import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import JsonOption, WorkspaceOption, number
from vigie.commands.ticket import NoteOption, TicketArgument, actor_named, ticket_app
from vigie.errors import UsageError
from vigie.times import local_day, now
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rules.metrology import Measurement
    from rules.roles import Actor
    from store.metrology import ComparedResult
    from store.screened import ResultLimit
    from store.ticket_views import TicketView

_DATE = "expected the day it was sampled on, such as 2026-03-12"
_SPREAD = re.compile(r"(?:±\s*)?(.+?)\s*(%?)")


def register(_app: typer.Typer) -> None:
    """Add the verb of this module to ``vigie ticket``."""
    ticket_app.command("metrology")(metrology)


def metrology(
    ticket: TicketArgument,
    value: Annotated[
        str | None,
        typer.Option("--value", metavar="NUMBER", help='The result; "<0.5" below a LOQ.'),
    ] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help="Of result and uncertainty, e.g. mg/m3.")] = "",
    uncertainty: Annotated[
        str | None,
        typer.Option("--uncertainty", metavar="U", help='Expanded, as the report gives it: 0.6 or "18 %".'),
    ] = None,
    coverage_factor: Annotated[
        float,
        typer.Option("--coverage-factor", "-k", parser=number, metavar="K", help="Of the uncertainty; noise: 1.65."),
    ] = 2.0,
    below_loq: Annotated[
        bool, typer.Option("--below-loq", help="--value is the limit of quantification, the result is below it.")
    ] = False,
    performed: Annotated[
        str | None, typer.Option("--performed", metavar="DAY", help="Day of the sampling, e.g. 2026-03-12.")
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="TEXT", help="Standard, and how it was sampled.")] = "",
    laboratory: Annotated[str, typer.Option("--laboratory", metavar="NAME", help="Who measured it.")] = "",
    quantity: Annotated[
        str | None,
        typer.Option("--quantity", "-q", metavar="NAME", help="What was measured, where not what the ticket is about."),
    ] = None,
    limit: Annotated[
        str | None,
        typer.Option("--limit", metavar="NUMBER|ID", help="A limit's id or a number; default: the ticket's own."),
    ] = None,
    replaces: Annotated[
        int | None, typer.Option("--replaces", metavar="N", help="Number of the result this one corrects.")
    ] = None,
    withdraw: Annotated[
        int | None,
        typer.Option("--withdraw", metavar="N", help="Result N is none of this ticket; say why with --note."),
    ] = None,
    note: NoteOption = "",
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="EMAIL", envvar="VIGIE_BY", help="Who enters it: an account; or $VIGIE_BY."),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Enter what metrology found, and see it beside the screening; without --value, list what was entered.

    One result says nothing about compliance: EN 689 needs several, see vigie stats.

    Example: vigie ticket metrology 12 --value 3.4 --unit mg/m3 --uncertainty 0.6 --performed 2026-03-12 --method "NF X
    43-215, prélèvement individuel" --laboratory "Laboratoire Lambda" --by j.martin@service.example
    """
    from store.metrology import Entry, compared_results, enter
    from store.metrology import withdraw as taken_back
    from store.scope import Scope
    from store.tables import TicketRow

    place = find_workspace(workspace)
    view = place.views.ticket(Scope.service(), ticket)
    entered = None
    if withdraw is not None:
        _refuse_beside("--withdraw", **{"--value": value, "--replaces": replaces})
        taken_back(place.database, ticket, _actor(place, by, ticket), now(), withdraw, note)
        sys.stdout.write(f"metrology result {withdraw} of ticket {ticket} is withdrawn; it stays and counts no more\n")
        return
    if value is None:
        alone = {"--unit": unit, "--performed": performed, "--uncertainty": uncertainty, "--limit": limit}
        _refuse_alone(**alone, **{"--replaces": replaces})
    else:
        actor = _actor(place, by, ticket)
        named = _quantity(quantity, limit, view)
        found = _measurement(f"<{value}" if below_loq else value, unit, uncertainty, coverage_factor)
        day = _day(performed, place)
        entry = Entry(
            performed=day,
            quantity=named,
            measurement=found,
            unit=_needed(unit, "--unit", "the unit of the result, such as mg/m3"),
            method=_needed(method, "--method", "the standard or the instrument, and how it was sampled"),
            laboratory=_needed(laboratory, "--laboratory", "who measured it"),
            note=note.strip(),
            limit=None if limit is None else _limit(limit, named, unit, day),
            replaces=replaces,
        )
        entered = enter(place.database, ticket, actor, now(), entry).id
    with place.database.reading() as session:
        compared = compared_results(session, session.get_one(TicketRow, ticket))
    _tell(view, compared, entered, as_json=as_json)


def _tell(view: "TicketView", compared: "list[ComparedResult]", entered: int | None, *, as_json: bool) -> None:
    from vigie.laboratory.metrology import METROLOGY_FIELDS, as_row, as_text, conclusion
    from vigie.output import Form, show_rows

    if as_json:
        show_rows([as_row(each) for each in compared], Form.JSON, title="", nothing="", columns=METROLOGY_FIELDS)
        return
    if not compared:
        sys.stdout.write(f"ticket {view.id}: no metrology result yet; enter one with --value\n")
        return
    if entered is not None:
        sys.stdout.write(f"metrology result {entered} of ticket {view.id} is entered\n")
    for each in compared:
        if entered is None or each.result.id == entered:
            sys.stdout.write(as_text(each) + "\n")
    sys.stdout.write(conclusion(compared) + "\n")


def _refuse_alone(**given: object) -> None:
    for option, typed in given.items():
        if typed:
            raise UsageError(f'{option} without --value; give the result too, e.g. --value 3.4, or "<0.5"')


def _refuse_beside(chosen: str, **given: object) -> None:
    for option, typed in given.items():
        if typed is not None:
            raise UsageError(f"{chosen} and {option} exclude each other; choose one")


def _actor(place: Workspace, by: str | None, ticket: int) -> "Actor":
    if by is None:
        raise UsageError("--by is missing; name your account: a professional's, or the expert's it is assigned to")
    return actor_named(place, by, ticket)


def _measurement(value: str, unit: str, uncertainty: str | None, factor: float) -> "Measurement":
    from rules.metrology import Measurement, Scale, scale_of

    typed = value.strip()
    below = typed.startswith(("<", "≤"))
    amount = _number("--value", typed.lstrip("<≤ "), 'a number, or "<0.5" below a limit of quantification')
    ratio = scale_of(unit) is Scale.RATIO
    if ratio and amount < 0:
        raise UsageError(f'--value is "{value}"; no {unit or "concentration"} is negative; mend it, or write <LOQ')
    if below and not amount > 0:
        raise UsageError(f'--value is "{value}"; expected the limit of quantification, a number above zero')
    if uncertainty is None:
        return Measurement(amount, below_loq=below)
    if below:
        raise UsageError("--uncertainty is of a value; a result below its LOQ has none, leave it out")
    match = _SPREAD.fullmatch(uncertainty.strip())
    spread = _number("--uncertainty", match[1] if match else uncertainty, 'a number such as 0.6, or "18 %"')
    if match is not None and match[2]:
        if not ratio:
            raise UsageError(
                f'--uncertainty is "{uncertainty}"; a level or temperature has none in %; give it in its unit'
            )
        spread = amount * spread / 100.0
    if spread < 0 or not 1.0 <= factor <= 4.0:
        raise UsageError(
            f"--uncertainty {uncertainty} with -k {factor:g}; expected zero or more, and a factor from 1 to 4 (often 2)"
        )
    return Measurement(amount, spread, factor)


def _number(option: str, text: str, expected: str) -> float:
    import math

    try:
        found = number(text)
    except typer.BadParameter as error:
        raise UsageError(f"{option}: {error.message}; expected {expected}") from None
    if not math.isfinite(found):
        raise UsageError(f'{option} is "{text}"; expected {expected}')
    return found


def _day(text: str | None, place: Workspace) -> date:
    if text is None:
        raise UsageError(f"--performed is missing; {_DATE}")
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'--performed is "{text}"; {_DATE}') from None
    today = local_day(now(), place.settings.service.timezone)
    if day > today:
        raise UsageError(f"--performed is {day}, which is to come (today is {today}); {_DATE}")
    return day


def _needed(text: str, option: str, expected: str) -> str:
    if not text.strip():
        raise UsageError(f"{option} is missing; expected {expected}")
    return " ".join(text.split())


def _quantity(given: str | None, limit: str | None, view: "TicketView") -> str:
    """What was measured: as named, else what a named limit is about, else what the ticket is about."""
    from catalog.limits import limits
    from rules.metrology_units import known_name

    evidence = view.content.evidence
    own = str(evidence[-1].quantity) if evidence else ""
    if given is not None:
        return _checked_name(known_name(_needed(given, "--quantity", "a quantity or a substance, such as toluene")))
    row = next((row for id_, row in limits().items() if id_ == limit), None)
    if row is None or own in row.comparable_with:
        return own
    if own and row.agent.casefold() == view.agent.casefold():
        return own
    return known_name(row.agent.partition(" (")[0])


def _checked_name(name: str) -> str:
    """The name, unless it looks like a known one mistyped."""
    from difflib import get_close_matches

    from catalog.quantities import quantities
    from catalog.substances import substances

    known = [*quantities(), *substances()]
    if name in known:
        return name
    close = get_close_matches(name.casefold().replace(" ", "_"), known, n=1, cutoff=0.8)
    if close:
        raise UsageError(f'--quantity is "{name}"; did you mean "{close[0]}"?')
    return name


def _limit(text: str, quantity: str, unit: str, day: date) -> "ResultLimit":
    """A number in the result's unit, or the row of the limits table in force on the day."""
    from catalog.limits import Comparator, Verification
    from catalog.limits import limit as limit_of
    from rules.metrology_units import limit_in
    from store.screened import ResultLimit

    try:
        return ResultLimit(_number("--limit", text, "a number"), unit, Comparator.ABOVE, "named with the result")
    except UsageError:
        if re.fullmatch(r"[-+\d.,]*", text.strip()):
            raise
    row = limit_of(text.strip())
    if not row.in_force_on(day):
        raise UsageError(f"--limit {row.id} is not in force on {day} ({row.in_force_text}); take the limit of that day")
    doubt = "" if row.verification is Verification.YES else ", unverified"
    source = f"{row.id}: {row.source} ({row.legal_status.value}{doubt})"
    return ResultLimit(limit_in(row, quantity, unit), unit, row.comparator, source)
