"""``vigie ticket``: what is written beside a ticket, and when it is wanted."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vigie.commands.options import WorkspaceOption
from vigie.commands.ticket import ByOption, NoteOption, TicketArgument, actor_named, steps_of, ticket_app
from vigie.errors import UsageError
from vigie.times import now, parse_until
from vigie.workspace import find_workspace

EverybodyOption = Annotated[
    bool, typer.Option("--for-employer", help="The employer and the expert read it too; else the service only.")
]


def register(_: typer.Typer) -> None:
    """The verbs stand in the family of :mod:`vigie.commands.ticket`."""


@ticket_app.command("comment")
def comment(
    ticket: TicketArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you have to say.")],
    by: ByOption,
    for_employer: EverybodyOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say something about a ticket.

    Example: vigie ticket comment 1 "le gérant rappelle mardi" --by j.martin@service.example
    """
    from rules.ticket_events import Audience

    place = find_workspace(workspace)
    audience = Audience.EVERYBODY if for_employer else Audience.SERVICE
    steps_of(place).comment(ticket, actor_named(place, by, ticket), now(), text, audience)
    sys.stdout.write(f"noted with ticket {ticket}\n")


@ticket_app.command("attach")
def attach(
    ticket: TicketArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="PDF, picture, CSV, spreadsheet or text; up to 10 MiB.")],
    by: ByOption,
    for_employer: EverybodyOption = False,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Keep a file with a ticket: a laboratory's report, a picture of the place.

    Example: vigie ticket attach 1 rapport.pdf --by j.martin@service.example
    """
    from rules.ticket_events import Audience

    place = find_workspace(workspace)
    actor = actor_named(place, by, ticket)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from None
    audience = Audience.EVERYBODY if for_employer else Audience.SERVICE
    kept = place.attachments.keep(file.name, data, audience)
    steps_of(place).attach(ticket, actor, now(), kept, note)
    sys.stdout.write(f"{kept.name} is kept with ticket {ticket}\n")


@ticket_app.command("snooze")
def snooze(
    ticket: TicketArgument,
    by: ByOption,
    until: Annotated[
        str | None, typer.Option("--until", metavar="WHEN", help="The day it is wanted again, e.g. 2026-04-01.")
    ] = None,
    over: Annotated[bool, typer.Option("--over", help="It is wanted now.")] = False,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Put a ticket off: nobody is reminded of it until then, and vigie tickets --awake leaves it out.

    Example: vigie ticket snooze 1 --until 2026-04-01 --by j.martin@service.example --note "atelier fermé"
    """
    if (until is None) != over:
        raise UsageError("expected either --until WHEN or --over")
    place = find_workspace(workspace)
    end = None if until is None else parse_until(until, place.settings.service.timezone, "--until")
    steps_of(place).snooze(ticket, actor_named(place, by, ticket), now(), end, note)
    sys.stdout.write(f"ticket {ticket} is {'wanted again' if end is None else f'put off until {until}'}\n")


@ticket_app.command("due")
def due(
    ticket: TicketArgument,
    when: Annotated[str, typer.Argument(metavar="WHEN", help="The last day, e.g. 2026-04-30.")],
    by: ByOption,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Set when a ticket is due.

    Example: vigie ticket due 1 2026-04-30 --by j.martin@service.example
    """
    place = find_workspace(workspace)
    last = parse_until(when, place.settings.service.timezone, "WHEN")
    steps_of(place).reschedule(ticket, actor_named(place, by, ticket), now(), last, note)
    sys.stdout.write(f"ticket {ticket} is due {when}\n")


@ticket_app.command("priority")
def priority(
    ticket: TicketArgument,
    value: Annotated[int, typer.Argument(metavar="1…4", help="1 at once, 2 this week, 3 this month, 4 in time.")],
    by: ByOption,
    note: NoteOption = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Set a ticket's priority; the rules no longer change it.

    Example: vigie ticket priority 1 2 --by j.martin@service.example
    """
    place = find_workspace(workspace)
    steps_of(place).reprioritise(ticket, actor_named(place, by, ticket), now(), value, note)
    sys.stdout.write(f"ticket {ticket} has priority {value}\n")
