"""The broker of a workspace: where it is, with which credentials, and who vouches for it."""

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from ingest.mqtt import TlsFiles
from vigie.errors import UsageError
from vigie.workspace import Workspace, find_workspace


def broker_address(workspace: Workspace) -> str:
    """The broker's address with the workspace's user and password in it; for connecting, never for showing."""
    broker = workspace.settings.broker
    password = workspace.broker_password()
    if not broker.username:
        return broker.url
    parts = urlsplit(broker.url)
    user = quote(broker.username, safe="")
    secret = f":{quote(password, safe='')}" if password is not None else ""
    return urlunsplit(parts._replace(netloc=f"{user}{secret}@{parts.netloc}"))


def broker_certificates(workspace: Workspace) -> TlsFiles:
    """Who may sign the broker's certificate: the settings' own authority, else the system's."""
    name = workspace.settings.broker.ca_file
    return TlsFiles(workspace.root / name) if name else TlsFiles()


def workspace_of_broker(workspace: Path | None, broker: str | None) -> Workspace | None:
    """The workspace whose broker is meant; None where only a broker is named that is none's.

    Parameters
    ----------
    workspace, broker
        As typed: a folder, an address.

    Raises
    ------
    UsageError
        No broker is named, and there is no workspace.
    """
    if workspace is not None or broker is None:
        return find_workspace(workspace)
    from firmware_sim.connection import BrokerAddress

    try:
        place = find_workspace(None)
    except UsageError:
        return None
    named, own = BrokerAddress.parse(broker), BrokerAddress.parse(place.settings.broker.url)
    return place if (named.host, named.port) == (own.host, own.port) else None
