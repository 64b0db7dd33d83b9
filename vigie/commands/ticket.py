"""``vigie ticket``: one ticket, and what a professional decides about it."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from vigie.commands.options import JsonOption, WorkspaceOption
from vigie.errors import RefusedError, UsageError
from vigie.times import now
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from store.accounts import Account
    from store.ticket_views import TicketView
    from store.tickets import TicketStore

ticket_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="One ticket: show, validate, dismiss, close."
)
TicketArgument = Annotated[int, typer.Argument(metavar="ID", help="Its number, as in vigie tickets.")]
ByOption = Annotated[
    str, typer.Option("--by", metavar="EMAIL", help="The engineer who decides: an account of this workspace.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stays with the ticket.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.add_typer(ticket_app, name="ticket")


@ticket_app.command("show")
def show(ticket: TicketArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """What a ticket says, what it rests on, and what happened to it.

    Example: vigie ticket show 1
    """
    import polars as pl

    from store.scope import Scope
    from vigie.listing import TICKET_SCHEMA, ticket_row
    from vigie.output import print_json

    place = find_workspace(workspace)
    found = place.views.ticket(Scope.service(), ticket)
    if as_json:
        print_json(pl.DataFrame([ticket_row(found)], schema=TICKET_SCHEMA, orient="row"))
    else:
        sys.stdout.write(_told(found, ZoneInfo(place.settings.service.timezone)))


@ticket_app.command("validate")
def validate(
    ticket: TicketArgument,
    by: ByOption,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="For the service only.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Make the proposal yours; the employer sees it from now on.

    Example: vigie ticket validate 1 --by j.martin@service.example --note "vu sur place le 3 mars"
    """
    place = find_workspace(workspace)
    _tickets(place).validate(ticket, _engineer(place, by).email, now(), note)
    sys.stdout.write(f"ticket {ticket} is validated by {by}; the employer sees it now\n")


@ticket_app.command("dismiss")
def dismiss(ticket: TicketArgument, by: ByOption, reason: ReasonOption, workspace: WorkspaceOption = None) -> None:
    """Say that nothing is to be done; the same evidence does not raise it again.

    Example: vigie ticket dismiss 2 --by j.martin@service.example --reason "travaux dans la rue ces jours-là"
    """
    place = find_workspace(workspace)
    _tickets(place).dismiss(ticket, _engineer(place, by).email, reason, now())
    sys.stdout.write(f"ticket {ticket} is dismissed by {by}\n")


@ticket_app.command("close")
def close(ticket: TicketArgument, by: ByOption, reason: ReasonOption, workspace: WorkspaceOption = None) -> None:
    """Say that what a validated ticket asked for was done.

    Example: vigie ticket close 1 --by j.martin@service.example --reason "ventilation réglée, contrôlée le 12 mai"
    """
    place = find_workspace(workspace)
    _tickets(place).close(ticket, _engineer(place, by).email, reason, now())
    sys.stdout.write(f"ticket {ticket} is closed by {by}\n")


def _tickets(place: Workspace) -> "TicketStore":
    from store.tickets import TicketStore

    return TicketStore(place.database)


def _engineer(place: Workspace, email: str) -> "Account":
    """A professional's name stands under what Vigie says: it must be one the service knows."""
    from rules.roles import Role
    from store.accounts import AccountStore

    for account in AccountStore(place.database).all():
        if account.email == email.strip().lower():
            if account.role is not Role.ENGINEER or account.disabled:
                raise RefusedError(f"{email} may not decide about tickets; an engineer of the service does")
            return account
    raise UsageError(f"--by {email}: there is no such account; vigie account list shows them")


def _told(ticket: "TicketView", zone: ZoneInfo) -> str:
    from vigie.output import with_spread

    content = ticket.content
    mark = "  SIMULATED READINGS" if content.simulated else ""
    lines = [
        f"ticket {ticket.id}  {content.kind}  {ticket.state.value}  revision {ticket.revision}{mark}",
        f"{ticket.zone}: {content.title_fr}",
        "",
        content.reason_fr,
        "",
        content.advice_fr,
        "",
        f"rule {ticket.rule}, level {content.level}, pack {content.pack} {content.pack_version}",
        f"limit: {content.limit_source}",
    ]
    if content.held_back_by:
        lines.append(f"held back: {content.held_back_by}")
    if ticket.service and not ticket.service.supported:
        lines.append("the rules no longer ask for it")
    lines += ["", "rests on:"]
    for item in content.evidence:
        shown = "no value" if item.value is None else with_spread(item.value, 2 * (item.uncertainty or 0))
        value = shown if item.value is None else f"{shown} {item.unit}"
        lines.append(
            f"  {_local(item.start, zone)}  {item.kit}  {item.quantity} {item.measure}  {value} (k = 2)"
            f"  limit {item.limit:g}  {item.decision}  coverage {100 * item.coverage:.0f} %"
        )
    if ticket.service:
        lines += ["", "history:"]
        for event in ticket.service.events:
            note = f"  {event.note}" if event.note else ""
            lines.append(
                f"  {_local(event.at, zone)}  {event.kind.value} by {event.by}  (revision {event.revision}){note}"
            )
    return "\n".join(lines) + "\n"


def _local(instant: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%Y-%m-%d %H:%M")
