"""``vigie account``: who may sign in to the portal."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, JsonOption, WorkspaceOption, form_of
from vigie.errors import UsageError
from vigie.output import show_rows
from vigie.times import now
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    from rules.roles import Role
    from store.accounts import AccountStore

account_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who may sign in to the portal.")
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The name to sign in with.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.add_typer(account_app, name="account")


@account_app.command("add")
def add(
    email: EmailArgument,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="engineer, or employer with --employer.")],
    employer: Annotated[
        str | None, typer.Option("--employer", metavar="ID", help="Whose data an employer sees; an id of the registry.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="As shown beside what this person decides.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input where that is no terminal.

    Example: vigie account add j.martin@service.example --role engineer --name "Jeanne Martin"
    """
    accounts = _accounts(workspace)
    kind = _role(role)
    account = accounts.create(email, name or email, kind, _password(), now(), employer)
    whose = f" of {account.employer}" if account.employer else ""
    sys.stdout.write(f"{account.email} may sign in as {account.role.value}{whose}\n")


@account_app.command("list")
def list_accounts(as_json: JsonOption = False, as_csv: CsvOption = False, workspace: WorkspaceOption = None) -> None:
    """Every account.

    Example: vigie account list
    """
    rows: list[dict[str, object]] = [
        {
            "email": account.email,
            "name": account.name,
            "role": account.role.value,
            "employer": account.employer,
            "disabled": account.disabled,
        }
        for account in _accounts(workspace).all()
    ]
    columns = ("email", "name", "role", "employer", "disabled")
    show_rows(rows, form_of(as_json, as_csv), title="Accounts", nothing="No accounts.", columns=columns)


@account_app.command("password")
def password(email: EmailArgument, workspace: WorkspaceOption = None) -> None:
    """Set a new password; whoever is signed in with this account is signed out.

    Example: vigie account password j.martin@service.example
    """
    _accounts(workspace).change_password(email, _password(), now())
    sys.stdout.write(f"{email} has a new password\n")


@account_app.command("disable")
def disable(email: EmailArgument, workspace: WorkspaceOption = None) -> None:
    """Let nobody in with this account any more; what it decided stays under its name.

    Example: vigie account disable j.martin@service.example
    """
    _accounts(workspace).disable(email, now())
    sys.stdout.write(f"{email} may no longer sign in\n")


def _accounts(workspace: "WorkspaceOption") -> "AccountStore":
    from store.accounts import AccountStore

    return AccountStore(find_workspace(workspace).database)


def _role(text: str) -> "Role":
    from rules.roles import Role

    try:
        return Role(text)
    except ValueError:
        raise UsageError(f'--role is "{text}"; expected engineer or employer') from None


def _password() -> str:
    import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password (at least 10 characters): ")
    if getpass.getpass("Again: ") != first:
        raise UsageError("the two passwords differ; try again")
    return first
