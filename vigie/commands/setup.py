"""``vigie init`` and ``vigie registry``: a workspace, and who, where, when in it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import WorkspaceOption
from vigie.errors import UsageError
from vigie.workspace import create_workspace, find_workspace

if TYPE_CHECKING:
    from catalog.registry import Registry

registry_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Employers, establishments, zones, schedules, kits, deployments (YAML).",
)
RegistryFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A registry file, e.g. examples/uci-office/registry.yaml.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("init")(init)
    app.add_typer(registry_app, name="registry")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    name: Annotated[
        str, typer.Option(help="Name of the service, shown on every page.")
    ] = "Service de prévention et de santé au travail",
) -> None:
    """Make a workspace: vigie.toml, a data folder, a database.

    Example: vigie init my-service
    """
    create_workspace(folder, name)
    sys.stdout.write(
        f"Workspace {folder} is ready.\n"
        f"Next: vigie -h shows the verbs; then\n"
        f"  vigie registry import FILE --workspace {folder}\n"
        f"  vigie account add you@example.org --role engineer --workspace {folder}\n"
        f"  vigie run --workspace {folder}\n"
    )


@registry_app.command("import")
def import_registry(
    file: RegistryFile,
    correct: Annotated[
        bool, typer.Option("--correct", help="A deployment was entered wrong: readings may change hands.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Read a registry file into the workspace; importing it again changes nothing, and nothing is removed.

    Example: vigie registry import examples/uci-office/registry.yaml
    """
    from store.progress import ComputeState
    from store.registry import Ownership, save

    registry = _read(file)
    place = find_workspace(workspace)
    saved = save(place.database, registry, Ownership.CORRECT if correct else Ownership.KEEP, place.readings)
    if saved.added or saved.changed:
        # another place, schedule, kit, calibration or factor: everything is computed again
        ComputeState(place.database).forget()
    sys.stdout.write(
        f"{file}: {_summary(registry)} ({saved.added} new, {saved.changed} changed, {saved.unchanged} as before)\n"
    )


@registry_app.command("check")
def check_registry(file: RegistryFile) -> None:
    """Say everything that is wrong with a registry file; changes nothing.

    Example: vigie registry check registry.yaml
    """
    sys.stdout.write(f"{file}: good; {_summary(_read(file))}\n")


def _read(file: Path) -> "Registry":
    from catalog.registry import parse_registry

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); expected a registry file in YAML") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    return parse_registry(text, str(file))


def _summary(registry: "Registry") -> str:
    counts = [
        (len(registry.employers), "employer"),
        (len(registry.establishments), "establishment"),
        (len(registry.zones), "zone"),
        (len(registry.kits), "kit"),
        (len(registry.deployments), "deployment"),
        (len(registry.calibrations), "calibration"),
    ]
    return ", ".join(f"{number} {word}{'s' if number != 1 else ''}" for number, word in counts)
