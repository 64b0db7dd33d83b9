"""``vigie ticket``: one ticket, and the steps of its life, each with who, when and why."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.number_first import NumberFirst
from vigie.commands.options import JsonOption, WorkspaceOption
from vigie.errors import RefusedError, UsageError
from vigie.times import now
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rules.roles import Actor
    from store.accounts import Account
    from store.ticket_steps import TicketSteps

ticket_app = typer.Typer(
    cls=NumberFirst,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="One ticket: show it, explain it, and take it through its life. proposed → validated → assigned → in progress "
    "→ done → verified, or dismissed.",
)
TicketArgument = Annotated[int, typer.Argument(metavar="ID", help="Its number, as in vigie tickets.")]
ByOption = Annotated[
    str,
    typer.Option(
        "--by", metavar="EMAIL", envvar="VIGIE_BY", help="Who decides: an account of this workspace; or $VIGIE_BY."
    ),
]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="For the service only.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.add_typer(ticket_app, name="ticket")


def steps_of(place: Workspace) -> "TicketSteps":
    """The steps people take with tickets of a workspace."""
    from store.ticket_steps import TicketSteps

    return TicketSteps(place.database)


def actor_named(place: Workspace, email: str, ticket: int) -> "Actor":
    """Who takes a step: an account the service knows, that may see the ticket.

    Raises
    ------
    UsageError
        There is no such account.
    RefusedError
        It is disabled, or does not see the ticket.
    UnknownError
        There is no such ticket.
    """
    from store.accounts import AccountStore
    from store.scope import Scope

    for account in AccountStore(place.database).all():
        if account.email == email.strip().lower():
            if account.disabled:
                raise RefusedError(f"{email} is disabled and decides nothing any more")
            place.views.ticket(Scope.service(), ticket)
            if account.scope.is_outside:
                _refuse_unseen(place, account, ticket)
            return account.actor
    raise UsageError(f"--by {email}: there is no such account; vigie account list shows them")


def _refuse_unseen(place: Workspace, account: "Account", ticket: int) -> None:
    from store.errors import UnknownError

    try:
        place.views.ticket(account.scope, ticket)
    except UnknownError:
        raise RefusedError(
            f"{account.email} ({account.role.value}) does not see ticket {ticket}: it is not validated, or not theirs"
        ) from None


@ticket_app.command("show")
def show(ticket: TicketArgument, as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """What a ticket says, what it rests on, and what happened to it.

    Example: vigie ticket show 1
    """
    from store.scope import Scope
    from vigie.output import print_json
    from vigie.ticket_rows import ticket_frame
    from vigie.ticket_sheet import told

    place = find_workspace(workspace)
    found = place.views.ticket(Scope.service(), ticket)
    if as_json:
        print_json(ticket_frame(found))
    else:
        sys.stdout.write(told(found, place.settings.service.timezone))


@ticket_app.command("validate")
def validate(ticket: TicketArgument, by: ByOption, note: NoteOption = "", workspace: WorkspaceOption = None) -> None:
    """Make the proposal yours; the employer sees it from now on.

    Example: vigie ticket validate 1 --by j.martin@service.example --note "vu sur place le 3 mars"
    """
    place = find_workspace(workspace)
    steps_of(place).validate(ticket, actor_named(place, by, ticket), now(), note)
    _say(f"ticket {ticket} is validated by {by}; the employer sees it now")


@ticket_app.command("assign")
def assign(
    ticket: TicketArgument,
    to: Annotated[str, typer.Option("--to", metavar="EMAIL", help="An account of the service or of an expert.")],
    by: ByOption,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Put a validated ticket into somebody's hands; an expert from outside sees it from now on.

    Example: vigie ticket assign 1 --to labo@example.org --by j.martin@service.example
    """
    place = find_workspace(workspace)
    steps_of(place).assign(ticket, actor_named(place, by, ticket), now(), to, note)
    _say(f"ticket {ticket} is assigned to {to}")


@ticket_app.command("start")
def start(ticket: TicketArgument, by: ByOption, note: NoteOption = "", workspace: WorkspaceOption = None) -> None:
    """Say that work on it has begun.

    Example: vigie ticket start 1 --by j.martin@service.example
    """
    place = find_workspace(workspace)
    steps_of(place).start(ticket, actor_named(place, by, ticket), now(), note)
    _say(f"ticket {ticket} is in progress")


@ticket_app.command("done")
def done(
    ticket: TicketArgument,
    what: Annotated[str, typer.Option("--what", metavar="TEXT", help="What was done; it stays with the ticket.")],
    by: ByOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Say that what a ticket asked for was done; whether it helped is looked at later.

    Example: vigie ticket done 1 --what "ventilation réglée le 12 mai" --by j.martin@service.example
    """
    place = find_workspace(workspace)
    steps_of(place).finish(ticket, actor_named(place, by, ticket), now(), what)
    _say(f"ticket {ticket} is done; it is verified by the next campaign, or in six months")


@ticket_app.command("verify")
def verify(
    ticket: TicketArgument,
    by: ByOption,
    campaign: Annotated[
        str | None,
        typer.Option(
            "--campaign", metavar="DEPLOYMENT", help="A later deployment in the zone that found no cause any more."
        ),
    ] = None,
    seen: Annotated[
        str | None, typer.Option("--seen", metavar="TEXT", help="Instead: what a follow-up visit found.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Say that it helped: by the next campaign, or by what was seen on the spot.

    Example: vigie ticket verify 1 --campaign atelier-2026-09 --by j.martin@service.example
    """
    if (campaign is None) == (seen is None):
        raise UsageError("expected either --campaign DEPLOYMENT or --seen TEXT: what shows that it helped?")
    place = find_workspace(workspace)
    actor = actor_named(place, by, ticket)
    if campaign is not None:
        steps_of(place).verify_by_campaign(ticket, actor, now(), campaign)
    else:
        steps_of(place).verify_by_follow_up(ticket, actor, now(), seen or "")
    _say(f"ticket {ticket} is verified")


@ticket_app.command("reopen")
def reopen(
    ticket: TicketArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stays with the ticket.")],
    by: ByOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Say that what was done did not help: in progress again.

    Example: vigie ticket reopen 1 --reason "toujours 1 500 ppm" --by j.martin@service.example
    """
    place = find_workspace(workspace)
    steps_of(place).reopen(ticket, actor_named(place, by, ticket), now(), reason)
    _say(f"ticket {ticket} is in progress again")


@ticket_app.command("dismiss")
def dismiss(
    ticket: TicketArgument,
    as_: Annotated[str, typer.Option("--as", metavar="KIND", help="false-alarm, known or out-of-scope.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stays with the ticket.")],
    by: ByOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Say that nothing is to be done; the same evidence does not raise it again.

    Example: vigie ticket dismiss 2 --as false-alarm --reason "travaux dans la rue" --by j.martin@service.example
    """
    from rules.ticket_events import DismissalReason
    from vigie.listing import one_of

    known = {each.value.replace("_", "-"): each for each in DismissalReason}
    kind = known[one_of("--as", as_.strip().lower().replace("_", "-"), list(known))]
    place = find_workspace(workspace)
    steps_of(place).dismiss(ticket, actor_named(place, by, ticket), now(), kind, reason)
    _say(f"ticket {ticket} is dismissed by {by}")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
