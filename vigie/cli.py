"""``vigie``: one verb for each thing a person wants to do."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from vigie.commands import (
    accounts,
    backtest,
    collecting,
    computing,
    dead_letters,
    demo,
    doctor,
    evaluating,
    files,
    indicators,
    lists,
    live,
    measure,
    notifications,
    performance,
    record,
    replaying,
    rules,
    setup,
    simulating,
    stats,
    ticket,
    ticket_explain,
    ticket_metrology,
    ticket_notes,
    tickets,
)
from vigie.errors import RefusedError, UsageError

app = typer.Typer(
    name="vigie",
    help="From the readings of lent sensor kits to a decision a prevention professional can defend.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start here: vigie demo. Then: vigie init my-service. Exit codes: 0 done, 1 the answer is no, 2 wrong use.",
)
for family in (
    demo,
    setup,
    collecting,
    files,
    replaying,
    record,
    simulating,
    computing,
    lists,
    live,
    tickets,
    ticket,
    ticket_explain,
    ticket_metrology,
    ticket_notes,
    rules,
    backtest,
    performance,
    indicators,
    evaluating,
    measure,
    stats,
    accounts,
    notifications,
    dead_letters,
    doctor,
):
    family.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"vigie {version('vigie')}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From the readings of lent sensor kits to a decision a prevention professional can defend."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a person's mistake is one line on standard error, never a traceback."""
    try:
        app(args=list(arguments) if arguments is not None else None)
    except UsageError as error:
        _end(error, 2)
    except RefusedError as error:
        _end(error, 1)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if not _told_to_a_person(error):
            raise
        _end(error, 1 if _is_a_no(error) else 2)


def _end(error: Exception, code: int) -> None:
    sys.stderr.write(f"{error}\n")
    sys.exit(code)


def _is_a_no(error: Exception) -> bool:
    """Whether the use was right and the answer is no: somebody may not, or a ticket cannot from where it stands."""
    from store.errors import NotAllowedError, TicketStateError

    return isinstance(error, NotAllowedError | TicketStateError)


def _told_to_a_person(error: Exception) -> bool:
    """Whether the error is one of ours: every room's own exceptions carry a message for a person."""
    room = type(error).__module__.partition(".")[0]
    return room in {"catalog", "dsp", "rules", "store", "ingest", "firmware_sim", "dashboards"}
