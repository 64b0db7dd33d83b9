"""A workspace: one folder with ``vigie.toml``, tables, inbox and database; each is opened when it is asked for."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError
from vigie.settings import FILE_NAME, TEMPLATE, Settings, load_settings

if TYPE_CHECKING:
    from ingest.inbox import Inbox
    from rules.rule import Pack
    from store.attachments import AttachmentStore
    from store.database import Database
    from store.exposures import ExposureStore
    from store.live import LiveStore
    from store.quality import QualityStore
    from store.readings import ReadingStore
    from store.views import Views


@dataclass(frozen=True)
class Workspace:
    """One service's data and settings.

    Attributes
    ----------
    root : Path
        The folder that holds ``vigie.toml``.
    """

    root: Path
    settings: Settings

    @property
    def data(self) -> Path:
        """Folder of tables, inbox and database."""
        return self.root / self.settings.storage.data

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL; SQLite in the data folder unless the settings name another."""
        return self.settings.storage.database or f"sqlite:///{(self.data / 'vigie.db').resolve()}"

    @property
    def inbox_path(self) -> Path:
        """File of the durable inbox and the dead letters."""
        return self.data / "inbox.db"

    @property
    def readings_path(self) -> Path:
        """Folder of the readings table."""
        return self.data / "readings"

    @property
    def exposures_path(self) -> Path:
        """Folder of the exposures and exceedances tables."""
        return self.data / "exposures"

    @property
    def live_path(self) -> Path:
        """Folder of the live state."""
        return self.data / "live"

    def portal_secret(self) -> str:
        """What signs the portal's forms: made once, readable by this user only."""
        path = self.data / "portal-secret"
        self.data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{os.getpid()}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)  # another process may have been quicker: its secret stands
            fresh.unlink()
        return path.read_text(encoding="ascii").strip()

    @cached_property
    def database(self) -> "Database":
        """Registry, tickets, accounts; migrated to this version."""
        from store.database import open_database

        self.data.mkdir(parents=True, exist_ok=True)
        return open_database(self.database_url)

    @cached_property
    def readings(self) -> "ReadingStore":
        """What sensors said."""
        from store.readings import ReadingStore

        return ReadingStore(self.readings_path)

    @cached_property
    def exposures(self) -> "ExposureStore":
        """What it means."""
        from store.exposures import ExposureStore

        return ExposureStore(self.exposures_path)

    @cached_property
    def quality(self) -> "QualityStore":
        """What is doubtful about it."""
        from store.quality import QualityStore

        return QualityStore(self.exposures_path)

    @cached_property
    def live(self) -> "LiveStore":
        """The open shifts, as last saved."""
        from store.live import LiveStore

        return LiveStore(self.live_path)

    @cached_property
    def views(self) -> "Views":
        """What may be seen, by whom."""
        from store.privacy import Privacy
        from store.views import Views

        privacy = Privacy(self.settings.privacy.resolution, self.settings.privacy.minimum_group)
        return Views(self.database, self.readings, self.exposures, privacy)

    @cached_property
    def packs(self) -> "tuple[Pack, ...]":
        """The rule packs in force: the service's own where the settings name one, else those that come with Vigie.

        Raises
        ------
        UsageError
            The named file cannot be read.
        PackError
            It has mistakes.
        """
        from rules.pack import default_packs, load_pack

        name = self.settings.rules.pack
        return (load_pack(self.pack_text(), name),) if name else default_packs()

    def pack_text(self) -> str:
        """The text of the service's own rule pack.

        Raises
        ------
        UsageError
            It cannot be read.
        """
        path = self.root / self.settings.rules.pack
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror}); rules.pack in {FILE_NAME} names it") from None
        except UnicodeDecodeError:
            raise UsageError(f"{path}: is not text in UTF-8; expected a rule pack in YAML") from None

    @property
    def attachments(self) -> "AttachmentStore":
        """Files kept with tickets."""
        from store.attachments import AttachmentStore

        return AttachmentStore(self.data / "attachments")

    def open_inbox(self) -> "Inbox":
        """The durable inbox; the caller closes it."""
        from ingest.inbox import Inbox

        self.data.mkdir(parents=True, exist_ok=True)
        return Inbox(self.inbox_path)

    def broker_password(self) -> str | None:
        """The broker's password from its file, or None.

        Raises
        ------
        UsageError
            The named file cannot be read.
        """
        name = self.settings.broker.password_file
        if not name:
            return None
        path = self.root / name
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError(
                f"{path}: cannot be read ({error.strerror}); broker.password_file in {FILE_NAME} names it"
            ) from None


def find_workspace(given: Path | None) -> Workspace:
    """The workspace at ``given``, else at ``$VIGIE_WORKSPACE``, else in this folder or the nearest above it.

    Raises
    ------
    UsageError
        There is none.
    """
    start = given or (Path(os.environ["VIGIE_WORKSPACE"]) if os.environ.get("VIGIE_WORKSPACE") else None)
    if start is not None:
        return Workspace(start, load_settings(start / FILE_NAME))
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return Workspace(folder, load_settings(folder / FILE_NAME))
    raise UsageError(
        f"no {FILE_NAME} in {here} or above it; make one with: vigie init DIR, or name it with --workspace DIR"
    )


def create_workspace(root: Path, name: str, broker_port: int = 1883, portal_port: int = 8080) -> Workspace:
    """Make a new workspace: settings, data folder, database.

    Raises
    ------
    UsageError
        The folder holds a workspace already, or something that is not one.
    """
    path = root / FILE_NAME
    if path.exists():
        raise UsageError(f"{path}: exists already; this folder is a workspace")
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root}: is a file; expected a folder to make the workspace in")
    root.mkdir(parents=True, exist_ok=True)
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    path.write_text(TEMPLATE.format(name=escaped, broker_port=broker_port, portal_port=portal_port), encoding="utf-8")
    workspace = Workspace(root, load_settings(path))
    _ = workspace.database
    return workspace
